package coordinator

import (
	"errors"
	"io"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"gardner/coordinator/store"
	gardnerv1 "gardner/proto/gardner/v1"
	"gardner/sweeps"
	"gardner/sweeps/data"
)

const setPiece = 1 << 20

// PutSet implements the Data service.
func (c *Coordinator) PutSet(stream grpc.ClientStreamingServer[gardnerv1.SetPiece, gardnerv1.PutSetResponse]) error {
	var all []byte
	for {
		piece, err := stream.Recv()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return err
		}
		if len(all)+len(piece.Data) > data.MaxEncoded {
			return status.Errorf(codes.InvalidArgument, "a data set has at most %d bytes", data.MaxEncoded)
		}
		all = append(all, piece.Data...)
	}
	if _, err := data.Decode(all); err != nil {
		return status.Error(codes.InvalidArgument, err.Error())
	}
	h, err := c.st.PutData(all)
	if err != nil {
		return wireError(err)
	}
	return stream.SendAndClose(&gardnerv1.PutSetResponse{Hash: h[:]})
}

// GetSet implements the Data service.
func (c *Coordinator) GetSet(r *gardnerv1.GetSetRequest, stream grpc.ServerStreamingServer[gardnerv1.SetPiece]) error {
	var h store.DataHash
	if copy(h[:], r.Hash) != len(h) {
		return status.Errorf(codes.InvalidArgument, "a hash has %d bytes", len(h))
	}
	all, err := c.st.Data(h)
	if errors.Is(err, store.ErrNoData) {
		return status.Error(codes.NotFound, err.Error())
	}
	if err != nil {
		return wireError(err)
	}
	for len(all) > 0 {
		n := min(len(all), setPiece)
		if err := stream.Send(&gardnerv1.SetPiece{Data: all[:n]}); err != nil {
			return err
		}
		all = all[n:]
	}
	return nil
}

// checkData refuses a sweep whose data sets are not stored.
func (c *Coordinator) checkData(blocks []*sweeps.Block) error {
	for _, b := range blocks {
		for _, text := range b.DataSets() {
			h, err := data.ParseHash(text)
			if err != nil {
				return status.Error(codes.InvalidArgument, err.Error())
			}
			ok, err := c.st.HasData(store.DataHash(h))
			if err != nil {
				return wireError(err)
			}
			if !ok {
				return status.Errorf(codes.FailedPrecondition, "the data set %s is not stored here: submit the sweep file that names its files under patterns:", text)
			}
		}
	}
	return nil
}
