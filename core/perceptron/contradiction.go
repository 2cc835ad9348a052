package perceptron

import (
	"context"
	"math"
)

// contradiction asks whether equality rows and rows with d = 0 exclude each other at any kappa, where B was left
// undecided: such a problem has no kappa to converge to. The largest s with
//
//	A v - c - d kappa >= s   over |v| <= 1, v >= 0 and kappa of either sign,   -(A v - c - d kappa) >= s in equality rows, too
//
// always exists, and if it is negative its multipliers, those of both directions of a row added up, are a Farkas vector with d'mu = 0.
func (s *solver) contradiction(ctx context.Context, g *program) (*Solution, bool) {
	movable := false // by kappa
	for mu, d := range g.d {
		movable = movable || g.isEqual(mu) && d > 0
	}
	w := *g
	w.m, w.a, w.d, w.c, w.e, w.equal, w.plain, w.work = 0, nil, nil, nil, nil, nil, true, new(Workspace)
	var from []int
	var sign []float64
	add := func(mu int, y float64) {
		for _, x := range g.a[mu*g.n : (mu+1)*g.n] {
			w.a = append(w.a, y*x)
		}
		w.d, w.c = append(w.d, 1), append(w.c, y*g.c[mu])
		if movable {
			w.e = append(w.e, y*g.d[mu])
		}
		from, sign = append(from, mu), append(sign, y)
		w.m++
	}
	for mu, d := range g.d {
		if !movable && d > 0 {
			continue // holds at a low enough kappa
		}
		add(mu, 1)
		if g.isEqual(mu) {
			add(mu, -1)
		}
	}
	if w.m == 0 {
		return nil, false
	}
	r, err := w.optimiseFrom(ctx, goal{unit: 1}, 0)
	if err != nil || !(r.upper < -signTol) {
		return nil, false
	}
	merged := make([]float64, g.m)
	for k, l := range r.lambda {
		merged[from[k]] += float64(sign[k] * l)
	}
	r.lambda, r.exact = merged, false
	sol := s.farkas(g, r, s.p.Gamma*g.sigma)
	sol.SignedMargin = math.Inf(-1)
	return sol, true
}
