package curve

import (
	"context"
	"math"
	"slices"

	"gardner/core/perceptron"
)

// Free computes the curve of solution UF: the largest kappa_in = 1/|w| of every prefix without sign constraints, without
// norm constraint (p.Signs and p.Gamma are ignored) and with a threshold of either sign.
//
// With a threshold of one sign only, UF is solution A: of the labels y where theta >= 0 and, with w and theta negated, of
// the labels -y where theta <= 0. Each has a pass, and a prefix the larger of their margins; its gap is the distance to
// the larger of their bounds. Free calls Visit never, and ends with MinKappa where both passes are below it.
//
// The error is as In's; the curve beside it is that of one sign only.
func Free(ctx context.Context, p *perceptron.Problem, opt *Options) (*Curve, error) {
	o := Options{}
	if opt != nil {
		o = *opt
	}
	o.Visit = nil
	report := o.Progress
	q := *p
	q.Signs, q.Gamma = make([]int8, len(p.Signs)), math.Inf(1)
	var sides [2]*Curve // theta >= 0, theta <= 0
	for k := range sides {
		if report != nil {
			o.Progress = func(done, of int) { report(k*of+done, 2*of) }
		}
		var err error
		if sides[k], err = In(ctx, &q, &o); err != nil {
			return sides[k], err
		}
		q.Labels = make([]float64, len(p.Labels))
		for i, y := range p.Labels {
			q.Labels[i] = -y
		}
	}
	return join(p, sides[0], sides[1]), nil
}

// join is the curve of the larger margins of two passes, of p's labels and of their opposites. It ends where both do.
func join(p *perceptron.Problem, a, b *Curve) *Curve {
	longer, other := a, b
	if len(a.Kappa) < len(b.Kappa) {
		longer, other = b, a
	}
	c := &Curve{Kappa: slices.Clone(longer.Kappa), Gap: slices.Clone(longer.Gap), Capacity: longer.Capacity, Ended: a.Ended && b.Ended,
		Events: a.Events + b.Events, Rounds: a.Rounds + b.Rounds, Cold: a.Cold + b.Cold}
	for m, kappa := range other.Kappa {
		if kappa > c.Kappa[m] {
			c.Kappa[m], c.Gap[m] = kappa, other.Gap[m]
		}
	}
	if c.Ended {
		c.Farkas = freeFarkas(p, a.Farkas, b.Farkas, c.Capacity+1)
	}
	return c
}

// freeFarkas mixes the proofs mu, with t'mu >= 0, and nu, with t'nu <= 0, that there is no solution with a threshold of
// either sign: in the mean with t'(...) = 0 the threshold drops out.
func freeFarkas(p *perceptron.Problem, mu, nu []float64, m int) []float64 {
	weigh := func(multipliers []float64) float64 {
		sum := 0.0
		for i, l := range multipliers {
			t := p.Labels[i]
			if p.Drive != nil {
				t *= 1 - p.Drive[i]
			}
			sum += float64(t * l)
		}
		return sum
	}
	up, down := math.Max(0, weigh(mu)), math.Max(0, -weigh(nu))
	share := 1.0
	if up > 0 {
		share = down / (up + down)
	}
	f := make([]float64, m)
	for i, l := range mu {
		f[i] = float64(share * l)
	}
	for i, l := range nu {
		f[i] += float64((1 - share) * l)
	}
	return f
}
