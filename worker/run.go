package worker

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"sync"
	"time"
)

// Run works for the coordinator that cfg.Target names until ctx ends, until it
// has been idle for cfg.ExitWhenIdle, or until the coordinator sends it away. A
// coordinator that does not answer, or no longer, is tried again for ever, with
// growing pauses; one that refuses this worker is an error.
//
// A task beyond its limits ends Run with ErrRestart: the caller should start the
// process again.
//
// After ctx has ended the error is nil if everything finished was handed in.
func Run(ctx context.Context, cfg Config) error {
	if cfg.Target == nil || cfg.Registry == nil {
		return errors.New("worker: Config needs Target and Registry")
	}
	cfg = cfg.resolved()
	w := newLoop(cfg)
	if _, err := rand.Read(w.id[:]); err != nil {
		return fmt.Errorf("worker: cannot choose an id: %w", err)
	}
	var slots sync.WaitGroup
	for _, s := range w.slots {
		slots.Go(func() { s.serve(w.ready) })
	}
	err := w.run(ctx)
	if errors.Is(err, ErrRestart) {
		return err // the slots do not end
	}
	// Slots may still be computing if the worker leaves in a hurry: cut them short, and read what they say so that they
	// can end.
	w.cancelAll()
	close(w.ready)
	ended := make(chan struct{})
	go func() {
		slots.Wait()
		close(ended)
	}()
	hung := time.After(leaveWithin) // what a task does that does not heed its context is nobody's business any more
	for {
		select {
		case <-w.batches:
		case <-ended:
			return err
		case <-hung:
			return err
		}
	}
}
