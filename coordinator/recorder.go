package coordinator

import (
	"errors"
	"sync"
	"time"

	"gardner/coordinator/scheduler"
	"gardner/coordinator/store"
)

// recorder makes failures, audits and changes of state durable, in the order of the scheduler's decisions, and then tells those
// who wait for it. A disk that does not take them is asked again: the scheduler will not decide the same twice.
type recorder struct {
	c     *Coordinator
	mu    sync.Mutex // guards queue and ended
	wake  *sync.Cond
	queue []entry
	ended bool
	quit  chan struct{} // closed with ended set: a sick disk is not waited for any more
	done  chan struct{}
}

// Pauses before a decision that the disk refused is recorded again.
const (
	firstPause = 50 * time.Millisecond
	maxPause   = time.Second
)

// entry is an action to record, an audit that is over and a setting to write in one transaction, or a function to call
// once all before it is durable.
type entry struct {
	action  scheduler.Action
	audit   *store.Audit
	setting string
	value   []byte
	then    func(error)
}

func newRecorder(c *Coordinator) *recorder {
	r := &recorder{c: c, quit: make(chan struct{}), done: make(chan struct{})}
	r.wake = sync.NewCond(&r.mu)
	go r.run()
	return r
}

func (r *recorder) put(e entry) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.queue = append(r.queue, e)
	r.wake.Signal()
}

// end works off the queue and stops.
func (r *recorder) end() {
	r.mu.Lock()
	r.ended = true
	close(r.quit)
	r.wake.Signal()
	r.mu.Unlock()
	<-r.done
}

func (r *recorder) run() {
	defer close(r.done)
	for {
		r.mu.Lock()
		for len(r.queue) == 0 && !r.ended {
			r.wake.Wait()
		}
		batch := r.queue
		r.queue = nil
		r.mu.Unlock()
		if len(batch) == 0 {
			return
		}
		err := r.persist(batch)
		if err != nil {
			r.c.log.Error("failures or states of sweeps could not be stored", "error", err)
		}
		for _, e := range batch {
			if e.then != nil {
				e.then(err)
			}
		}
	}
}

// persist stores a batch, however long the disk is full. To store part of it twice changes nothing.
func (r *recorder) persist(batch []entry) error {
	for pause := firstPause; ; pause = min(2*pause, maxPause) {
		err := r.record(batch)
		var disk *store.DiskError
		if !errors.As(err, &disk) {
			return err
		}
		select {
		case <-time.After(pause):
		case <-r.quit:
			return err
		}
	}
}

// record stores a batch; runs of failures share a transaction, and so do runs of audits that agreed.
func (r *recorder) record(batch []entry) error {
	var failures []store.Failure
	var audits []store.Audit
	flush := func() error {
		if len(failures) > 0 {
			if err := r.c.st.PutFailures(failures...); err != nil {
				return err
			}
		}
		if len(audits) > 0 {
			if err := r.c.st.PutAudits(audits, "", nil); err != nil {
				return err
			}
		}
		failures, audits = nil, nil
		return nil
	}
	for _, e := range batch {
		if a, ok := e.action.(scheduler.Record); ok {
			failures = append(failures, a.Failure)
			continue
		}
		if e.audit != nil && e.setting == "" {
			audits = append(audits, *e.audit)
			continue
		}
		if err := flush(); err != nil {
			return err
		}
		var err error
		switch {
		case e.audit != nil:
			err = r.c.st.PutAudits([]store.Audit{*e.audit}, e.setting, e.value)
		case e.setting != "":
			err = r.c.st.PutSetting(e.setting, e.value)
		}
		switch a := e.action.(type) {
		case scheduler.Forget:
			_, err = r.c.st.ClearFailures(a.Block, a.Ordinal)
		case scheduler.Change:
			err = r.c.st.SetState(a.Sweep, stored(a.State), a.Reason)
		}
		if err != nil {
			return err
		}
	}
	return flush()
}
