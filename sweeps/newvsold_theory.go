package sweeps

import (
	"math"

	"gardner/core/noise"
	"gardner/core/num"
	"gardner/core/oldbalance/meanfield"
	"gardner/core/theory"
)

// newVsOldTheory is the mean field of the old network with its inputs counted, and the
// large-N theory of the new neuron.
func newVsOldTheory() []Theory {
	drive := func(metric string, of func(exc, inh, net float64) float64) Theory {
		return Theory{Metric: metric, Name: "theory", AtPoints: true, Doc: "old: mean field, inputs counted; new: large N",
			Eval: func(p Point) float64 {
				exc, inh, net, ok := drivesTheory(p)
				if !ok {
					return math.NaN()
				}
				return of(exc, inh, net)
			}}
	}
	return []Theory{
		drive("excitation", func(exc, _, _ float64) float64 { return exc }),
		drive("inhibition", func(_, inh, _ float64) float64 { return inh }),
		drive("net", func(_, _, net float64) float64 { return net }),
		{Metric: "rate_change", Name: "theory", AtPoints: true, Doc: "mean field, inputs counted; once shifted along weights, no two being equal, normal", Eval: rateChangeTheory},
		{Metric: "flipped", Name: "theory", Doc: "large N, the potential after a replacement being normal", Eval: flippedTheory},
	}
}

// drivesTheory returns the sizes of the mean inputs and their difference.
func drivesTheory(p Point) (exc, inh, net float64, ok bool) {
	if p.Str("system") == oldSystem {
		f, err := meanfield.Counted(oldPoint(p))
		if err != nil {
			return 0, 0, 0, false
		}
		exc, inh = f.Drives(0)
		return exc, -inh, exc + inh, true
	}
	n, o, d, sd, ok := newTheory(p)
	if !ok {
		return 0, 0, 0, false
	}
	// Mean weights (Gamma C/sqrt N) J1(B) and (Gamma C R/sqrt N) J1(-phi B) of each type.
	unit := p.Num("gamma") * o.C * math.Sqrt(p.Num("size")) * p.Num("activity")
	pOut := n.POut
	net = 1 + sd*(pOut*d.Mean(1)-(1-pOut)*d.Mean(-1))
	return unit * n.FExc * num.J1(o.B), unit * o.R * (1 - n.FExc) * num.J1(-n.Phi*o.B), net, true
}

// newTheory returns the order parameters of the new neuron, the distances of its
// patterns from threshold, and the s.d. of its potential in units of V_th.
func newTheory(p Point) (n theory.Neuron, o theory.Order, d theory.Distances, sd float64, ok bool) {
	pop := newPopulation(p)
	n, _, err := theory.FromInputs(pop.FExc, p.Num("p_out"), theory.Inputs{
		MeanExc: pop.Exc.Mean, SDExc: pop.Exc.Sigma(), MeanInh: pop.Inh.Mean, SDInh: pop.Inh.Sigma()})
	if err != nil {
		return n, o, d, 0, false
	}
	if o, err = n.OrderBalanced(p.Num("alpha")); err != nil {
		return n, o, d, 0, false
	}
	if d, err = n.Distances(o, p.Num("alpha")); err != nil {
		return n, o, d, 0, false
	}
	return n, o, d, p.Num("gamma") * pop.Exc.Sigma() * math.Sqrt(o.Q), true
}

// rateChangeTheory is the relative change of the E rate; replacing inputs does not
// change their mean or mean square.
func rateChangeTheory(p Point) float64 {
	if p.Str("system") != oldSystem {
		return math.NaN()
	}
	b := oldPoint(p)
	s, m := p.Num("strength"), b.M0
	law := meanfield.Counted
	after := b
	switch kind := noise.Perturbation(p.Str("perturbation")); kind {
	case noise.Replace:
		return 0
	case noise.Gain:
		after.M0, after.OutsideSquare = (1+s)*m, (1+s)*(1+s)*m
	case noise.Along, noise.Against:
		// The summed weights are nearly equal: s sqrt(m N) in their direction is s sqrt m each.
		each := s * math.Sqrt(m)
		if kind == noise.Against {
			each = -each
		}
		after.M0, after.OutsideSquare = m+each, m+2*each*m+each*each
		law = meanfield.Normal
	}
	if after.M0 <= 0 { // nobody reaches threshold
		return -1
	}
	from, err := meanfield.Counted(b)
	if err != nil {
		return math.NaN()
	}
	to, err := law(after)
	if err != nil {
		return math.NaN()
	}
	return to.M[0]/from.M[0] - 1
}

// flippedTheory is the share of the patterns that the perturbation carries over
// threshold.
func flippedTheory(p Point) float64 {
	if p.Str("system") != newSystem {
		return math.NaN()
	}
	n, o, d, sd, ok := newTheory(p)
	if !ok {
		return math.NaN()
	}
	s, f, gamma := p.Num("strength"), p.Num("activity"), p.Num("gamma")
	length := s * math.Sqrt(f*p.Num("size"))
	switch noise.Perturbation(p.Str("perturbation")) {
	case noise.Gain: // the potential of a minus pattern, 1 - distance, is multiplied
		return (1 - n.POut) * d.Below(-1, s/(1+s)/sd)
	case noise.Along:
		return (1 - n.POut) * d.Below(-1, gamma*length/sd)
	case noise.Against:
		return n.POut * d.Below(1, gamma*length/sd)
	}
	return replacedTheory(n, o, d, s*s/2, f, gamma/sd)
}

// replacedTheory is the share of the patterns that flip when a share of the active
// inputs of each type (active is that of all inputs) gives way to silent ones. A
// replacement exchanges two weights of a type. The sum of the exchanged weights has
// the variance of two random subsets of them, and a mean that carries the potential
// back toward that of a random pattern, by share/(1-active) of its distance from it.
// unit is the norm |w| over the s.d. of the potential.
func replacedTheory(n theory.Neuron, o theory.Order, d theory.Distances, share, active, unit float64) float64 {
	spread := func(b float64) float64 { return num.J2(b) - num.J1(b)*num.J1(b) }
	variance := n.FExc*spread(o.B) + (1-n.FExc)*o.R*o.R*spread(-n.Phi*o.B)
	subsets := share * active * ((1 - share) + math.Max(0, 1-share*active/(1-active)))
	sd := unit * o.C * math.Sqrt(variance*subsets)
	if sd == 0 {
		return 0
	}
	back := math.Min(1, share/(1-active))
	flipped := 0.0
	for _, c := range []struct{ y, p float64 }{{1, n.POut}, {-1, 1 - n.POut}} {
		failure := func(u float64) float64 { return num.H(((1-back)*u - back*c.y*d.D) / sd) }
		const h = 0.01
		below := num.H(-d.K - c.y*d.D) // the patterns at the margin
		flipped += c.p * below * failure(d.K)
		for u := d.K; u < d.K+12; u += h {
			next := d.Below(c.y, u+h)
			flipped += c.p * (next - below) * failure(u+h/2)
			below = next
		}
	}
	return flipped
}
