package memory

import (
	"context"
	"fmt"
	"math"

	"gardner/core/ensemble"
	"gardner/core/perceptron"
)

// Training says what the neurons of a network optimise.
type Training struct {
	Kind  perceptron.Kind // KindKappaIn (A), KindKappaOut (B) or KindFreeThreshold (UF)
	Gamma float64         // bound on |J_i|; of UF the norm that rows are scaled to; finite
}

// Validate returns nil or an error that says what is wrong.
func (t Training) Validate() error {
	switch t.Kind {
	case perceptron.KindKappaIn, perceptron.KindKappaOut, perceptron.KindFreeThreshold:
	default:
		return fmt.Errorf("memory: networks are not trained for %s", t.Kind)
	}
	if !(t.Gamma > 0 && t.Gamma <= math.MaxFloat64) {
		return fmt.Errorf("memory: Gamma = %v, want a positive finite number", t.Gamma)
	}
	return nil
}

// Block is trained neurons Lo ... Hi-1 of a network, one row or number each.
type Block struct {
	N, Lo, Hi  int
	Weights    []float64 // (Hi-Lo) x N, row-major, 0 where a neuron would meet itself
	Thresholds []float64
	KappaIn    []float64 // 1/|w| of the canonical weights, +Inf where w = 0
	KappaOut   []float64 // smallest |field| over memories, in the units of the weights
	Imbalance  []float64 // IB over the memories; NaN where w = 0
	Gaps       []float64 // duality gaps of the certificates
	// Infeasible is the first neuron of the block that no weights can train; all other
	// fields but N, Lo, Hi are then nil.
	Infeasible *Infeasible
}

// Infeasible says that a neuron cannot store the memories, with the proof.
type Infeasible struct {
	Neuron       int
	SignedMargin float64 // largest attainable kappa_out, at most 0; NaN of UF
	Gap          float64 // of the proof
	Multipliers  []float64
}

// Ensemble returns the memories as what package ensemble trains on.
func (m *Memories) Ensemble(gamma float64) *ensemble.Memories {
	return &ensemble.Memories{P: m.P, N: m.N, X: m.States, Signs: m.Signs(), Gamma: gamma}
}

// Train trains neurons lo ... hi-1 on the memories, several at a time. Blocks of a
// network have the same bits however it is cut and on any number of threads. progress,
// if given, hears the number of neurons done. Errors are those of [ensemble.Train].
func Train(ctx context.Context, m *Memories, t Training, lo, hi, threads int, progress func(done int)) (*Block, error) {
	return TrainEnsemble(ctx, m.Ensemble(t.Gamma), t, lo, hi, threads, progress)
}

// TrainEnsemble is Train on memories that may have a drive, and columns that are inputs
// only. With a drive neuron i fires where J_i.x > Thresholds[i] (1 - I_ext). Gamma is
// that of the memories.
func TrainEnsemble(ctx context.Context, m *ensemble.Memories, t Training, lo, hi, threads int, progress func(done int)) (*Block, error) {
	t.Gamma = m.Gamma
	if err := t.Validate(); err != nil {
		return nil, err
	}
	solved, err := ensemble.Train(ctx, m, t.Kind, ensemble.Range{Lo: lo, Hi: hi}, &ensemble.Options{Threads: threads, FirstInfeasible: true, Progress: progress})
	if err != nil {
		return nil, err
	}
	for k, status := range solved.Status {
		if status != perceptron.Infeasible {
			continue
		}
		no := &Infeasible{Neuron: lo + k, SignedMargin: solved.SignedMargin[k], Gap: solved.Gap[k],
			Multipliers: append([]float64(nil), solved.Multipliers[k*m.P:(k+1)*m.P]...)}
		if t.Kind == perceptron.KindKappaIn { // A proves it, B says how far from feasible
			s, err := perceptron.MaxKappaOut(ctx, m.Problem(no.Neuron), nil)
			if err != nil {
				return nil, fmt.Errorf("memory: neuron %d: %w", no.Neuron, err)
			}
			no.SignedMargin, no.Gap, no.Multipliers = s.SignedMargin, s.Gap, s.Certificate.Multipliers
		}
		return &Block{N: m.N, Lo: lo, Hi: hi, Infeasible: no}, nil
	}
	mean := make([]float64, m.N)
	for mu := range m.P {
		for i, x := range m.X[mu*m.N : (mu+1)*m.N] {
			mean[i] += x / float64(m.P)
		}
	}
	return fromEnsemble(solved, t, mean), nil
}

// fromEnsemble takes over the solutions, in units of the network.
func fromEnsemble(solved *ensemble.Block, t Training, mean []float64) *Block {
	k := solved.Hi - solved.Lo
	b := &Block{N: solved.N, Lo: solved.Lo, Hi: solved.Hi, Weights: solved.Weights, Thresholds: solved.Threshold,
		KappaIn: solved.KappaIn, KappaOut: make([]float64, k), Imbalance: make([]float64, k), Gaps: solved.Gap}
	for r := range k {
		row := b.Weights[r*b.N : (r+1)*b.N]
		b.KappaOut[r] = 1 / solved.Theta[r]
		if t.Kind == perceptron.KindFreeThreshold {
			scale := 1.0 // of canonical weights; without any it stays
			if !math.IsInf(b.KappaIn[r], 1) {
				scale = t.Gamma * b.KappaIn[r]
			}
			for j := range row {
				row[j] *= scale
			}
			b.Thresholds[r] *= scale
			b.KappaOut[r] = scale
		}
		var drive, gross float64
		for j, w := range row {
			drive += float64(w * mean[j])
			gross += float64(math.Abs(w) * mean[j])
		}
		b.Imbalance[r] = drive / gross // NaN where all weights are 0
	}
	return b
}

// Network returns the network of a block that holds all neurons. It panics if
// the block holds fewer, or is infeasible.
func (b *Block) Network() *Network {
	if b.Infeasible != nil || b.Lo != 0 || b.Hi != b.N {
		panic(fmt.Sprintf("memory: neurons %d to %d of %d are no network", b.Lo, b.Hi, b.N))
	}
	return NewNetwork(b.N, b.Weights, b.Thresholds)
}

// Join returns the block of consecutive blocks: their rows, or the first infeasible
// neuron of any. It panics if a block does not follow the one before.
func Join(blocks ...*Block) *Block {
	all := &Block{N: blocks[0].N, Lo: blocks[0].Lo, Hi: blocks[0].Lo}
	for _, b := range blocks {
		if b.Lo != all.Hi || b.N != all.N {
			panic(fmt.Sprintf("memory: a block from neuron %d after neuron %d", b.Lo, all.Hi))
		}
		all.Hi = b.Hi
		if b.Infeasible != nil && all.Infeasible == nil {
			all.Infeasible = b.Infeasible
		}
	}
	if all.Infeasible != nil {
		return all
	}
	for _, b := range blocks {
		all.Weights = append(all.Weights, b.Weights...)
		all.Thresholds = append(all.Thresholds, b.Thresholds...)
		all.KappaIn = append(all.KappaIn, b.KappaIn...)
		all.KappaOut = append(all.KappaOut, b.KappaOut...)
		all.Imbalance = append(all.Imbalance, b.Imbalance...)
		all.Gaps = append(all.Gaps, b.Gaps...)
	}
	return all
}
