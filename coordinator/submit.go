package coordinator

import (
	"context"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"gardner/coordinator/scheduler"
	"gardner/coordinator/store"
	gardnerv1 "gardner/proto/gardner/v1"
	"gardner/sweeps"
)

// Submit implements the Control service.
func (c *Coordinator) Submit(_ context.Context, r *gardnerv1.SubmitRequest) (*gardnerv1.SubmitResponse, error) {
	spec, err := sweeps.ParseSpec(r.File, r.Yaml, c.cfg.Registry)
	if err != nil {
		return nil, status.Error(codes.InvalidArgument, err.Error())
	}
	for _, assignment := range r.Set {
		if err := spec.Set(assignment); err != nil {
			return nil, status.Error(codes.InvalidArgument, err.Error())
		}
	}
	if a := r.GetAudit(); !(a >= 0 && a <= 1) {
		return nil, status.Errorf(codes.InvalidArgument, "audit %g is not a share from 0 to 1", a)
	}
	return c.submit(spec, r)
}

// Extend implements the Control service.
func (c *Coordinator) Extend(_ context.Context, r *gardnerv1.ExtendRequest) (*gardnerv1.SubmitResponse, error) {
	record, err := c.st.Sweep(r.Sweep)
	if err != nil {
		return nil, wireError(err)
	}
	spec, err := sweeps.ParseSpec(r.Sweep, record.YAML, c.cfg.Registry)
	if err != nil {
		return nil, status.Error(codes.FailedPrecondition, err.Error())
	}
	for _, a := range r.Add {
		if err := spec.Extend(a); err != nil {
			return nil, status.Error(codes.InvalidArgument, err.Error())
		}
	}
	return c.submit(spec, &gardnerv1.SubmitRequest{DryRun: r.DryRun})
}

// submit plans a sweep and starts it.
func (c *Coordinator) submit(spec *sweeps.Spec, r *gardnerv1.SubmitRequest) (*gardnerv1.SubmitResponse, error) {
	blocks, err := spec.Blocks(c.cfg.Registry)
	if err != nil {
		return nil, status.Error(codes.InvalidArgument, err.Error())
	}
	if err := c.checkData(blocks); err != nil && !r.DryRun {
		return nil, err
	}
	out := &gardnerv1.SubmitResponse{Sweep: spec.Name, Revision: spec.Revision()}
	for _, b := range blocks {
		plan, err := c.cfg.Registry.Plan(b)
		if err != nil {
			return nil, status.Error(codes.InvalidArgument, err.Error())
		}
		count(out, b.ID(), plan)
	}
	c.submits.Lock()
	defer c.submits.Unlock()
	have, err := c.st.Sweep(spec.Name)
	// The same file is another plan where the experiment's version has stepped since; rounds that grew follow the plan.
	out.Unchanged = err == nil && have.Revision == out.Revision && begins(have.Blocks, blocks)
	if r.DryRun {
		// What a sweep would reuse is known once its blocks are: count in a scheduler of its own.
		out.Stored, err = c.countStored(blocks)
		return out, wireError(err)
	}
	before := scheduler.Policy{Priority: have.Priority, Audit: have.Audit}
	policy := before
	if r.Priority != nil {
		policy.Priority = int(*r.Priority)
	}
	if r.Audit != nil {
		policy.Audit = *r.Audit
	}
	switch {
	case !out.Unchanged || !c.draws(have):
		if err := c.plant(spec, blocks, out.Revision, policy); err != nil {
			return nil, wireError(err)
		}
	case policy != before:
		if err := c.st.SetPolicy(spec.Name, policy.Priority, policy.Audit); err != nil {
			return nil, wireError(err)
		}
	}
	if spec.Grows() {
		for c.grow(context.Background(), spec.Name) { // rounds that other sweeps have computed
		}
		if err := c.countPlanned(out); err != nil {
			return nil, wireError(err)
		}
	}
	if !c.owner.do(func(s *scheduler.Scheduler, now time.Duration) {
		s.SetPolicy(now, spec.Name, policy)
		v, _ := s.Sweep(spec.Name)
		out.Stored = v.Done
	}) {
		return nil, errClosing
	}
	return out, nil
}

// countPlanned counts what a sweep that has grown consists of.
func (c *Coordinator) countPlanned(out *gardnerv1.SubmitResponse) error {
	rec, err := c.st.Sweep(out.Sweep)
	if err != nil {
		return err
	}
	out.Blocks, out.Tasks, out.Rows, out.CpuSeconds = nil, 0, 0, 0
	for _, id := range rec.Blocks {
		count(out, id, c.plans.get(id))
	}
	return nil
}

// begins reports whether a sweep's blocks begin with those of a plan.
func begins(have []sweeps.BlockID, plan []*sweeps.Block) bool {
	if len(have) < len(plan) {
		return false
	}
	for i, b := range plan {
		if have[i] != b.ID() {
			return false
		}
	}
	return true
}

// count adds a block to what a submission comes to.
func count(out *gardnerv1.SubmitResponse, id sweeps.BlockID, plan *sweeps.Plan) {
	out.Blocks = append(out.Blocks, id.String())
	out.Tasks += plan.Block.Tasks()
	out.Rows += plan.Block.Points()
	out.CpuSeconds += plan.CPUSeconds()
}

// draws reports whether the scheduler has a stored sweep. It has not if a sync failed after the sweep had been written:
// whoever submitted it was told so, and submits it again.
func (c *Coordinator) draws(rec store.SweepRecord) (known bool) {
	c.owner.do(func(s *scheduler.Scheduler, _ time.Duration) { known = s.Draws(rec.Name, rec.Blocks) })
	return known
}

// plant stores a new revision of a sweep and starts it.
func (c *Coordinator) plant(spec *sweeps.Spec, blocks []*sweeps.Block, revision string, policy scheduler.Policy) error {
	rec := store.SweepRecord{Name: spec.Name, Revision: revision, YAML: spec.YAML(), State: store.Active, Priority: policy.Priority, Audit: policy.Audit,
		Grows: spec.Grows()}
	c.grower.note(rec.Name, rec.Grows)
	c.log.Info("sweep submitted", "sweep", rec.Name, "revision", revision, "blocks", len(blocks))
	return c.sow(rec, blocks)
}

// sow stores a sweep with more blocks than it has, and starts them.
func (c *Coordinator) sow(rec store.SweepRecord, blocks []*sweeps.Block) error {
	var infos []scheduler.BlockInfo
	for _, b := range blocks {
		plan, err := c.cfg.Registry.Plan(b)
		if err != nil {
			return err
		}
		id, err := c.st.AddBlock(b)
		if err != nil {
			return err
		}
		c.plans.put(id, plan)
		rec.Blocks = append(rec.Blocks, id)
		info, err := c.blockInfo(id, b, plan) // ignored if the scheduler has the block
		if err != nil {
			return err
		}
		infos = append(infos, info)
	}
	if err := c.st.PutSweep(rec); err != nil {
		return err
	}
	if !c.owner.do(func(s *scheduler.Scheduler, now time.Duration) {
		for _, info := range infos {
			s.AddBlock(info)
		}
		s.PutSweep(rec.Name, rec.Blocks, scheduler.Active, now)
		s.SetPolicy(now, rec.Name, scheduler.Policy{Priority: rec.Priority, Audit: rec.Audit})
	}) {
		return errClosing
	}
	return nil
}

// countStored counts the tasks of blocks that are complete already, all stored blocks considered.
func (c *Coordinator) countStored(blocks []*sweeps.Block) (uint64, error) {
	s := scheduler.New(scheduler.Config{}, 0)
	for _, b := range c.st.Blocks() {
		if err := c.addBlock(s, b.ID, b.Block, nil); err != nil {
			return 0, err
		}
	}
	const name = "dry run"
	var ids []sweeps.BlockID
	for _, b := range blocks {
		s.AddBlock(scheduler.BlockInfo{ID: b.ID(), Block: b})
		ids = append(ids, b.ID())
	}
	s.PutSweep(name, ids, scheduler.Paused, 0)
	v, _ := s.Sweep(name)
	return v.Done, nil
}
