package coordinator

import (
	"fmt"
	"sync"
	"testing"

	gardnerv1 "gardner/proto/gardner/v1"
)

// Several operators pause, resume, cancel, extend, retune and look at several sweeps while workers compute them: nothing
// races, and in the end all that was asked for is there.
func TestOperatorsAtOnce(t *testing.T) {
	t.Parallel()
	reg := experiments(1, nil)
	h := newHouse(t, reg)
	names := []string{"a", "b", "c"}
	for i, name := range names {
		h.submit(file(name, 10+i, "0, 1", 4))
	}
	stop := work(t, h.c.Target(), reg, 3, &counter{})
	ctl := h.c.Control()
	var all sync.WaitGroup
	do := func(_ any, err error) {
		if err != nil {
			t.Error(err)
		}
	}
	for i, name := range names {
		all.Go(func() { // one pauses and cancels, and always resumes
			for range 10 {
				do(ctl.Pause(t.Context(), &gardnerv1.PauseRequest{Sweep: name}))
				do(ctl.Resume(t.Context(), &gardnerv1.ResumeRequest{Sweep: name}))
				do(ctl.Cancel(t.Context(), &gardnerv1.CancelRequest{Sweep: name}))
				do(ctl.Resume(t.Context(), &gardnerv1.ResumeRequest{Sweep: name}))
				do(ctl.Retry(t.Context(), &gardnerv1.RetryRequest{Sweep: name}))
			}
		})
		all.Go(func() { // one extends
			for k := range 5 {
				do(ctl.Extend(t.Context(), &gardnerv1.ExtendRequest{Sweep: name, Add: []string{fmt.Sprintf("x=%d", 100+10*i+k)}}))
			}
			do(ctl.Extend(t.Context(), &gardnerv1.ExtendRequest{Sweep: name, Add: []string{"replicates=6"}}))
		})
		all.Go(func() { // one looks
			for range 10 {
				do(ctl.Status(t.Context(), &gardnerv1.StatusRequest{}))
				do(ctl.Failures(t.Context(), &gardnerv1.FailuresRequest{Sweep: name}))
			}
		})
	}
	all.Wait()
	for i, name := range names {
		do(ctl.Resume(t.Context(), &gardnerv1.ResumeRequest{Sweep: name})) // the last word, whatever was extended in between
		if s := h.await(name); s.Tasks != uint64(15+i)*6 || s.Done != s.Tasks || s.State != gardnerv1.SweepState_SWEEP_STATE_DONE {
			t.Errorf("%v", s)
		}
	}
	stop()
}
