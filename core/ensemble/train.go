package ensemble

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"

	"gardner/core/perceptron"
)

// Options tune a training; nil means the defaults. They do not change a bit of the result.
type Options struct {
	// Threads is how many neurons are trained at a time (default 1); memory grows with it (package comment).
	Threads int
	// Tol is the wanted duality gap of every neuron, perceptron.CertifiedGap if zero or larger.
	Tol float64
	// Progress, if given, is called after each neuron with the number done so far, by one goroutine at a time.
	Progress func(done int)
}

// Train solves problem kind (KindKappaIn = A, KindKappaOut = B, KindFreeThreshold = UF) of every neuron of the range.
// Neurons that cannot hold all memories are reported in the block, with their Farkas vectors. Errors: of the input (see
// Validate), the context's, or the *perceptron.NumericalError of the first neuron that has one, with its number.
func Train(ctx context.Context, m *Memories, kind perceptron.Kind, r Range, o *Options) (*Block, error) {
	t, err := train(ctx, m, kind, r, o)
	if err != nil {
		return nil, err
	}
	return t.block, nil
}

func train(ctx context.Context, m *Memories, kind perceptron.Kind, r Range, o *Options) (*training, error) {
	if err := m.Validate(r); err != nil {
		return nil, err
	}
	solve, err := solverOf(kind)
	if err != nil {
		return nil, err
	}
	var opt Options
	if o != nil {
		opt = *o
	}
	if !(opt.Tol > 0) || opt.Tol > perceptron.CertifiedGap {
		opt.Tol = perceptron.CertifiedGap
	}
	t := &training{m: m, kind: kind, solve: solve, o: &opt, block: newBlock(m, kind, r), next: r.Lo, failed: r.Hi}
	if r.Lo == r.Hi {
		return t, nil
	}
	threads := min(max(1, opt.Threads), r.Hi-r.Lo)
	t.shared = newShared(m, kind == perceptron.KindFreeThreshold, threads)
	var wait sync.WaitGroup
	for range threads {
		wait.Go(func() { newStream(t, (r.Hi-r.Lo+threads-1)/threads).run(ctx) })
	}
	wait.Wait()
	return t, t.err
}

type solveFunc func(context.Context, *perceptron.Problem, *perceptron.Options) (*perceptron.Solution, error)

func solverOf(kind perceptron.Kind) (solveFunc, error) {
	switch kind {
	case perceptron.KindKappaIn:
		return perceptron.MaxKappaIn, nil
	case perceptron.KindKappaOut:
		return perceptron.MaxKappaOut, nil
	case perceptron.KindFreeThreshold:
		return perceptron.FreeThreshold, nil
	case perceptron.KindFeasible, perceptron.KindThresholdAtZero:
	}
	return nil, &InputError{Field: "Kind", Row: -1, Col: -1, Msg: fmt.Sprintf("%v is not what a network is trained with, use A, B or UF", kind)}
}

// training hands the neurons out in order to the threads.
type training struct {
	m      *Memories
	kind   perceptron.Kind
	solve  solveFunc // of a single neuron
	shared *shared
	o      *Options
	block  *Block       // each neuron's entries are written by the thread that has it
	cold   atomic.Int64 // neurons left to the single solver

	mu     sync.Mutex // guards what follows
	next   int        // neuron to hand out
	done   int
	failed int // the first neuron with an error
	err    error
}

// take returns the next neuron. After an error none is handed out; those below are already under way, so that the
// error reported, of the lowest neuron, does not depend on the threads.
func (t *training) take() (int, bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.err != nil || t.next >= t.block.Hi {
		return 0, false
	}
	t.next++
	return t.next - 1, true
}

func (t *training) finish(i int, err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if err != nil {
		if i < t.failed {
			t.failed, t.err = i, fmt.Errorf("ensemble: neuron %d: %w", i, err)
		}
		return
	}
	t.done++
	if t.o.Progress != nil {
		t.o.Progress(t.done)
	}
}
