package coordinator

import (
	"testing"

	gardnerv1 "gardner/proto/gardner/v1"
)

// A process that is there for one sweep leaves what others have begun until there is nothing else to do.
func TestOldSweepsComeBehind(t *testing.T) {
	t.Parallel()
	reg := experiments(1, nil)
	h := newHouse(t, reg)
	h.cfg.OldBehind = true
	h.submit(file("old", 50, "0", 40), "seed=1")
	h.submit(file("resumed", 5, "0", 3), "seed=2")
	h.close()
	h.open()
	h.submit(file("new", 5, "0", 3), "seed=3")
	if _, err := h.c.Control().Resume(t.Context(), &gardnerv1.ResumeRequest{Sweep: "resumed"}); err != nil {
		t.Fatal(err)
	}
	at := func() map[string]*gardnerv1.SweepStatus {
		r, err := h.c.Control().Status(t.Context(), &gardnerv1.StatusRequest{})
		if err != nil {
			t.Fatal(err)
		}
		out := map[string]*gardnerv1.SweepStatus{}
		for _, s := range r.Sweeps {
			if s.Priority != 0 {
				t.Errorf("%s is shown with the priority %d", s.Name, s.Priority)
			}
			out[s.Name] = s
		}
		return out
	}
	at()
	// A single worker takes leases one after the other: when the old sweep has its first result, the others are done.
	stop := work(t, h.c.Target(), reg, 1, &counter{})
	for {
		s := at()
		if s["old"].Done > 0 {
			if s["new"].Done < s["new"].Tasks || s["resumed"].Done < s["resumed"].Tasks {
				t.Errorf("old %d done, new %d, resumed %d", s["old"].Done, s["new"].Done, s["resumed"].Done)
			}
			break
		}
	}
	h.await("old") // it has its turn
	stop()
}
