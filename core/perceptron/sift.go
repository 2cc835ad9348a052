package perceptron

import (
	"context"
	"math"
)

// siftFrom is the size, the product of patterns and inputs, from which a program is sifted.
const siftFrom = 60 * 60

// sifted runs the interior point on the rows and weights that ridge picks only, looks after each step whether it misses any
// of the others, and starts the active set of the full program from its supports: that takes in the last ones and proves
// the result on the full program. False: nothing was gained but time lost, a fraction of what the full interior point costs.
func (g *program) sifted(ctx context.Context, want goal) (optimum, bool) {
	if !g.plain || g.m*g.n < g.siftFrom || want.signOnly || g.e == nil && g.c == nil {
		return optimum{}, false
	}
	r, ok := newRidge(g)
	if !ok {
		return optimum{}, false
	}
	rounds, ok := r.descend()
	if !ok {
		return optimum{iterations: rounds}, false
	}
	po := newPolish(g)
	po.grams = r.grams
	if r.light() {
		pt, ok := r.harden(ctx, po, want)
		rounds += pt.rounds
		if ok {
			return optimum{point: pt, iterations: rounds, exact: true}, true
		}
	}
	keep, ok := r.choose()
	if !ok {
		return optimum{iterations: rounds}, false
	}
	fixedEta := 1.0
	if keep.linear {
		fixedEta = 0
	}
	ip := blankIPM(g.restricted(keep), fixedEta)
	ip.warm(r, keep)
	var clean, now *lifted // the last point that missed nothing, and the present one
	limit, tries := math.Inf(1), 0
	for steps := 0; steps < siftSteps && tries < siftTries && ctx.Err() == nil; steps++ {
		rounds++
		if err := ip.step(); err != nil || ip.stalled || ip.upperBound < signTol {
			break
		}
		if g.c != nil && ip.fixedEta {
			ip.eta *= math.Max(0.8, math.Min(1.25, norm(ip.v)))
		}
		lo, up := ip.lowerBound, ip.upperBound
		rel := (up - lo) / math.Max(1e-3, math.Max(math.Abs(lo), math.Abs(up)))
		gate, spare := ip.gate()
		gate = math.Min(gate, limit)
		if lo > reviewFrom && (rel > gate || spare < enoughSpare) {
			now = g.lift(now, ip, keep)
			if keep.extend(now) {
				from := clean
				if from == nil {
					from = now
				}
				ip = g.resume(from, keep, ip.fixedEta)
				continue
			}
			clean, now = now, clean
		}
		if rel > gate {
			continue
		}
		if lo <= 0 {
			break // hardly feasible: see polishFrom
		}
		limit = rel * gateStep
		tries++
		now = g.lift(now, ip, keep)
		pt, ok := g.polishFrom(ctx, now.whole(g, ip), po, want.unit, rel)
		rounds += pt.rounds
		if ok && pt.lower > signTol {
			return optimum{point: pt, iterations: rounds, exact: true}, true
		}
	}
	return optimum{iterations: rounds}, false
}

const (
	siftSteps = 40 // interior point iterations before a restricted program is given up
	siftTries = 5  // times the active set is started from one
	// reviewFrom: from this lower bound on kappa on, in units of the inputs, it is worth a look at what is left out.
	reviewFrom = -0.2
	// enoughSpare: with this much spare (see gate) the active set itself takes in what was left out.
	enoughSpare = 0.3
)

// gate is the relative gap at which the active set finds its way from this point: the more rows rest on the weights off zero,
// the closer to the optimum. spare is the share of those weights that no row needs.
func (ip *ipm) gate() (gap, spare float64) {
	rows, cols := 0, 0
	for mu := range ip.lambda {
		if ip.rowIn(mu) {
			rows++
		}
	}
	for j := range ip.v {
		if ip.weightIn(j) {
			cols++
		}
	}
	spare = 1 - float64(rows)/float64(max(cols, 1))
	least := math.Max(0.02, spare)
	return 0.2 * least * least, spare
}
