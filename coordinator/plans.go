package coordinator

import (
	"sync"

	"gardner/coordinator/scheduler"
	"gardner/sweeps"
)

// planBook keeps the plans of the blocks that can be computed. The zero value is empty.
type planBook struct {
	mu    sync.RWMutex // guards plans
	plans map[sweeps.BlockID]*sweeps.Plan
}

func (p *planBook) put(id sweeps.BlockID, plan *sweeps.Plan) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.plans == nil {
		p.plans = map[sweeps.BlockID]*sweeps.Plan{}
	}
	p.plans[id] = plan
}

func (p *planBook) get(id sweeps.BlockID) *sweeps.Plan {
	p.mu.RLock()
	defer p.mu.RUnlock()
	return p.plans[id]
}

// maxCosts bounds the outer points whose costs are kept; larger grids count every task as equal.
const maxCosts = 1 << 20

// costOf returns the cost of a block's tasks if its experiment declares one. The function remembers what it has
// evaluated, and has one user: the scheduler.
func costOf(plan *sweeps.Plan) func(uint64) float64 {
	per := plan.Block.PerReplicate()
	if plan.Experiment.Cost == nil || per > maxCosts {
		return nil
	}
	known := make([]float32, per)
	return func(ordinal uint64) float64 {
		at := ordinal % per
		if known[at] == 0 {
			known[at] = float32(max(plan.Cost(at), 1e-9))
		}
		return float64(known[at])
	}
}

// addBlock makes a stored block known to the scheduler; the plan may be nil if this build cannot compute it.
func (c *Coordinator) addBlock(s *scheduler.Scheduler, id sweeps.BlockID, b *sweeps.Block, plan *sweeps.Plan) error {
	info, err := c.blockInfo(id, b, plan)
	if err == nil {
		s.AddBlock(info)
	}
	return err
}

func (c *Coordinator) blockInfo(id sweeps.BlockID, b *sweeps.Block, plan *sweeps.Plan) (scheduler.BlockInfo, error) {
	done, err := c.st.Progress(id)
	if err != nil {
		return scheduler.BlockInfo{}, err
	}
	failures, err := c.st.Failures(id)
	if err != nil {
		return scheduler.BlockInfo{}, err
	}
	audited, err := c.st.Audited(id)
	if err != nil {
		return scheduler.BlockInfo{}, err
	}
	info := scheduler.BlockInfo{ID: id, Block: b, Done: done, Failures: failures, Audited: audited}
	if plan != nil {
		info.Cost, info.Groups = costOf(plan), plan.Groups()
	}
	return info, nil
}
