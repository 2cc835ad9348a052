package coordinator

import (
	"context"
	"errors"
	"math/rand/v2"
	"path/filepath"

	"google.golang.org/grpc/codes"
	grpcpeer "google.golang.org/grpc/peer"
	"google.golang.org/grpc/status"

	"gardner/coordinator/store"
	gardnerv1 "gardner/proto/gardner/v1"
	"gardner/sweeps"
)

// Backup implements the Control service.
func (c *Coordinator) Backup(ctx context.Context, r *gardnerv1.BackupRequest) (*gardnerv1.BackupResponse, error) {
	// A file may be written wherever the coordinator may write: a token from elsewhere must not be enough.
	if !sameUser(ctx) {
		return nil, status.Error(codes.PermissionDenied, "a backup is written on the coordinator's machine: run `gardner backup` there, as its user")
	}
	if !filepath.IsAbs(r.Path) {
		return nil, status.Errorf(codes.InvalidArgument, "the path of a backup must be absolute, %q is not", r.Path)
	}
	n, err := c.st.Backup(ctx, r.Path)
	if err != nil {
		return nil, wireError(err)
	}
	return &gardnerv1.BackupResponse{Bytes: uint64(n)}, nil
}

// sameUser reports whether a call comes from this process or over the socket that only its user can open.
func sameUser(ctx context.Context) bool {
	p, ok := grpcpeer.FromContext(ctx)
	return ok && (p.Addr.Network() == "unix" || p.Addr.Network() == "bufconn")
}

// Verify implements the Control service.
func (c *Coordinator) Verify(r *gardnerv1.VerifyRequest, stream gardnerv1.Control_VerifyServer) error {
	if !(r.Sample >= 0 && r.Sample <= 1) {
		return status.Errorf(codes.InvalidArgument, "the sample is a share of 0 to 1, not %g", r.Sample)
	}
	report, err := Verify(stream.Context(), c.st, c.cfg.Registry, r.Sample, func(b *sweeps.Block, ordinal uint64, record []byte) error {
		return stream.Send(&gardnerv1.VerifyResponse{Part: &gardnerv1.VerifyResponse_Task{
			Task: &gardnerv1.StoredTask{Block: b.Encode(), Ordinal: ordinal, Record: record}}})
	})
	if err != nil {
		return wireError(err)
	}
	return stream.Send(&gardnerv1.VerifyResponse{Part: &gardnerv1.VerifyResponse_Report{Report: report}})
}

// Verify reads a whole database, decodes every record, and calls sampled with a random share of the results. Results may
// arrive meanwhile. What is wrong is in the report; the error is for what stopped it, sampled's included.
func Verify(ctx context.Context, st *store.Store, registry *sweeps.Registry, sample float64,
	sampled func(b *sweeps.Block, ordinal uint64, record []byte) error) (*gardnerv1.Verification, error) {
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	out := &gardnerv1.Verification{}
	var planned *sweeps.Block // the last block, and its plan if this build can plan it
	var plan *sweeps.Plan
	var planErr error
	v, err := st.Verify(ctx, func(b *sweeps.Block, ordinal uint64, record []byte) error {
		if planned != b {
			planned = b
			plan, planErr = registry.Plan(b)
		}
		switch {
		case errors.Is(planErr, sweeps.ErrVersion):
			return nil // of another build: its checksum is all that can be checked
		case planErr != nil:
			return planErr
		}
		_, rows, err := sweeps.DecodeRecord(plan.Experiment, b.Rows(), record)
		if err != nil {
			return err
		}
		addGap(out, plan.Experiment, rows)
		if sample > 0 && rand.Float64() < sample { //nolint:gosec // which results are looked at is no secret
			if err := sampled(b, ordinal, record); err != nil {
				stop(err)
			}
		}
		return nil
	})
	if cause := context.Cause(ctx); cause != nil {
		return nil, cause
	}
	if err != nil {
		return nil, err
	}
	out.Blocks, out.Results, out.Bytes, out.Failures, out.More = uint64(v.Blocks), v.Results, v.Bytes, uint64(v.Failures), uint64(v.More)
	for _, p := range v.Problems {
		out.Problems = append(out.Problems, p.String())
	}
	return out, nil
}

// addGap keeps the largest gap of the rows that are optimal; one of an infeasible row is the strength of its proof.
func addGap(out *gardnerv1.Verification, e *sweeps.Experiment, rows []sweeps.Row) {
	m := e.Metric(sweeps.GapMetric)
	if m < 0 {
		return
	}
	for i := range rows {
		if rows[i].Status != sweeps.OK || rows[i].Cells[m].IsEmpty(sweeps.MetricNumber) {
			continue
		}
		if x := rows[i].Cells[m].V; out.Gap == nil || x > *out.Gap {
			out.Gap = &x
		}
	}
}
