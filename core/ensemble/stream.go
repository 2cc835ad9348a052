package ensemble

import (
	"context"

	"gardner/core/linalg"
	"gardner/core/perceptron"
)

// stream is one thread's neurons: many descents side by side, so that their products with the memories are matrix products,
// each handed to the active set when it is ready and replaced by the next neuron. A neuron that the active set does not
// settle goes to the cold solver of package perceptron.
type stream struct {
	t        *training
	eng      *linalg.Engine
	width    int
	slots    []*descent
	signed   []float64 // width x P: y l of the points
	weights  []float64 // width x N
	fields   []float64 // width x P: X w
	scratch  scratch
	active   *activeSet
	problem  perceptron.Problem
	cold     perceptron.Options
	finished bool // no further neuron to begin
}

// streamWidth is how many neurons a thread takes at a time: enough for the products to pay for reading the memories.
const streamWidth = 192

// narrow is the width up to which products go neuron by neuron, with the same bits.
const narrow = 4

func newStream(t *training, neurons int) *stream {
	m := t.m
	width := min(streamWidth, neurons)
	eng := linalg.New(1)
	return &stream{t: t, eng: eng, width: width, signed: make([]float64, width*m.P), weights: make([]float64, width*m.N),
		fields: make([]float64, width*m.P), scratch: scratch{slope: make([]float64, m.P), next: make([]float64, m.P)},
		active: newActiveSet(t.shared, t.kind, eng),
		cold:   perceptron.Options{Engine: eng, Workspace: new(perceptron.Workspace), Tol: t.o.Tol, SkipSignedMargin: true}}
}

// run trains neurons until none is left.
func (s *stream) run(ctx context.Context) {
	for {
		s.refill(ctx)
		if len(s.slots) == 0 {
			return
		}
		s.products()
		kept := s.slots[:0]
		for k, d := range s.slots {
			if err := ctx.Err(); err != nil {
				s.t.finish(d.i, err)
				continue
			}
			if !s.t.wanted(d.i) {
				continue
			}
			if !s.advance(ctx, k, d) {
				kept = append(kept, d)
			}
		}
		s.slots = kept
	}
}

// refill begins neurons until all slots are taken.
func (s *stream) refill(ctx context.Context) {
	for len(s.slots) < s.width && !s.finished {
		i, ok := s.t.take()
		if !ok {
			s.finished = true
			return
		}
		d := newDescent(s.t.shared, s.t.kind, i)
		if d.suits() {
			s.slots = append(s.slots, d)
		} else {
			s.alone(ctx, i)
		}
	}
}

// products computes the weights and fields of all slots.
func (s *stream) products() {
	m, b := s.t.m, len(s.slots)
	for k, d := range s.slots {
		row := s.signed[k*m.P : (k+1)*m.P]
		for mu, l := range d.point {
			row[mu] = float64(d.y[mu] * l)
		}
	}
	if b > narrow {
		s.eng.Gemm(s.weights, m.N, s.signed, m.P, m.X, m.N, b, m.N, m.P, 1, 0)
	}
	for k, d := range s.slots {
		x := s.weights[k*m.N : (k+1)*m.N]
		if b <= narrow {
			s.eng.MulVecT(x, m.X, m.N, m.P, m.N, s.signed[k*m.P:(k+1)*m.P])
		}
		d.weigh(x)
	}
	if b > narrow {
		s.eng.Gemm(s.fields, m.P, s.weights, m.N, s.t.shared.across, m.P, b, m.P, m.N, 1, 0)
		return
	}
	for k := range s.slots {
		s.eng.MulVecT(s.fields[k*m.P:(k+1)*m.P], s.t.shared.across, m.P, m.N, m.P, s.weights[k*m.N:(k+1)*m.N])
	}
}

// advance takes one step with the neuron of slot k, and tries the active set if its gap is small enough. It says whether
// the neuron is done.
func (s *stream) advance(ctx context.Context, k int, d *descent) bool {
	m := s.t.m
	if !d.step(s.fields[k*m.P:(k+1)*m.P], &s.scratch) {
		s.alone(ctx, d.i)
		return true
	}
	if d.gap > d.gate {
		return false
	}
	d.gate = gateStep * min(d.gate, d.gap)
	d.supports(s.weights[k*m.N:(k+1)*m.N], s.active.rows, s.active.cols)
	rounds, ok := s.active.run(d)
	d.iterations += rounds
	if !ok {
		return false
	}
	sol := s.active.answer(d)
	if sol == nil || sol.Gap > s.t.o.Tol {
		s.alone(ctx, d.i)
		return true
	}
	s.t.block.set(d.i, sol)
	s.t.finish(d.i, nil)
	return true
}

// alone solves neuron i by itself.
func (s *stream) alone(ctx context.Context, i int) {
	s.t.cold.Add(1)
	s.t.m.fill(&s.problem, i)
	sol, err := s.t.solve(ctx, &s.problem, &s.cold)
	if err == nil {
		s.t.block.set(i, sol)
	}
	s.t.finish(i, err)
}
