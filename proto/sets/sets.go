// Package sets moves data sets over the wire, by the hash of their content.
//
//	hash, err := sets.Put(ctx, conn, encoded)
//	encoded, err := sets.Get(ctx, conn, hash)
package sets

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"

	"google.golang.org/grpc"

	gardnerv1 "gardner/proto/gardner/v1"
)

// Hash names a data set: the SHA-256 of its encoding.
type Hash = [sha256.Size]byte

const piece = 1 << 20

// maxBytes bounds what Get believes; the encoding's own limit is lower.
const maxBytes = 1 << 30

// Put stores a data set at the other end.
func Put(ctx context.Context, conn grpc.ClientConnInterface, encoded []byte) (Hash, error) {
	want := sha256.Sum256(encoded)
	stream, err := gardnerv1.NewDataClient(conn).PutSet(ctx)
	if err != nil {
		return want, err
	}
	for len(encoded) > 0 {
		n := min(len(encoded), piece)
		if stream.Send(&gardnerv1.SetPiece{Data: encoded[:n]}) != nil {
			break // CloseAndRecv tells why
		}
		encoded = encoded[n:]
	}
	answer, err := stream.CloseAndRecv()
	if err != nil {
		return want, err
	}
	if string(answer.Hash) != string(want[:]) {
		return want, fmt.Errorf("the coordinator stored %x instead of %x", answer.Hash, want)
	}
	return want, nil
}

// Get fetches a data set and checks its hash.
func Get(ctx context.Context, conn grpc.ClientConnInterface, want Hash) ([]byte, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	stream, err := gardnerv1.NewDataClient(conn).GetSet(ctx, &gardnerv1.GetSetRequest{Hash: want[:]})
	if err != nil {
		return nil, err
	}
	var all []byte
	for {
		m, err := stream.Recv()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, err
		}
		if len(all)+len(m.Data) > maxBytes {
			return nil, fmt.Errorf("a data set of more than %d bytes", maxBytes)
		}
		all = append(all, m.Data...)
	}
	if got := sha256.Sum256(all); got != want {
		return nil, fmt.Errorf("the data set arrived with the hash %x instead of %x", got, want)
	}
	return all, nil
}
