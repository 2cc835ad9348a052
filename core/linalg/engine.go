package linalg

// Engine runs the kernels that need scratch memory or threads. It owns both,
// so it must not be used by two goroutines at once; results do not depend on
// the number of threads, nor on what the engine did before.
type Engine struct {
	threads int
}

// New returns an engine that uses up to the given number of threads (at least
// one) inside one call.
func New(threads int) *Engine {
	return &Engine{threads: max(threads, 1)}
}

// Threads returns the number of threads the engine may use.
func (e *Engine) Threads() int { return e.threads }
