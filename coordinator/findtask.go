package coordinator

import (
	"context"
	"strconv"
	"strings"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	gardnerv1 "gardner/proto/gardner/v1"
)

// FindTask implements the Control service.
func (c *Coordinator) FindTask(_ context.Context, r *gardnerv1.FindTaskRequest) (*gardnerv1.FindTaskResponse, error) {
	prefix, number, ok := strings.Cut(r.Key, ":")
	ordinal, err := strconv.ParseUint(number, 10, 64)
	if !ok || err != nil || prefix == "" {
		return nil, status.Errorf(codes.InvalidArgument, "the key %q is not BLOCK:ORDINAL, such as 5fe2:17; see `gardner status SWEEP --failed` or the first columns of `gardner query SWEEP --raw`", r.Key)
	}
	record, err := c.st.Sweep(r.Sweep)
	if err != nil {
		return nil, wireError(err)
	}
	out := &gardnerv1.FindTaskResponse{Ordinal: ordinal}
	for _, id := range record.Blocks {
		if !strings.HasPrefix(id.String(), prefix) {
			continue
		}
		if out.Block != nil {
			return nil, status.Errorf(codes.InvalidArgument, "several blocks of sweep %s begin with %q: give more digits", r.Sweep, prefix)
		}
		block, err := c.st.Block(id)
		if err != nil {
			return nil, wireError(err)
		}
		if ordinal >= block.Tasks() {
			return nil, status.Errorf(codes.InvalidArgument, "block %s has the tasks 0 to %d, there is no %d", id.Short(), block.Tasks()-1, ordinal)
		}
		out.Block = block.Encode()
	}
	if out.Block == nil {
		return nil, status.Errorf(codes.NotFound, "no block of sweep %s begins with %q", r.Sweep, prefix)
	}
	return out, nil
}
