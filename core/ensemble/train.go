package ensemble

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"

	"gardner/core/perceptron"
)

// Options tune a training; nil means the defaults. They do not change a bit of a neuron's answer.
type Options struct {
	// Threads is how many neurons are trained at a time (default 1); memory grows with it (package comment).
	Threads int
	// Tol is the wanted duality gap of every neuron, perceptron.CertifiedGap if zero or larger.
	Tol float64
	// FirstInfeasible ends the training at the first neuron, in order, that cannot hold the memories; the block then
	// ends with it. So one learns cheaply that a network cannot be trained.
	FirstInfeasible bool
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
	t := &training{m: m, kind: kind, solve: solve, o: &opt, block: newBlock(m, kind, r), next: r.Lo, end: r.Hi}
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
	if t.err == nil && t.end < r.Hi {
		t.block.cut(t.end)
	}
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

	mu   sync.Mutex // guards what follows
	next int        // neuron to hand out
	end  int        // neurons from here on are not wanted: after an error, or an infeasible neuron if that ends the training
	done int
	err  error // of neuron end - 1
}

// take returns the next neuron. Neurons are handed out in order: whatever ends the training, those below are done or under
// way, so that the lowest one that does so does not depend on the threads.
func (t *training) take() (int, bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.next >= t.end {
		return 0, false
	}
	t.next++
	return t.next - 1, true
}

// wanted says whether neuron i is still of interest.
func (t *training) wanted(i int) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return i < t.end
}

func (t *training) finish(i int, err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	switch {
	case i >= t.end:
		return
	case err != nil:
		t.end, t.err = i+1, fmt.Errorf("ensemble: neuron %d: %w", i, err)
		return
	case t.o.FirstInfeasible && t.block.Status[i-t.block.Lo] == perceptron.Infeasible:
		t.end, t.err = i+1, nil
	}
	t.done++
	if t.o.Progress != nil {
		t.o.Progress(t.done)
	}
}
