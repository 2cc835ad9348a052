package worker

import (
	"bytes"
	"fmt"

	gardnerv1 "gardner/proto/gardner/v1"
	"gardner/sweeps"
)

// receive handles one message of the coordinator. An error ends the worker: the
// two do not understand each other.
func (w *loop) receive(m *gardnerv1.CoordinatorMessage) error {
	switch m := m.Message.(type) {
	case *gardnerv1.CoordinatorMessage_Block:
		return w.learn(m.Block)
	case *gardnerv1.CoordinatorMessage_Lease:
		return w.take(m.Lease)
	case *gardnerv1.CoordinatorMessage_Ack:
		w.settle(m.Ack)
	case *gardnerv1.CoordinatorMessage_Revoke:
		w.revoke(m.Revoke.Seals)
	case *gardnerv1.CoordinatorMessage_Idle:
		w.idle = true
	case *gardnerv1.CoordinatorMessage_Drain:
		if m.Drain.Leave {
			w.drain("the coordinator says: " + m.Drain.Reason)
		}
	}
	return nil // messages of a newer coordinator that we do not know are none of our business
}

// learn keeps the plan of a block for the leases that follow.
func (w *loop) learn(spec *gardnerv1.BlockSpec) error {
	block, err := sweeps.DecodeBlock(spec.Block)
	if err != nil {
		return fmt.Errorf("worker: the coordinator sent a block that cannot be read: %w", err)
	}
	id := block.ID()
	if !bytes.Equal(id[:], spec.Id) {
		return fmt.Errorf("worker: the coordinator sent block %s under the id %x", id, spec.Id)
	}
	plan, err := w.cfg.Registry.Plan(block)
	if err != nil {
		return fmt.Errorf("worker: cannot run block %s: %w", id.Short(), err)
	}
	w.plans[id] = plan
	return nil
}

func (w *loop) take(m *gardnerv1.Lease) error {
	w.pulled = max(0, w.pulled-1)
	w.idle = false
	if len(m.Block) != len(sweeps.BlockID{}) {
		return fmt.Errorf("worker: the coordinator sent a lease of a malformed block id %x", m.Block)
	}
	id := sweeps.BlockID(m.Block)
	plan, ok := w.plans[id]
	if !ok {
		return fmt.Errorf("worker: the coordinator sent a lease of block %s without the block", id.Short())
	}
	l := newLease(m, id, plan)
	if !l.valid() {
		return fmt.Errorf("worker: the coordinator sent an impossible lease: tasks %d to %d, rows %v of block %s", m.Lo, m.Hi, m.Inner, id.Short())
	}
	w.cfg.Logger.Debug("lease", "block", id.Short(), "lo", l.lo, "hi", l.hi)
	w.leases[l] = true
	if w.stopping {
		w.giveBack(l, &gardnerv1.Range{Lo: l.lo, Hi: l.hi})
		w.forget(l)
		return nil
	}
	w.waiting = append(w.waiting, l)
	return nil
}

func (w *loop) settle(ack *gardnerv1.Ack) {
	for _, n := range ack.Batches {
		w.out.settle(n)
	}
	for _, r := range ack.Refused {
		w.cfg.Logger.Error("the coordinator refused what was handed in", "batch", r.Batch, "reason", r.Reason)
		w.out.settle(r.Batch)
	}
}

// revoke drops leases: those waiting at once, those under way as soon as their
// task notices. What was finished before is handed in all the same.
func (w *loop) revoke(seals [][]byte) {
	revoked := map[string]bool{}
	for _, s := range seals {
		revoked[string(s)] = true
	}
	keep := w.waiting[:0]
	for _, l := range w.waiting {
		if revoked[string(l.seal)] {
			w.forget(l)
		} else {
			keep = append(keep, l)
		}
	}
	w.waiting = keep
	for l := range w.leases {
		if revoked[string(l.seal)] {
			l.revoked = true
			l.cancel()
		}
	}
}
