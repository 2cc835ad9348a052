package store

import (
	"fmt"
	"sync/atomic"
	"testing"

	"gardner/sweeps"
)

// BenchmarkAppend measures results a second through Append, every one durable,
// with at most 4096 results in flight, as from workers that send batches.
func BenchmarkAppend(b *testing.B) {
	for _, size := range []int{1, 100, 1000} {
		b.Run(fmt.Sprintf("batch=%d", size), func(b *testing.B) {
			commits := 0
			s := open(b, temp(b), Options{Hooks: Hooks{AfterCommit: func() error { commits++; return nil }}})
			id := add(b, s, benchBlock(b))
			rec := make([]byte, 80)
			flight := make(chan struct{}, max(2, 4096/size))
			var stored atomic.Int64
			b.ReportAllocs()
			b.ResetTimer()
			next := uint64(0)
			for range b.N {
				rs := make([]Result, size)
				for i := range rs {
					rs[i] = Result{id, next, rec}
					next++
				}
				flight <- struct{}{}
				s.Append(rs, func(out []Outcome, err error) {
					stored.Add(int64(len(out)))
					<-flight
				})
			}
			s.Close()
			b.StopTimer()
			if stored.Load() != int64(next) {
				b.Fatalf("%d of %d stored", stored.Load(), next)
			}
			b.ReportMetric(float64(next)/b.Elapsed().Seconds(), "results/s")
			b.ReportMetric(float64(next)/float64(max(1, commits)), "results/commit")
		})
	}
}

func benchBlock(b *testing.B) *sweeps.Block { return testBlock(b, 1, 1<<30) }

// BenchmarkScan measures reading records in plan order.
func BenchmarkScan(b *testing.B) {
	s := open(b, temp(b), Options{})
	id := add(b, s, benchBlock(b))
	const n = 200_000
	rs := make([]Result, 0, n)
	for i := range uint64(n) {
		rs = append(rs, Result{id, i, make([]byte, 80)})
	}
	if _, err := s.AppendWait(rs); err != nil {
		b.Fatal(err)
	}
	b.ResetTimer()
	for range b.N {
		seen := 0
		if err := s.Scan(b.Context(), id, 0, func(uint64, []byte) error { seen++; return nil }); err != nil || seen != n {
			b.Fatal(seen, err)
		}
	}
	b.ReportMetric(float64(n)*float64(b.N)/b.Elapsed().Seconds(), "results/s")
}
