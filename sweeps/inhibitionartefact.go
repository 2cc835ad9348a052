package sweeps

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"math"

	"gardner/core/inhibition"
	"gardner/core/memory"
	"gardner/core/rng"
)

// inhibitionArtefact is the trained network of an architecture. Part 0 also has the
// memories and what the I population does in them.
func inhibitionArtefact() Artefact {
	return Artefact{
		Name: "inhibition-network", Version: 3, Doc: "memories, the I population's averages in them, and trained weights",
		Params:  []string{"N", "alpha", "f_exc", "f_E", "m_I", "gamma", "architecture"},
		Parts:   inhibitionParts,
		Prepare: prepareInhibition,
	}
}

func inhibitionParts(p Point) int {
	pop := inhibitionPopulation(p)
	return trainingParts(inhibitionTrained(p), inhibition.Architecture(p.Str("architecture")).PlasticInputs(pop), memoryCount(p))
}

// inhibitionTrained is the number of trained neurons.
func inhibitionTrained(p Point) int {
	if p.Str("architecture") == string(inhibition.Selective) {
		return p.Int("N")
	}
	return inhibitionPopulation(p).NExc
}

// populationRecord is what the I population does in all memories.
type populationRecord struct {
	key                  rng.Key // names the circuit's random couplings
	c1, c5, rateVariance float64
	asynchronous         float64 // memories
	inh                  []float64
}

// bernoulliStates draws n states that are 1 with probability f, else 0.
func bernoulliStates(s *rng.Stream, n int, f float64) []float64 {
	x := make([]float64, n)
	for i := range x {
		if s.Bernoulli(f) {
			x[i] = 1
		}
	}
	return x
}

// keyFrom draws a key.
func keyFrom(s *rng.Stream) (k rng.Key) {
	for i := 0; i < len(k); i += 8 {
		binary.LittleEndian.PutUint64(k[i:], s.Uint64())
	}
	return k
}

// recorded draws the circuit of that key and runs its I population in every memory.
func recorded(ctx context.Context, key rng.Key, clamp *rng.Stream, pop inhibition.Population, exc []float64, count int) (*populationRecord, error) {
	r := &populationRecord{key: key}
	c := pop.Draw(rng.New(key))
	for mu := range count {
		rec, err := c.Clamp(ctx, exc[mu*pop.NExc:(mu+1)*pop.NExc], inhibition.BurnIn, inhibition.Recorded, clamp)
		if err != nil {
			return nil, err
		}
		a := rec.Asynchrony(pop.MI)
		if a.C0 > 0 {
			r.c1 += a.C1 / (a.C0 * float64(count))
			r.c5 += a.C5 / (a.C0 * float64(count))
		}
		r.rateVariance += a.RateVariance / float64(count)
		if a.Asynchronous() {
			r.asynchronous++
		}
		r.inh = append(r.inh, rec.Mean...)
	}
	return r, nil
}

func prepareInhibition(ctx context.Context, t *ArtefactTask, part int) ([]byte, error) {
	p := t.Point
	pop, count := inhibitionPopulation(p), memoryCount(p)
	a := inhibition.Architecture(p.Str("architecture"))
	m := &inhibition.Memories{P: count, Exc: bernoulliStates(t.Stream("memories"), count*pop.NExc, pop.FE)}
	r := &populationRecord{}
	if a.HasPopulation() {
		var err error
		if r, err = recorded(ctx, keyFrom(t.Stream("circuit")), t.Stream("clamp"), pop, m.Exc, count); err != nil {
			return nil, err
		}
		m.Inh = r.inh
	} else if a == inhibition.Selective {
		m.Inh = bernoulliStates(t.Stream("inhibitory memories"), count*pop.NInh, pop.MI)
		r.inh = m.Inh
	}
	q := inhibition.NewProblem(a, pop, m, p.Num("gamma"))
	parts := inhibitionParts(p)
	lo, hi := part*q.Trained/parts, (part+1)*q.Trained/parts
	b, err := q.Train(ctx, lo, hi, t.Threads, func(done int) { t.Report(float64(done) / float64(hi-lo)) })
	if err != nil {
		return nil, err
	}
	if part > 0 {
		return encodeBlock(nil, b), nil
	}
	head := append([]byte(nil), r.key[:]...)
	for _, v := range append([]float64{r.c1, r.c5, r.rateVariance, r.asynchronous, float64(len(r.inh))}, r.inh...) {
		head = binary.LittleEndian.AppendUint64(head, math.Float64bits(v))
	}
	return append(head, encodeBlock(m.Exc, b)...), nil
}

// inhibitionNetwork returns the trained architecture of a task.
func (t *Task) inhibitionNetwork(ctx context.Context) (*inhibited, error) {
	a := &inhibited{share: inhibitionTrainingCost(t.Outer) / t.experiment.Cost(t.Outer, t.Inner)}
	scaled := *t
	scaled.Progress = func(fraction float64) { t.Report(a.share * fraction) }
	parts, err := scaled.ArtefactParts(ctx, "inhibition-network")
	if err != nil {
		return nil, err
	}
	damaged := errors.New("the artefact inhibition-network is damaged")
	pop, m := inhibitionPopulation(t.Outer), &inhibition.Memories{P: memoryCount(t.Outer)}
	var key rng.Key
	blocks := make([]*memory.Block, len(parts))
	for i, data := range parts {
		if i == 0 {
			const fixed = 32 + 5*8
			if len(data) < fixed {
				return nil, damaged
			}
			copy(key[:], data)
			number := func(k int) float64 { return math.Float64frombits(binary.LittleEndian.Uint64(data[32+8*k:])) }
			a.c1, a.c5, a.rateVariance, a.asynchronous = number(0), number(1), number(2), int(number(3))
			n := int(number(4))
			if n < 0 || len(data) < fixed+8*n {
				return nil, damaged
			}
			for k := range n {
				m.Inh = append(m.Inh, number(5+k))
			}
			data = data[fixed+8*n:]
		}
		states, b, err := decodeBlock(data)
		if err != nil {
			return nil, fmt.Errorf("%w: %w", damaged, err)
		}
		if i == 0 {
			m.Exc = states
		}
		blocks[i] = b
	}
	a.problem = inhibition.NewProblem(inhibition.Architecture(t.Outer.Str("architecture")), pop, m, t.Outer.Num("gamma"))
	a.block = memory.Join(blocks...)
	if a.block.Lo != 0 || a.block.Hi != a.problem.Trained || a.block.N != a.problem.Ensemble.N {
		return nil, damaged
	}
	if a.problem.Architecture.HasPopulation() {
		a.circuit = pop.Draw(rng.New(key))
	}
	return a, nil
}
