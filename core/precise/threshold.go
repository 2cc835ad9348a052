package precise

import (
	"context"

	"gardner/core/linalg"
	"gardner/core/psp"
	"gardner/core/rng"
)

// HighThreshold is the high threshold projection rule: the potential is reset at the
// desired times only, as if the threshold were out of reach elsewhere. Weights are
// kept where V(t_d) = 1 exactly, w.z(t_d) = 1 + sum_{t' < t_d} e^{-(t_d-t')/tau_m};
// where V passes 1 at another time t, highest between two desired times, they change
// by -Rate z_perp(t), the part of the gradient orthogonal to all z(t_d) (Memmesheimer
// et al. 2014). Success is a replay with real resets.
type HighThreshold struct {
	Rate   float64 // eta > 0
	Eps    float64 // > 0; the replay must have one spike within Eps of each desired time
	Cycles int     // over all trials, at most
}

// touching is how far V may pass the threshold: V(t_d) is 1 to rounding only, and a
// maximum just before t_d is hardly above it.
const touching = 1e-9

// Learn changes the weights w until, after a cycle over the trials in a random order
// drawn anew each time, a replay of all with real resets succeeds, or no V passes 1
// any more but at the desired times. It returns the number of cycles and whether the
// replay succeeded; false after Cycles, and at once if the gradients at the desired
// times are linearly dependent, as always if there are more of them than afferents.
// The error is a *RuleError or the context's.
func (f HighThreshold) Learn(ctx context.Context, k *psp.Kernel, trials []*Trial, w []float64, s *rng.Stream) (cycles int, ok bool, err error) {
	if err := validRule(f.Rate, f.Eps, f.Cycles); err != nil {
		return 0, false, err
	}
	space, ok := newSubspace(k, trials, len(w))
	if !ok {
		return 0, false, nil
	}
	order := identity(len(trials))
	change, scaled := make([]float64, len(w)), make(psp.Weights, len(w)+1)
	rescale := func() {
		for i, x := range w {
			scaled[i] = float64(x * k.V0)
		}
	}
	var found []excess
	for cycles = 1; cycles <= f.Cycles; cycles++ {
		if err := ctx.Err(); err != nil {
			return cycles, false, err
		}
		space.move(w, space.target) // rounding adds up otherwise
		rescale()
		s.Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] })
		right := true
		for _, i := range order {
			t := trials[i]
			if found = t.scan(k, scaled, 1+touching, found[:0]); len(found) == 0 {
				continue
			}
			right = false
			clear(change)
			for _, e := range found {
				t.Input.AddPSP(k, e.at, -f.Rate, change)
			}
			space.remove(change)
			linalg.Axpy(1, change, w)
			rescale()
		}
		if replays := Replays(k, trials, w, f.Eps); replays || right {
			return cycles, replays, nil
		}
	}
	return f.Cycles, false, nil
}
