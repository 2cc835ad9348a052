package coordinator

import (
	"context"
	"reflect"
	"strings"
	"sync"
	"testing"

	"gardner/coordinator/store"
	gardnerv1 "gardner/proto/gardner/v1"
)

func submitAudited(t *testing.T, h *house, audit float64, priority int32) {
	t.Helper()
	if _, err := h.c.Control().Submit(t.Context(), &gardnerv1.SubmitRequest{Yaml: file("s", 10, "0, 1", 3), Audit: &audit, Priority: &priority}); err != nil {
		t.Fatal(err)
	}
}

// All workers tell the truth: every task is computed twice and nothing is found.
func TestAuditOfHonestWorkers(t *testing.T) {
	t.Parallel()
	reg := experiments(1, nil)
	h := newHouse(t, reg)
	submitAudited(t, h, 1, 2)
	log := &counter{}
	stop := work(t, h.c.Target(), reg, 2, log)
	s := h.await("s")
	stop()
	if s.Done != 30 || s.Audited != 30 || s.Audit != 1 || s.Priority != 2 || log.total() != 60 {
		t.Errorf("%v, %d executions", s, log.total())
	}
	r, err := h.c.status("")
	if err != nil || r.Conflicts != 0 || len(r.Disputes) != 0 {
		t.Errorf("%v, %v", r, err)
	}
	// The policy is the sweep's until it is changed; a changed one needs no new revision.
	if r := h.submit(file("s", 10, "0, 1", 3)); !r.Unchanged {
		t.Error("the same file is no longer the same")
	}
	submitAudited(t, h, 0.5, 3)
	h.close()
	h.open()
	if s := h.await("s"); s.Audit != 0.5 || s.Priority != 3 {
		t.Errorf("after a restart: %v", s)
	}
}

// One worker's numbers are off. Audits find it, a third worker tells who is right, and the database does not forget.
func TestAuditFindsTheLiar(t *testing.T) {
	t.Parallel()
	reg := experiments(1, nil)
	h := newHouse(t, reg)
	submitAudited(t, h, 1, 0)
	var all sync.WaitGroup // nobody finishes a task before all have begun one
	all.Add(3)
	var stops []func()
	for _, off := range []float64{0, 0, 1e-12} {
		here := sync.OnceFunc(all.Done)
		before := func(context.Context, int, int) error {
			here()
			all.Wait()
			return nil
		}
		stops = append(stops, work(t, h.c.Target(), lying(1, before, off), 1, &counter{}))
	}
	h.await("s")
	for _, stop := range stops {
		stop()
	}
	check := func(when string) {
		t.Helper()
		r, err := h.c.status("")
		if err != nil || r.Conflicts == 0 || len(r.Disputes) == 0 {
			t.Fatalf("%s: %d conflicts, %v", when, r.GetConflicts(), err)
		}
		for _, c := range r.Disputes {
			if c.Verdict != "upheld" && c.Verdict != "outvoted" || len(c.Votes) != 3 || !strings.Contains(c.Votes[1].Worker, "/") {
				t.Errorf("%s: %v", when, c)
			}
		}
	}
	check("at the end")
	h.close()
	h.open()
	check("after a restart")
	if data, err := h.c.Store().Setting(store.SettingCorrections); err != nil || data == nil {
		t.Errorf("nothing was corrected: %q, %v", data, err)
	}
	// Every task was computed twice, so every lie was found, and outvoted by the two who tell the truth.
	honest := newHouse(t, reg)
	honest.submit(file("s", 10, "0, 1", 3))
	stop := work(t, honest.c.Target(), reg, 2, &counter{})
	honest.await("s")
	stop()
	if got, want := records(t, h.c.Store()), records(t, honest.c.Store()); !reflect.DeepEqual(got, want) {
		t.Errorf("%d results with lies among them, %d without", len(got), len(want))
	}
}

// records are all results of a database.
func records(t *testing.T, st *store.Store) map[uint64]string {
	t.Helper()
	out := map[uint64]string{}
	for _, b := range st.Blocks() {
		if err := st.Scan(t.Context(), b.ID, 0, func(o uint64, rec []byte) error {
			out[uint64(b.Seq)<<32|o] = string(rec)
			return nil
		}); err != nil {
			t.Fatal(err)
		}
	}
	return out
}
