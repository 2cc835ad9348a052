package coordinator

import (
	"context"
	"errors"
	"math"
	"slices"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"

	"gardner/coordinator/client"
	"gardner/coordinator/query"
	"gardner/coordinator/scheduler"
	"gardner/coordinator/store"
	gardnerv1 "gardner/proto/gardner/v1"
	"gardner/sweeps"
)

// Version implements the Control service.
func (c *Coordinator) Version(context.Context, *gardnerv1.VersionRequest) (*gardnerv1.VersionResponse, error) {
	return &gardnerv1.VersionResponse{Version: c.cfg.Version, Protocol: Protocol, Fingerprint: c.cfg.Fingerprint}, nil
}

// Status implements the Control service.
func (c *Coordinator) Status(_ context.Context, r *gardnerv1.StatusRequest) (*gardnerv1.StatusResponse, error) {
	return c.status(r.Sweep)
}

func (c *Coordinator) status(name string) (*gardnerv1.StatusResponse, error) {
	growing := c.grower.pending()
	var out *gardnerv1.StatusResponse
	blocks := map[string][]sweeps.BlockID{}
	if !c.owner.do(func(s *scheduler.Scheduler, now time.Duration) {
		out = c.owner.status(s, now, name)
		for _, v := range out.Sweeps {
			blocks[v.Name] = s.Blocks(v.Name)
		}
	}) {
		return nil, errClosing
	}
	if name != "" && len(out.Sweeps) == 0 {
		return nil, c.noSweep(name)
	}
	for _, s := range out.Sweeps {
		rec, err := c.st.Sweep(s.Name)
		if err != nil {
			return nil, wireError(err)
		}
		s.Revision, s.CreatedUnix = rec.Revision, rec.Created.Unix()
		if s.Fingerprints, err = c.numericsOf(blocks[s.Name]); err != nil {
			return nil, wireError(err)
		}
		switch {
		case s.State == gardnerv1.SweepState_SWEEP_STATE_DONE && growing[s.Name]:
			s.State = gardnerv1.SweepState_SWEEP_STATE_ACTIVE // whether it has a next round is not decided yet
		case s.State == gardnerv1.SweepState_SWEEP_STATE_DONE:
			s.Reason = c.grower.reason(s.Name)
		case s.Reason == "" && s.State == gardnerv1.SweepState_SWEEP_STATE_PAUSED:
			s.Reason = rec.Reason // of an earlier process
		}
		if len(rec.Blocks) > 0 {
			if b, err := c.st.Block(rec.Blocks[0]); err == nil {
				s.Experiment = b.Experiment
			}
		}
	}
	if err := c.st.Health(); err != nil {
		out.StoreTrouble = err.Error()
	}
	out.ConnectionTrouble = c.gate.trouble()
	out.Fingerprints = c.knownFingerprints()
	out.Database = c.st.Path()
	out.Disputes, out.Conflicts = c.conflicts.status()
	return out, nil
}

const (
	watchInterval    = time.Second
	minWatchInterval = 50 * time.Millisecond
)

// Watch implements the Control service.
func (c *Coordinator) Watch(r *gardnerv1.WatchRequest, stream gardnerv1.Control_WatchServer) error {
	interval := watchInterval
	if ms := r.IntervalMilliseconds; ms > 0 {
		interval = max(time.Duration(min(ms, 1<<32))*time.Millisecond, minWatchInterval)
	}
	tick := time.NewTicker(interval)
	defer tick.Stop()
	for {
		changed := c.owner.change()
		out, err := c.status(r.Sweep)
		if err != nil {
			return err
		}
		if err := stream.Send(out); err != nil {
			return err
		}
		if r.Sweep != "" {
			switch out.Sweeps[0].State {
			case gardnerv1.SweepState_SWEEP_STATE_DONE, gardnerv1.SweepState_SWEEP_STATE_CANCELLED:
				return nil
			}
		}
		select {
		case <-tick.C:
		case <-changed:
		case <-stream.Context().Done():
			return stream.Context().Err()
		case <-c.stop:
			return errClosing
		}
	}
}

// Pause implements the Control service.
func (c *Coordinator) Pause(_ context.Context, r *gardnerv1.PauseRequest) (*gardnerv1.PauseResponse, error) {
	return &gardnerv1.PauseResponse{}, c.setState(r.Sweep, scheduler.Paused)
}

// Resume implements the Control service.
func (c *Coordinator) Resume(_ context.Context, r *gardnerv1.ResumeRequest) (*gardnerv1.ResumeResponse, error) {
	return &gardnerv1.ResumeResponse{}, c.setState(r.Sweep, scheduler.Active)
}

// Cancel implements the Control service.
func (c *Coordinator) Cancel(_ context.Context, r *gardnerv1.CancelRequest) (*gardnerv1.CancelResponse, error) {
	return &gardnerv1.CancelResponse{}, c.setState(r.Sweep, scheduler.Cancelled)
}

// setState returns when the new state is durable. What is made active is not behind any more.
func (c *Coordinator) setState(name string, state scheduler.State) error {
	return c.decide(func(s *scheduler.Scheduler, now time.Duration) error {
		v, ok := s.Sweep(name)
		if !ok {
			return c.noSweep(name)
		}
		if state == scheduler.Active {
			v.Policy.Behind = false
			s.SetPolicy(now, name, v.Policy)
		}
		return s.SetState(now, name, state)
	})
}

// Retry implements the Control service.
func (c *Coordinator) Retry(_ context.Context, r *gardnerv1.RetryRequest) (*gardnerv1.RetryResponse, error) {
	out := &gardnerv1.RetryResponse{}
	err := c.decide(func(s *scheduler.Scheduler, now time.Duration) error {
		if _, ok := s.Sweep(r.Sweep); !ok {
			return c.noSweep(r.Sweep)
		}
		n, err := s.Retry(now, r.Sweep)
		out.Tasks = uint64(n)
		return err
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

// decide runs a command on the scheduler and returns when what follows from it is durable.
func (c *Coordinator) decide(command func(s *scheduler.Scheduler, now time.Duration) error) error {
	durable := make(chan error, 1)
	c.owner.post(func(s *scheduler.Scheduler, now time.Duration) {
		if err := command(s, now); err != nil {
			durable <- err
			return
		}
		c.owner.afterDurable(func(err error) { durable <- err })
	})
	select {
	case err := <-durable:
		return wireError(err)
	case <-c.recorder.done:
		return errClosing
	}
}

// One answer has at most so many failures, and no more after so many bytes of their messages.
const (
	maxFailures     = 500
	maxFailureBytes = 4 << 20
)

// Failures implements the Control service.
func (c *Coordinator) Failures(_ context.Context, r *gardnerv1.FailuresRequest) (*gardnerv1.FailuresResponse, error) {
	limit := maxFailures
	if r.Limit > 0 {
		limit = int(min(r.Limit, maxFailures))
	}
	var found scheduler.Failures
	known := false
	if !c.owner.do(func(s *scheduler.Scheduler, _ time.Duration) {
		_, known = s.Sweep(r.Sweep)
		found = s.Failures(r.Sweep, int(min(r.Offset, math.MaxInt32)), limit)
	}) {
		return nil, errClosing
	}
	if !known {
		return nil, c.noSweep(r.Sweep)
	}
	out := &gardnerv1.FailuresResponse{Total: uint64(found.Total), Quarantined: uint64(found.Quarantined)}
	size := 0
	for _, f := range found.Page {
		if size += len(f.Message); size > maxFailureBytes && len(out.Tasks) > 0 {
			break
		}
		out.Tasks = append(out.Tasks, &gardnerv1.FailedTask{Block: f.Block.String(), Ordinal: f.Ordinal, Attempts: uint32(f.Attempts),
			Kind: f.Kind, Message: f.Message, Worker: f.Worker, Quarantined: f.Quarantined})
	}
	return out, nil
}

// Query implements the Control service.
func (c *Coordinator) Query(r *gardnerv1.QueryRequest, stream gardnerv1.Control_QueryServer) error {
	format := query.TableFormat
	if r.Format != "" {
		var err error
		if format, err = query.ParseFormat(r.Format); err != nil {
			return wireError(err)
		}
	}
	by := r.By
	if len(by) == 0 {
		by = nil
	}
	result, err := query.Run(c.st, c.cfg.Registry, query.Request{Sweep: r.Sweep, Where: r.Where, By: by, Metrics: r.Metrics, Raw: r.Raw,
		Columns: r.Columns, Bootstrap: int(min(r.Bootstrap, 1<<30)), Crossing: r.Crossing, Along: r.Along, Log: r.Log, Compare: r.Compare, Limit: r.Limit})
	if err != nil {
		return wireError(err)
	}
	if note := query.Mixed(result.Numerics); note != "" {
		header := metadata.MD{client.NumericsHeader: result.Numerics}
		if format != query.TableFormat { // which says it itself
			header.Set(client.NoteHeader, note)
		}
		if err := stream.SetHeader(header); err != nil {
			return err
		}
	}
	return wireError(query.Write(stream.Context(), chunks{stream}, result, format))
}

// numericsOf lists the fingerprints of the results of blocks.
func (c *Coordinator) numericsOf(blocks []sweeps.BlockID) ([]string, error) {
	var all []string
	for _, id := range blocks {
		known, err := c.st.Numerics(id)
		if err != nil {
			return nil, err
		}
		all = append(all, known...)
	}
	slices.Sort(all)
	return slices.Compact(all), nil
}

// chunks sends what is written to it in pieces.
type chunks struct{ stream gardnerv1.Control_QueryServer }

const chunkSize = 64 << 10

// Write implements io.Writer.
func (w chunks) Write(p []byte) (int, error) {
	n := 0
	for piece := range slices.Chunk(p, chunkSize) {
		if err := w.stream.Send(&gardnerv1.Chunk{Data: piece}); err != nil {
			return n, err
		}
		n += len(piece)
	}
	return n, nil
}

// noSweep says that the scheduler has no such sweep, and which one was meant.
func (c *Coordinator) noSweep(name string) error {
	if _, err := c.st.Sweep(name); err != nil {
		return wireError(err)
	}
	return status.Errorf(codes.NotFound, "the sweep %q has just been added; try again", name)
}

// wireError gives an error the code that tells a client what kind it is.
func wireError(err error) error {
	if err == nil {
		return nil
	}
	if _, ok := status.FromError(err); ok {
		return err
	}
	var input *query.InputError
	switch {
	case errors.As(err, &input):
		return status.Error(codes.InvalidArgument, err.Error())
	case errors.Is(err, store.ErrUnknownSweep):
		return status.Error(codes.NotFound, err.Error())
	case errors.Is(err, context.Canceled):
		return status.Error(codes.Canceled, err.Error())
	}
	return status.Error(codes.Internal, err.Error())
}
