package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"gardner/coordinator/client"
	gardnerv1 "gardner/proto/gardner/v1"
	"gardner/proto/join"
	"gardner/sweeps"
)

// roundTrips hands in results at a steady rate and returns the 99th percentile of the time from sending a batch to its
// acknowledgement, which is after its transaction is synced.
func roundTrips(batch int, perSecond float64) (p99, achieved float64, err error) {
	dir, clean, err := scratch()
	if err != nil {
		return 0, 0, err
	}
	defer clean()
	db := filepath.Join(dir, "latency.db")
	c, err := start("-role", "coordinator", "-db", db)
	if err != nil {
		return 0, 0, err
	}
	defer func() { _, _ = c.end() }()
	target, err := join.ParseTarget("@"+join.JoinFile(db), join.Options{})
	if err != nil {
		return 0, 0, err
	}
	ctl, err := client.New(target)
	if err != nil {
		return 0, 0, err
	}
	defer func() { _ = ctl.Close() }()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	if _, err := ctl.Submit(ctx, &gardnerv1.SubmitRequest{Yaml: file("s", 10_000_000), File: "s.yaml"}); err != nil {
		return 0, 0, err
	}
	conn, err := target.Dial()
	if err != nil {
		return 0, 0, err
	}
	defer func() { _ = conn.Close() }()
	stream, err := gardnerv1.NewWorkClient(conn).Session(ctx)
	if err != nil {
		return 0, 0, err
	}
	p := &pacer{stream: stream, batch: batch, sent: map[uint64]time.Time{}, leases: make(chan *gardnerv1.Lease, 1<<12)}
	return p.run(perSecond)
}

// pacer is a worker that computes nothing and keeps to a rate.
type pacer struct {
	stream gardnerv1.Work_SessionClient
	batch  int
	leases chan *gardnerv1.Lease

	mu    sync.Mutex // guards what follows
	sent  map[uint64]time.Time
	trips []float64
	err   error
}

const measured = 4 * time.Second

func (p *pacer) say(m *gardnerv1.WorkerMessage) error { return p.stream.Send(m) }

func (p *pacer) run(perSecond float64) (p99, achieved float64, err error) {
	id := make([]byte, 16)
	rand.Read(id)
	if err := p.say(&gardnerv1.WorkerMessage{Message: &gardnerv1.WorkerMessage_Hello{Hello: &gardnerv1.Hello{Protocol: 1, Worker: id, Slots: 1,
		Experiments: []*gardnerv1.ExperimentVersion{{Name: "nothing", Version: 1}}}}}); err != nil {
		return 0, 0, err
	}
	go p.receive()
	e, err := registry().Lookup("nothing")
	if err != nil {
		return 0, 0, err
	}
	record := sweeps.EncodeRecord(e, 1, nil, []sweeps.Row{{Cells: []sweeps.Cell{sweeps.Val(1)}}})
	pull := &gardnerv1.WorkerMessage{Message: &gardnerv1.WorkerMessage_Pull{Pull: &gardnerv1.Pull{Leases: 1}}}
	for range 4 {
		if err := p.say(pull); err != nil {
			return 0, 0, err
		}
	}
	var lease *gardnerv1.Lease
	next, number := uint64(0), uint64(0)
	begin := time.Now()
	tasks := 0
	for time.Since(begin) < measured {
		if due := time.Since(begin).Seconds() * perSecond; float64(tasks) >= due {
			time.Sleep(100 * time.Microsecond)
			continue
		}
		for lease == nil || next == lease.Hi {
			select {
			case lease = <-p.leases:
				next = lease.Lo
			case <-time.After(10 * time.Second):
				return 0, 0, errors.Join(errors.New("no lease within 10 s"), p.failed())
			}
			if err := p.say(pull); err != nil {
				return 0, 0, err
			}
		}
		r := &gardnerv1.Results{Seal: lease.Seal}
		for len(r.Ordinals) < p.batch && next < lease.Hi {
			r.Ordinals, r.Sizes, r.Seconds = append(r.Ordinals, next), append(r.Sizes, uint32(len(record))), append(r.Seconds, 1e-6)
			r.Records = append(r.Records, record...)
			next++
		}
		number++
		r.Batch = number
		tasks += len(r.Ordinals)
		p.mu.Lock()
		p.sent[number] = time.Now()
		p.mu.Unlock()
		if err := p.say(&gardnerv1.WorkerMessage{Message: &gardnerv1.WorkerMessage_Results{Results: r}}); err != nil {
			return 0, 0, fmt.Errorf("%w: %w", err, p.failed())
		}
	}
	achieved = float64(tasks) / time.Since(begin).Seconds()
	time.Sleep(time.Second)
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.sent) > 0 || len(p.trips) == 0 {
		return 0, 0, fmt.Errorf("%d batches are not acknowledged after a second (%w)", len(p.sent), p.err)
	}
	slices.Sort(p.trips)
	return p.trips[len(p.trips)*99/100], achieved, nil
}

func (p *pacer) failed() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.err
}

// receive takes leases and acknowledgements.
func (p *pacer) receive() {
	for {
		m, err := p.stream.Recv()
		now := time.Now()
		if err != nil {
			p.mu.Lock()
			p.err = err
			p.mu.Unlock()
			return
		}
		if l := m.GetLease(); l != nil {
			p.leases <- l
		}
		if a := m.GetAck(); a != nil {
			p.mu.Lock()
			for _, n := range a.Batches {
				p.trips = append(p.trips, now.Sub(p.sent[n]).Seconds())
				delete(p.sent, n)
			}
			p.mu.Unlock()
		}
	}
}
