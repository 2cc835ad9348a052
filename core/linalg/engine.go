package linalg

import (
	"fmt"
	"sync"
	"sync/atomic"
)

// Engine runs the kernels that need scratch memory or threads. It owns both,
// so it must not be used by two goroutines at once; results do not depend on
// the number of threads, nor on what the engine did before.
//
// The scratch memory grows to what the largest call so far needed: about
// 2*min(k, superK)*n numbers for a symmetric product of order n.
type Engine struct {
	threads     int
	path        Path
	left, right panels
	chol        cholScratch
	tiles       []float64 // one edge tile per thread
}

// maxTile is the size of the largest tile of any path, 8 x 24.
const maxTile = 8 * 24

// New returns an engine that uses up to the given number of threads (at least
// one) inside one call, on the fastest path of this machine.
func New(threads int) *Engine { return NewPath(threads, Best()) }

// NewPath is New with a given path. It panics if the machine cannot run it.
func NewPath(threads int, path Path) *Engine {
	if !path.Available() {
		panic(fmt.Sprintf("linalg: this machine cannot run the %v path", path))
	}
	threads = max(threads, 1)
	return &Engine{threads: threads, path: path, tiles: make([]float64, threads*maxTile)}
}

// Threads returns the number of threads the engine may use.
func (e *Engine) Threads() int { return e.threads }

// Path returns the instructions the engine uses.
func (e *Engine) Path() Path { return e.path }

// threadWork is the work, in multiply-adds at the speed of the tile kernel,
// that is worth waking a second thread for (about 20 us).
const threadWork = 1 << 20

// parallel calls task(worker, i) once for each i in 0..n-1, on up to
// e.threads goroutines if work (in multiply-adds) is large enough. Tasks are
// claimed in ascending order by whichever worker is free; they must write to
// separate memory, so that the claim order cannot show in the result.
func (e *Engine) parallel(n, work int, task func(worker, i int)) {
	workers := min(e.threads, n)
	if workers <= 1 || work < threadWork {
		for i := range n {
			task(0, i)
		}
		return
	}
	var next atomic.Int64
	run := func(worker int) {
		for {
			i := int(next.Add(1)) - 1
			if i >= n {
				return
			}
			task(worker, i)
		}
	}
	var wg sync.WaitGroup
	for w := 1; w < workers; w++ {
		wg.Go(func() { run(w) })
	}
	run(0)
	wg.Wait()
}

// edgeTile returns the worker's scratch tile.
func (e *Engine) edgeTile(worker int) []float64 {
	return e.tiles[worker*maxTile : (worker+1)*maxTile]
}
