package linalg

import (
	"sync/atomic"
	"testing"
)

// Rows takes every row once, whatever the threads, and so do regions that follow each other at once.
func TestRowsTakesEachOnce(t *testing.T) {
	t.Parallel()
	for threads := 1; threads <= 4; threads++ {
		e := New(threads)
		for m := range 70 {
			seen := make([]atomic.Int32, m)
			for range 5 {
				e.Rows(m, 1<<20, func(i0, i1 int) {
					for i := i0; i < i1; i++ {
						seen[i].Add(1)
					}
				})
			}
			for i := range seen {
				if n := seen[i].Load(); n != 5 {
					t.Fatalf("%d threads, %d rows: row %d taken %d times in 5 loops", threads, m, i, n)
				}
			}
		}
	}
}
