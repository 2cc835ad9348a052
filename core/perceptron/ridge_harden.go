package perceptron

import (
	"context"
	"math"
)

const (
	// hardenFrom and hardenLoad: see light.
	hardenFrom = 3
	hardenLoad = 1.35

	// hardenLeast and hardenRounds: rounds before the active set is first tried, and in all.
	hardenLeast  = 2
	hardenRounds = 12
	// hardenChange is the largest share of the supports that may change in a round before the active set takes over.
	hardenChange = 0.06
	hardenTries  = 3 // of the active set
)

// hardenSchedule holds eps in units of spread for the first rounds with multipliers; it then stays.
var hardenSchedule = [...]float64{0.06, 0.036, 0.03}

// light says that it is time for harden: after hardenFrom rounds of A with fewer rows than hardenLoad per weight off zero. With
// more rows the interior point does better.
func (r *ridge) light() bool {
	return r.g.c == nil && r.rounds == hardenFrom && r.load() < hardenLoad
}

// harden goes on from the soft problem to the hard one by the method of multipliers (Hestenes, J. Optim. Theory Appl. 4, 303
// (1969)): rows aim at d + eps lambda with the multipliers of the round before, so that the hinges are those of the hard
// problem in the end, at an eps that stays a fair fraction of the rows' squared norm. Where the supports settle the active set
// takes over. False: it did not end there.
func (r *ridge) harden(ctx context.Context, po *polish, want goal) (best point, ok bool) {
	tries, rounds := 0, 0
	for k := 0; k < hardenRounds && tries < hardenTries && ctx.Err() == nil; k++ {
		eps := hardenSchedule[min(k, len(hardenSchedule)-1)] * r.spread
		for mu, l := range r.lambda {
			r.shift[mu] = float64(eps * math.Max(l, 0))
		}
		if !r.round(eps) {
			break
		}
		rounds++
		changed, size := r.supports(po)
		if k+1 < hardenLeast || float64(changed) > hardenChange*float64(size) {
			continue
		}
		tries++
		pt, good := po.unitBall(want.unit)
		rounds += pt.rounds
		if good && pt.lower > signTol {
			pt.rounds = rounds
			return pt, true
		}
	}
	clear(r.shift)
	return point{rounds: rounds}, false
}

// supports sets those of po to the rows with a positive hinge and the weights off zero, and says how many of them
// changed, and how many there are.
func (r *ridge) supports(po *polish) (changed, size int) {
	for mu, d := range r.g.d {
		in := r.shift[mu]+d+float64(r.theta*r.b[mu])-r.au[mu] > 0
		if in {
			size++
		}
		if in != po.inS[mu] {
			po.inS[mu] = in
			changed++
		}
	}
	for j, u := range r.u {
		in := u > 0 || r.g.isFree(j)
		if in {
			size++
		}
		if in != po.inF[j] {
			po.inF[j] = in
			changed++
		}
	}
	return changed, size
}
