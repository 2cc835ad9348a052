package perceptron

import (
	"context"
	"math"
)

// radiusRounds bounds the quadratic programs of byRadius.
const radiusRounds = 60

// byRadius is the slow and sure way to the optimum in the ball, for problems where the interior point's linearised ball
// goes astray (free weights, few rows): the quadratic program with the objective kappa - eta |v|^2/2 has no ball, its |v|
// falls with eta, and the optimum in the ball is its solution at |v| = 1, or, if |v| stays below 1 as eta falls, the
// linear program's solution of least norm. Bisection in log eta; every solution's supports are polished.
func (g *program) byRadius(ctx context.Context, po *polish, want goal, start float64) (optimum, error) {
	inner := *g
	inner.work = new(Workspace)
	low, high := 0.0, math.Inf(1)
	eta := math.Max(start, 1e-6)
	best := optimum{point: point{lower: math.Inf(-1), upper: math.Inf(1)}}
	for range radiusRounds {
		ip := newIPM(&inner, eta)
		for ip.iterations < interiorLimit && ip.mu > 1e-13*math.Min(1, eta) {
			if err := ctx.Err(); err != nil {
				return optimum{}, err
			}
			if err := ip.step(); err != nil || ip.stalled || ip.upperBound < -hopeless {
				break
			}
		}
		best.iterations += ip.iterations
		if now := ip.point(); now.lower > best.lower {
			best.lower, best.v, best.kappa, best.tau = now.lower, now.v, now.kappa, now.tau
		}
		if ip.upperBound < best.upper {
			best.upper, best.lambda = ip.upperBound, ip.point().lambda
		}
		if want.signOnly && (best.lower > g.signMargin() || best.upper < -signTol) {
			best.stopped = true
			return best, nil
		}
		if best.upper < -hopeless {
			return best, nil
		}
		po.guess(ip)
		pt, ok := po.unitBall(want.unit)
		if !ok && norm(ip.v) < 1 {
			po.guess(ip)
			var least bool
			pt, ok, least = po.vertex(want.unit)
			ok = ok && least
		}
		best.iterations += pt.rounds
		if ok {
			return optimum{point: pt, iterations: best.iterations, exact: true}, nil
		}
		if norm(ip.v) > 1 {
			low = eta
		} else {
			high = eta
		}
		switch {
		case math.IsInf(high, 1):
			eta *= 4
		case low == 0:
			eta /= 8
		default:
			eta = math.Sqrt(low) * math.Sqrt(high)
		}
		if eta < 1e-12 || high/low < 1+1e-12 {
			break
		}
	}
	best.exact = gapOf(best.lower, best.upper, want.unit) <= g.tol
	return best, nil
}
