package main

import (
	"context"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"path/filepath"
	"slices"
	"time"

	bolt "go.etcd.io/bbolt"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"

	gardnerv1 "gardner/proto/gardner/v1"
)

// echo acknowledges whatever it is sent.
type echo struct {
	gardnerv1.UnimplementedWorkServer
}

// Session implements the Work service.
func (echo) Session(s gardnerv1.Work_SessionServer) error {
	for {
		m, err := s.Recv()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if err := s.Send(&gardnerv1.CoordinatorMessage{Message: &gardnerv1.CoordinatorMessage_Ack{
			Ack: &gardnerv1.Ack{Batches: []uint64{m.GetResults().Batch}}}}); err != nil {
			return err
		}
	}
}

const floorRecord = 24 // bytes a task

// rawGRPC sends results over a stream on loopback and waits for all acknowledgements, both ends in this process.
func rawGRPC(batch, tasks int) (r rate, err error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return r, err
	}
	server := grpc.NewServer()
	gardnerv1.RegisterWorkServer(server, echo{})
	go func() { _ = server.Serve(l) }()
	defer server.Stop()
	conn, err := grpc.NewClient(l.Addr().String(), grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		return r, err
	}
	defer func() { _ = conn.Close() }()
	stream, err := gardnerv1.NewWorkClient(conn).Session(context.Background())
	if err != nil {
		return r, err
	}
	before, begin := cpu(), time.Now()
	n := tasks / batch
	acked := make(chan error, 1)
	go func() {
		for range n {
			if _, err := stream.Recv(); err != nil {
				acked <- err
				return
			}
		}
		acked <- nil
	}()
	for i := range n {
		m := &gardnerv1.Results{Batch: uint64(i + 1), Seal: make([]byte, 58), Records: make([]byte, floorRecord*batch)}
		for k := range batch {
			m.Ordinals, m.Sizes, m.Seconds = append(m.Ordinals, uint64(i*batch+k)), append(m.Sizes, floorRecord), append(m.Seconds, 1e-6)
		}
		if err := stream.Send(&gardnerv1.WorkerMessage{Message: &gardnerv1.WorkerMessage_Results{Results: m}}); err != nil {
			return r, err
		}
	}
	if err := <-acked; err != nil {
		return r, err
	}
	return rate{float64(n*batch) / time.Since(begin).Seconds(), (cpu() - before) / float64(n*batch) * 1e6}, nil
}

// rawBolt writes records under ascending keys, each transaction synced; p99 is of a transaction, in seconds.
func rawBolt(batch, tasks int) (r rate, p99 float64, err error) {
	dir, clean, err := scratch()
	if err != nil {
		return r, 0, err
	}
	defer clean()
	db, err := bolt.Open(filepath.Join(dir, "floor.db"), 0o600, nil)
	if err != nil {
		return r, 0, err
	}
	defer func() { _ = db.Close() }()
	bucket := []byte("results")
	if err := db.Update(func(tx *bolt.Tx) error { _, err := tx.CreateBucket(bucket); return err }); err != nil {
		return r, 0, err
	}
	before, begin := cpu(), time.Now()
	next := uint64(0)
	var took []float64
	for range tasks / batch {
		start := time.Now()
		err := db.Update(func(tx *bolt.Tx) error {
			b := tx.Bucket(bucket)
			b.FillPercent = 0.95
			for range batch {
				if err := b.Put(binary.BigEndian.AppendUint64(nil, next), make([]byte, floorRecord)); err != nil {
					return err
				}
				next++
			}
			return nil
		})
		if err != nil {
			return r, 0, err
		}
		took = append(took, time.Since(start).Seconds())
	}
	r = rate{float64(next) / time.Since(begin).Seconds(), (cpu() - before) / float64(next) * 1e6}
	slices.Sort(took)
	return r, took[len(took)*99/100], nil
}
