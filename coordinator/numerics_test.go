package coordinator

import (
	"bytes"
	"net/http"
	"strings"
	"testing"

	"gardner/coordinator/store"
	gardnerv1 "gardner/proto/gardner/v1"
)

// Results of workers of different numerics are told apart, block by block, and whoever asks is told that they are mixed.
func TestMixedNumericsAreSaid(t *testing.T) {
	t.Parallel()
	reg := experiments(1, nil)
	h := newHouse(t, reg)
	h.submit(file("mixed", 10, "0, 1", 2))
	h.submit(file("pure", 4, "0, 1", 3), "seed=7")
	stop := work(t, h.c.Target(), reg, 1, &counter{}) // numerics f
	h.await("mixed")
	h.await("pure")
	stop()
	ask := func(format string) (answer, notes string) {
		t.Helper()
		var out, said bytes.Buffer
		c := h.client()
		c.Notes = &said
		if err := c.QueryTo(t.Context(), &out, &gardnerv1.QueryRequest{Sweep: "mixed", Format: format}); err != nil {
			t.Fatal(err)
		}
		return out.String(), said.String()
	}
	if table, notes := ask("table"); strings.Contains(table+notes, "numerics") {
		t.Errorf("one kind of numerics, and it is said:\n%s%s", table, notes)
	}
	// One more result, of another machine.
	rec, err := h.c.Store().Sweep("mixed")
	if err != nil {
		t.Fatal(err)
	}
	block, err := h.c.Store().Block(rec.Blocks[0])
	if err != nil {
		t.Fatal(err)
	}
	h.submit(file("mixed", 10, "0, 1", 3))
	stored := make(chan error)
	record, ok, err := h.c.Store().Get(rec.Blocks[0], block.Tasks()-1)
	if err != nil || !ok {
		t.Fatal(err, ok)
	}
	all := h.c.Store().Blocks()
	h.c.Store().AppendFrom("g", []store.Result{{Block: all[len(all)-1].ID, Ordinal: 0, Record: record}}, func(_ []store.Outcome, err error) { stored <- err })
	if err := <-stored; err != nil {
		t.Fatal(err)
	}
	check := func() {
		t.Helper()
		if table, notes := ask("table"); !strings.HasSuffix(table, "not to the bit\n") || !strings.Contains(table, "note: workers of 2 numerics fingerprints (f, g)") || notes != "" {
			t.Errorf("table:\n%s\nnotes: %s", table, notes)
		}
		if again, notes := ask("csv"); strings.Contains(again, "note") || !strings.Contains(notes, "(f, g)") {
			t.Errorf("csv:\n%s\nnotes: %s", again, notes)
		}
		r, err := h.c.status("")
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range r.Sweeps {
			if want := map[string]int{"mixed": 2, "pure": 1}[s.Name]; len(s.Fingerprints) != want {
				t.Errorf("sweep %s: numerics %v", s.Name, s.Fingerprints)
			}
		}
	}
	check()
	s, err := h.c.ListenHTTP(HTTP{Addr: "127.0.0.1:0"})
	if err != nil {
		t.Fatal(err)
	}
	answer, err := http.Get(s.Base() + "/api/v1/sweeps/mixed/rows.json?token=" + h.token(t, "read"))
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	if got := answer.Header.Values("Gardner-Numerics"); strings.Join(got, " ") != "f g" {
		t.Errorf("header of the answer: %v", got)
	}
	h.close()
	h.open()
	check()
}
