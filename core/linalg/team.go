package linalg

import (
	"runtime"
	"sync/atomic"
)

// threadWork is the work, in multiply-adds at the speed of the tile kernel, that is worth a second thread (about 10 us).
const threadWork = 1 << 19

// helperSpins is how many times an idle helper looks for work before it leaves (about 150 us). A factorisation is dozens of
// parallel regions with less than that between them, and waking a sleeping thread costs as much as a small region.
const helperSpins = 250000

// team is the helping threads of an engine. They come when a region is large enough and leave when nothing has been to
// do for a while; the engine never waits for one that has not begun.
type team struct {
	helpers int32 // at most
	alive   atomic.Int32
	work    atomic.Pointer[region]
}

// region is one parallel loop. Worker 0 and every second helper take tasks from the front, the others from the back: the
// same loop over the same memory then finds most of it in the same core's cache each time.
type region struct {
	task   func(worker, i int)
	left   atomic.Uint64 // tasks not yet taken: first and end, 32 bits each
	inside atomic.Int32  // helpers that may be running tasks
	joined atomic.Int32  // helpers so far, which numbers them
}

// size sets the number of helpers: none where only one thread can run.
func (t *team) size(threads int) {
	t.helpers = int32(min(threads, runtime.GOMAXPROCS(0)) - 1)
}

// parallel calls task(worker, i) once for each i in 0..n-1, on up to e.threads goroutines if work (in multiply-adds) is
// large enough. Tasks are claimed by whichever worker is free, task 0 by the caller; they must write to separate memory,
// so that the claim order cannot show in the result.
func (e *Engine) parallel(n, work int, task func(worker, i int)) {
	t := &e.team
	if t.helpers < 1 || n <= 1 || work < threadWork {
		for i := range n {
			task(0, i)
		}
		return
	}
	r := &region{task: task}
	r.left.Store(uint64(n))
	t.work.Store(r)
	for want := min(t.helpers, int32(n-1)); t.alive.Load() < want; {
		t.alive.Add(1)
		go t.help()
	}
	r.run(0)
	// Whoever comes inside from here on finds no task left.
	for spins := 0; r.inside.Load() > 0; spins++ {
		if spins > helperSpins {
			runtime.Gosched()
		}
	}
	t.work.CompareAndSwap(r, nil)
}

// Rows calls f(i0, i1) for ranges of rows that make up 0..m-1, at once on several threads if the m x n numbers that f is
// to touch are many. What f does with one row must not depend on another, so that the split cannot show in the result.
func (e *Engine) Rows(m, n int, f func(i0, i1 int)) {
	tasks, rows := e.split(m, 8, m*n)
	e.parallel(tasks, vectorWork*m*n, func(_, task int) {
		f(task*rows, min((task+1)*rows, m))
	})
}

// run takes tasks until none is left.
func (r *region) run(worker int) {
	for {
		left := r.left.Load()
		first, end := left>>32, left&(1<<32-1)
		if first >= end {
			return
		}
		i := first
		if worker%2 == 0 {
			first++
		} else {
			end--
			i = end
		}
		if r.left.CompareAndSwap(left, first<<32|end) {
			r.task(worker, int(i))
		}
	}
}

// help is the life of a helper.
func (t *team) help() {
	var last *region
	for spins := 0; spins < helperSpins; spins++ {
		r := t.work.Load()
		if r == nil || r == last {
			continue
		}
		last, spins = r, 0
		r.inside.Add(1)
		if worker := r.joined.Add(1); worker <= t.helpers {
			r.run(int(worker))
		}
		r.inside.Add(-1)
	}
	t.alive.Add(-1)
}
