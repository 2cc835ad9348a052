package perceptron

import "math"

// A corrector's bounds on the complementarity products, relative to the target, at a step longer by centreAhead than the
// direction allows; it is kept if the step grows by at least centreGain of that.
const (
	centreLow   = 0.1
	centreHigh  = 10
	centreAhead = 0.3
	centreGain  = 0.1
)

// correctors is the largest number of further right-hand sides per factorisation.
const correctors = 2

// centred improves the present direction, whose longest step is alpha, by multiple centrality correctors (Gondzio, Comput.
// Optim. Appl. 6, 137 (1996)): products that would leave [centreLow, centreHigh] target at a longer step are pulled back by
// one more solve with the same factor. It returns the longest step of what it leaves.
func (ip *ipm) centred(target, alpha float64) float64 {
	clear(ip.pullV)
	clear(ip.pullS)
	for range correctors {
		if alpha > 0.9 {
			break
		}
		ahead := math.Min(1, alpha+centreAhead)
		for j := range ip.pullV {
			if !ip.g.isFree(j) {
				ip.pullV[j] += pull(target, float64((ip.v[j]+float64(ahead*ip.dv[j]))*(ip.z[j]+float64(ahead*ip.dz[j]))))
			}
		}
		for mu := range ip.pullS {
			if !ip.g.isEqual(mu) {
				ip.pullS[mu] += pull(target, float64((ip.s[mu]+float64(ahead*ip.ds[mu]))*(ip.lambda[mu]+float64(ahead*ip.dlam[mu]))))
			}
		}
		ip.save()
		ip.direction(target, true)
		longer := ip.boundary(0.9995)
		if longer < alpha+float64(centreGain*(ahead-alpha)) {
			if longer < alpha {
				ip.restore()
			} else {
				alpha = longer
			}
			break
		}
		alpha = longer
	}
	clear(ip.pullV)
	clear(ip.pullS)
	return alpha
}

// pull is the correction of a product.
func pull(target, product float64) float64 {
	switch {
	case product < centreLow*target:
		return float64(centreLow*target) - product
	case product > centreHigh*target:
		return math.Max(float64(centreHigh*target)-product, -centreHigh*target)
	}
	return 0
}

// save keeps the direction, restore brings it back.
func (ip *ipm) save() {
	ip.keep = append(ip.keep[:0], ip.dkappa, ip.dtau, ip.deta, ip.dq)
	for _, s := range [...][]float64{ip.dv, ip.dz, ip.ds, ip.dlam, ip.atdl} {
		ip.keep = append(ip.keep, s...)
	}
}

func (ip *ipm) restore() {
	ip.dkappa, ip.dtau, ip.deta, ip.dq = ip.keep[0], ip.keep[1], ip.keep[2], ip.keep[3]
	from := ip.keep[4:]
	for _, s := range [...][]float64{ip.dv, ip.dz, ip.ds, ip.dlam, ip.atdl} {
		copy(s, from)
		from = from[len(s):]
	}
}
