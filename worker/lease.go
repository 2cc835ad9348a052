package worker

import (
	"context"

	gardnerv1 "gardner/proto/gardner/v1"
	"gardner/sweeps"
)

// lease is a range of tasks this worker was handed. The loop creates it, one
// slot runs it.
type lease struct {
	seal []byte
	plan *sweeps.Plan
	id   sweeps.BlockID
	mask []int // inner rows wanted, nil: all
	lo   uint64
	hi   uint64

	// ctx ends when the lease is revoked or the worker's grace has passed.
	ctx    context.Context
	cancel context.CancelFunc
	// revoked is the loop's: nothing of the lease needs to be given back.
	revoked bool
}

func newLease(m *gardnerv1.Lease, id sweeps.BlockID, plan *sweeps.Plan) *lease {
	l := &lease{seal: m.Seal, plan: plan, id: id, lo: m.Lo, hi: m.Hi}
	if len(m.Inner) > 0 {
		l.mask = make([]int, len(m.Inner))
		for i, row := range m.Inner {
			l.mask[i] = int(row)
		}
	}
	l.ctx, l.cancel = context.WithCancel(context.Background())
	return l
}

// valid reports whether the lease names tasks and rows that its block has.
func (l *lease) valid() bool {
	if l.lo >= l.hi || l.hi > l.plan.Block.Tasks() {
		return false
	}
	for i, row := range l.mask {
		if row < 0 || row >= l.plan.Rows() || i > 0 && row <= l.mask[i-1] {
			return false
		}
	}
	return true
}
