package linalg

import "fmt"

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
	private     []*private
	team        team
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
	e := &Engine{threads: threads, path: path, tiles: make([]float64, threads*maxTile)}
	e.team.size(threads)
	return e
}

// Threads returns the number of threads the engine may use.
func (e *Engine) Threads() int { return e.threads }

// Path returns the instructions the engine uses.
func (e *Engine) Path() Path { return e.path }

// edgeTile returns the worker's scratch tile.
func (e *Engine) edgeTile(worker int) []float64 {
	return e.tiles[worker*maxTile : (worker+1)*maxTile]
}
