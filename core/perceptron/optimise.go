package perceptron

import (
	"context"
	"math"
)

const (
	firstGate     = 2e-2  // relative gap at which the active set is first tried
	interiorLimit = 120   // interior point iterations before giving up with an error
	gateStep      = 0.1   // it is tried again when the gap has shrunk by this factor
	finalGap      = 1e-11 // the interior point stops here: it resolves no more
)

// goal says when a solve may stop before the optimum.
type goal struct {
	unit      float64 // factor from the program's kappa to the reported one
	signOnly  bool    // stop as soon as a bound fixes the sign of kappa
	stopBelow float64 // stop once kappa is proved to be below (0: never)
}

// optimum is what a solve returns: the best point, with bounds that hold whatever happened.
type optimum struct {
	point
	iterations int
	exact      bool // the gap is within tolerance
	stopped    bool // stopped early, as the goal allowed
}

// optimise solves the program: on the rows and weights that matter if that works, else on all. It runs the interior point to a coarse gap, then the active set, and goes back and forth until the gap is
// closed or the interior point resolves no more.
func (g *program) optimise(ctx context.Context, want goal) (optimum, error) {
	first, ok := g.sifted(ctx, want)
	if ok {
		return first, nil
	}
	r, err := g.optimiseAll(ctx, want)
	r.iterations += first.iterations
	return r, err
}

// optimiseAll is optimise on all rows and weights from the start.
func (g *program) optimiseAll(ctx context.Context, want goal) (optimum, error) {
	if g.c != nil {
		r, err := g.optimiseFrom(ctx, want, 0)
		if err != nil || r.exact && (r.lower > signTol || r.upper <= signTol) || r.stopped || r.upper < -hopeless {
			return r, err
		}
		again, err := g.byRadius(ctx, newPolish(g), want, 1)
		return again.merged(r, want.unit, g.tol), err
	}
	// A tiny kappa wants a second start with an eta of its size.
	r, err := g.optimiseFrom(ctx, want, 0)
	for _, factor := range [...]float64{1, 10, 0.1} {
		if err != nil || r.exact || r.stopped || r.upper <= signTol || math.IsInf(r.upper, 1) {
			break
		}
		var again optimum
		if again, err = g.optimiseFrom(ctx, want, factor*r.upper); err == nil {
			r = again.merged(r, want.unit, g.tol)
		}
	}
	return r, err
}

// merged takes the better of each bound from another attempt at the same program.
func (r optimum) merged(other optimum, unit, tol float64) optimum {
	r.iterations += other.iterations
	if r.exact || r.stopped {
		return r
	}
	if other.lower > r.lower || r.v == nil {
		r.lower, r.v, r.kappa, r.tau, r.ballActive = other.lower, other.v, other.kappa, other.tau, other.ballActive
	}
	if other.upper < r.upper || r.lambda == nil {
		r.upper, r.lambda = other.upper, other.lambda
	}
	r.exact = gapOf(r.lower, r.upper, unit) <= tol
	return r
}

// optimiseFrom is optimise with a given eta; 0 for the ball or, where c = 0, an estimate.
func (g *program) optimiseFrom(ctx context.Context, want goal, eta float64) (optimum, error) {
	ip := newIPM(g, eta)
	po := newPolish(g)
	gate, suspect, rounds := firstGate, firstGate, 0
	for ip.iterations < interiorLimit {
		if err := ctx.Err(); err != nil {
			return optimum{}, err
		}
		if err := ip.step(); err != nil || ip.stalled {
			break
		}
		lo, up := ip.lowerBound, ip.upperBound
		if want.signOnly && (lo > g.signMargin() || up < -signTol) || want.stopBelow > 0 && up < want.stopBelow {
			return optimum{point: ip.point(), iterations: ip.iterations + rounds, stopped: true}, nil
		}
		if g.c == nil && lo <= 0 && up <= suspect {
			suspect = math.Max(suspect*0.1, 1e-6)
			if up > signTol {
				ip.propose(g.repair(ip.bestLambda))
				ip.propose(g.repair(ip.lambda))
			}
			if ip.upperBound <= signTol {
				break
			}
		}
		rel := (up - lo) / math.Max(1e-3, math.Max(math.Abs(lo), math.Abs(up)))
		if rel <= gate {
			gate = math.Min(gate, rel) * gateStep
			pt, ok := g.polishFrom(ctx, ip, po, want.unit, rel)
			rounds += pt.rounds
			if ok && (pt.lower > signTol || pt.upper <= signTol) {
				return optimum{point: pt, iterations: ip.iterations + rounds, exact: true}, nil
			}
			if gate < finalGap {
				break
			}
		}
		if up < -hopeless {
			break
		}
	}
	if g.c == nil && ip.lowerBound <= signTol && ip.upperBound > signTol {
		ip.propose(g.repairSparse(ip.bestLambda))
		ip.propose(g.repairSparse(ip.lambda))
	}
	if ip.q > ip.eta && g.c != nil {
		ip.propose(g.repair(ip.bestLambda))
	}
	out := optimum{point: ip.cleaned(), iterations: ip.iterations + rounds}
	out.exact = gapOf(out.lower, out.upper, want.unit) <= g.tol
	return out, nil
}

const (
	// tieGate: below this relative gap a linear program that has shown no vertex is taken to have none.
	tieGate = 1e-6
	// signTol: a bound on kappa this far from zero fixes its sign in spite of rounding.
	signTol = 1e-11
	// hopeless: multipliers that push kappa below minus this prove that rows with d = 0 or equality rows exclude each other.
	hopeless = 1e7
)

// signMargin is the attained kappa that settles feasibility early. Where rows must hold to a tolerance relative to kappa, a
// tiny kappa may be the tolerance's doing.
func (g *program) signMargin() float64 {
	if g.plain {
		return signTol
	}
	return 1e-6
}

// polishFrom tries the active set with the ball active or inactive as the interior point suggests.
func (g *program) polishFrom(ctx context.Context, ip *ipm, po *polish, unit, rel float64) (point, bool) {
	rounds := 0
	flat := ip.q > ip.eta
	if g.c == nil {
		flat = ip.lowerBound <= 0 && ip.upperBound < 1e-3
	}
	if flat {
		po.balance(ip)
		pt, ok, least := po.vertex(unit)
		if ok && least {
			return pt, true
		}
		rounds += pt.rounds
		if ok || rel < tieGate {
			if pt, ok := g.leastNorm(ctx, po, pt, unit); ok {
				pt.rounds += rounds
				return pt, true
			}
		}
	}
	po.guess(ip)
	pt, ok := po.unitBall(unit)
	pt.rounds += rounds
	return pt, ok
}

// guess reads supports off an interior point: a row is in S if its multiplier outweighs its slack, in the units in which
// the Gram matrix, of order n/2, turns one into the other; a weight is in F if eta v outweighs z.
func (po *polish) guess(ip *ipm) {
	for mu := range po.inS {
		po.inS[mu] = ip.rowIn(mu)
	}
	for j := range po.inF {
		po.inF[j] = ip.weightIn(j)
	}
}

func (ip *ipm) rowIn(mu int) bool   { return ip.lambda[mu]*float64(ip.g.n)/2 > ip.s[mu]*ip.eta }
func (ip *ipm) weightIn(j int) bool { return ip.v[j]*ip.eta > ip.z[j] }

// leastNorm finds the solution of least norm of a linear program whose optimum pt is not unique: the limit of small
// eta of the program with objective kappa - eta |v|^2/2, reached at a finite eta. False if no eta tried settles it.
func (g *program) leastNorm(ctx context.Context, po *polish, pt point, unit float64) (point, bool) {
	rounds := 0
	inner := *g
	inner.work = new(Workspace) // the outer interior point goes on if this fails
	for _, eta := range [...]float64{1e-2, 1e-4, 1e-6} {
		ip := newIPM(&inner, eta)
		try := 1e-5 * eta
		for k := 0; k < interiorLimit && ctx.Err() == nil; k++ {
			if err := ip.step(); err != nil || ip.stalled {
				break
			}
			rounds++
			if ip.mu > try {
				continue
			}
			try = 0.01 * ip.mu
			po.guess(ip)
			best, ok, least := po.vertex(unit)
			if ok && least {
				best.rounds = rounds
				return best, true
			}
			if ip.mu < 1e-15*eta {
				break
			}
		}
	}
	pt.rounds = rounds
	return pt, false
}

// propose takes multipliers that give a better bound.
func (ip *ipm) propose(lambda []float64, upper float64) {
	if upper < ip.upperBound {
		ip.upperBound = upper
		copy(ip.bestLambda, lambda)
	}
}

// point is the interior point's best pair of bounds.
func (ip *ipm) point() point {
	pt := point{v: append([]float64(nil), ip.bestV...), lambda: append([]float64(nil), ip.bestLambda...),
		kappa: ip.lowerBound, tau: ip.bestTau, lower: ip.lowerBound, upper: ip.upperBound, ballActive: ip.q < ip.eta}
	var dl, size float64
	for mu, l := range pt.lambda {
		dl += float64(ip.g.d[mu] * l)
		size += math.Abs(l)
	}
	if dl < 1e-6*size {
		dl = size // multipliers that exclude every kappa
	}
	for mu := range pt.lambda {
		pt.lambda[mu] /= dl
	}
	return pt
}

// cleaned is point with the weights that the interior point sends to zero set to zero, where that costs nothing.
func (ip *ipm) cleaned() point {
	g, pt := ip.g, ip.point()
	v := append([]float64(nil), ip.v...)
	for j := range v {
		if !g.isFree(j) && ip.v[j]*math.Max(ip.eta, 1e-3) < ip.z[j] {
			v[j] = 0
		}
	}
	g.eng.MulVec(ip.av, g.a, g.n, g.m, g.n, v)
	low, scale := g.lower(v, ip.av, ip.kappa, ip.tau)
	if low >= pt.lower-float64(1e-12*math.Max(1e-3, math.Abs(pt.lower))) {
		for j := range v {
			v[j] *= scale
		}
		pt.v, pt.kappa, pt.lower, pt.tau = v, low, low, scale*ip.tau
	}
	return pt
}
