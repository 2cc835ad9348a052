package coordinator

import (
	"fmt"
	"time"

	"gardner/coordinator/scheduler"
	"gardner/coordinator/store"
)

// load builds the scheduler from what is stored.
func (c *Coordinator) load() (*scheduler.Scheduler, error) {
	// Lease numbers begin at the time, so that a lease of an earlier process is not mistaken for one of this.
	fingerprints, err := c.loadFingerprints()
	if err != nil {
		return nil, err
	}
	s := scheduler.New(scheduler.Config{TTL: c.cfg.TTL, Heartbeat: c.cfg.Heartbeat, LeaseSeconds: c.cfg.LeaseSeconds,
		Fingerprints: fingerprints, FirstLease: scheduler.LeaseID(time.Now().UnixNano())}, c.now())
	for _, b := range c.st.Blocks() {
		plan, err := c.cfg.Registry.Plan(b.Block)
		if err != nil {
			// Its results stay readable by the build that planned it; nothing of it is handed out here.
			c.log.Warn("a stored block cannot be computed by this build", "block", b.ID.Short(), "error", err)
		} else {
			c.plans.put(b.ID, plan)
		}
		if err := c.addBlock(s, b.ID, b.Block, plan); err != nil {
			return nil, fmt.Errorf("load block %s: %w", b.ID.Short(), err)
		}
	}
	records, err := c.st.Sweeps()
	if err != nil {
		return nil, fmt.Errorf("load the sweeps: %w", err)
	}
	c.conflicts.restore(s)
	for _, r := range records {
		c.grower.note(r.Name, r.Grows)
		s.PutSweep(r.Name, r.Blocks, stateOf(r.State), c.now())
		s.SetPolicy(c.now(), r.Name, scheduler.Policy{Priority: r.Priority, Audit: r.Audit, Behind: c.cfg.OldBehind})
	}
	if c.cfg.Settle > 0 {
		s.Settle(c.now(), c.cfg.Settle)
	}
	return s, nil
}

func stateOf(st store.State) scheduler.State {
	switch st {
	case store.Paused:
		return scheduler.Paused
	case store.Cancelled:
		return scheduler.Cancelled
	case store.Done:
		return scheduler.Done
	}
	return scheduler.Active
}

// stored is the state as it is kept.
func stored(st scheduler.State) store.State {
	return [...]store.State{scheduler.Active: store.Active, scheduler.Paused: store.Paused,
		scheduler.Cancelled: store.Cancelled, scheduler.Done: store.Done}[st]
}
