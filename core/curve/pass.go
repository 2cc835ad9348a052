package curve

import (
	"context"
	"math"

	"gardner/core/linalg"
	"gardner/core/perceptron"
)

// pass is what In and Out share: options, the growing curve and the reports to the caller.
type pass struct {
	ctx     context.Context
	problem *perceptron.Problem
	opt     Options
	tol     float64
	engine  *linalg.Engine
	curve   *Curve
	step    Step // filled only where Visit wants it

	workspace *perceptron.Workspace // of cold solves
	coldTol   float64               // what they may leave at this prefix, where it is more than tol
}

func newPass(ctx context.Context, p *perceptron.Problem, opt *Options) (*pass, error) {
	if err := p.Validate(); err != nil {
		return nil, err
	}
	u := &pass{ctx: ctx, problem: p, curve: &Curve{}}
	if opt != nil {
		u.opt = *opt
	}
	u.tol, u.engine = u.opt.Tol, u.opt.Engine
	if u.tol == 0 {
		u.tol = Tolerance
	}
	if u.engine == nil {
		u.engine = linalg.New(1)
	}
	return u, nil
}

// positiveMargins says whether the first m margins are positive, as the curve of kappa_out needs them.
func positiveMargins(p *perceptron.Problem, m int) error {
	if p.Margins == nil {
		return nil
	}
	for i, d := range p.Margins[:m] {
		if d == 0 {
			return &perceptron.InputError{Field: "Margins", Row: i, Col: -1, Msg: "is 0, must be positive where the norm constraint binds"}
		}
	}
	return nil
}

// record appends the margin of prefix m. done says that the pass is over: by an error, or by MinKappa.
func (u *pass) record(m int, kappa, upper float64, work ...*tracker) (done bool, err error) {
	gap := 0.0
	if !math.IsInf(kappa, 1) {
		gap = (upper - kappa) / math.Max(1, math.Abs(kappa))
	}
	c := u.curve
	c.Events, c.Rounds = 0, 0
	for _, t := range work {
		if t != nil {
			c.Events, c.Rounds = c.Events+t.events, c.Rounds+t.rounds
		}
	}
	if !(kappa > 0) || !(math.Abs(gap) <= math.Max(u.tol, u.coldTol)) {
		return true, &NumericalError{Prefix: m, Lower: kappa, Upper: upper, Gap: gap, Tol: u.tol}
	}
	if k := len(c.Kappa); k > 0 && kappa > c.Kappa[k-1] {
		kappa = c.Kappa[k-1] // by rounding: both are within their gaps
	}
	c.Kappa, c.Gap, c.Capacity = append(c.Kappa, kappa), append(c.Gap, gap), m
	if u.opt.Visit != nil {
		u.step.Prefix, u.step.Kappa, u.step.Gap = m, kappa, gap
		u.step.Multipliers = u.step.Multipliers[:m]
		u.opt.Visit(u.step)
	}
	u.coldTol = 0
	if u.opt.Progress != nil {
		u.opt.Progress(m, u.problem.P)
	}
	if kappa < u.opt.MinKappa {
		return true, nil
	}
	if err := u.ctx.Err(); err != nil {
		return true, err
	}
	return false, nil
}

// weights sets the canonical weights to factor u, with their signs.
func (u *pass) weights(e *state, factor float64) {
	if u.step.Weights == nil {
		u.step.Weights = make([]float64, u.problem.N)
	}
	for j, v := range e.u {
		v = float64(v * factor)
		if u.problem.Signs[j] < 0 {
			v = -v
		}
		if v == 0 {
			v = 0 // no negative zeros
		}
		u.step.Weights[j] = v
	}
}

// multipliers sets the multipliers of the step from values by position, with t'mu.
func (u *pass) multipliers(w *activeSet, mu []float64, tl, factor float64) {
	u.step.Multipliers = u.multiplierSpace()
	for p, i := range w.set {
		u.step.Multipliers[i] = float64(math.Max(0, mu[p]) * factor)
	}
	if tl < 0 {
		if p, more := w.repair(mu, tl); p >= 0 {
			u.step.Multipliers[w.set[p]] += float64(more * factor)
		}
	}
}

// multiplierSpace returns P zeros.
func (u *pass) multiplierSpace() []float64 {
	if u.step.Multipliers == nil {
		u.step.Multipliers = make([]float64, u.problem.P)
	}
	mu := u.step.Multipliers[:u.problem.P]
	clear(mu)
	return mu
}

// in describes solution A with the norm constraint inactive: scaled so that the worst row holds.
func (u *pass) in(a *tracker) {
	if u.opt.Visit == nil {
		return
	}
	factor := 1.0
	if a.e.norm > 0 {
		factor = 1 / float64(a.e.marginIn(a.w, a.w.s)*a.e.norm)
	}
	u.weights(a.e, factor)
	tl := 0.0 // of no concern at theta = 0
	if a.w.sNonNegative {
		tl = a.e.tl
	}
	u.multipliers(a.w, a.w.lambda, tl, factor)
	u.step.Theta, u.step.NormActive = float64(a.w.s*factor), false
}

// out describes solution B, or A where it is B.
func (u *pass) out(b *outTracker, asIn bool) {
	if u.opt.Visit == nil {
		return
	}
	theta := 1 / b.kappa
	shrink := math.Min(1, b.radius/b.e.norm)
	if b.e.norm == 0 {
		shrink = 1
	}
	u.weights(b.e, float64(theta*shrink))
	tl := 0.0 // of no concern in B
	if asIn {
		tl = b.tl
	}
	u.multipliers(b.w, b.mu, tl, 1)
	if asIn {
		u.rescale(b)
	}
	u.step.Theta, u.step.NormActive = theta, !b.vertex
}

// rescale brings the multipliers of B to the scale that maximises A's dual, d'mu/(|(A'mu)_+| - t'mu/Gamma)^2.
func (u *pass) rescale(b *outTracker) {
	w, mu := b.w, u.step.Multipliers
	z, tl, dl := make([]float64, w.n), 0.0, 0.0
	for _, i := range w.set {
		linalg.Axpy(mu[i], w.row(i), z)
		tl = math.FMA(w.t[i], mu[i], tl)
		dl = math.FMA(w.d[i], mu[i], dl)
	}
	norm := 0.0
	for j, v := range z {
		if v > 0 || w.free[j] {
			norm = math.FMA(v, v, norm)
		}
	}
	length := math.Sqrt(norm) - tl/b.radius
	for _, i := range w.set {
		mu[i] *= dl / float64(length*length)
	}
}

// end closes the curve with the Farkas vector of B. False if that does not hold to rounding.
func (u *pass) end(b *outTracker) bool {
	farkas := make([]float64, u.curve.Capacity+1)
	for p, i := range b.w.set {
		farkas[i] = b.mu[p]
	}
	gap := -b.upper
	if math.IsInf(b.radius, 1) {
		gap = b.tl
	}
	return u.endBy(farkas, gap)
}

// endBy closes the curve with a Farkas vector if it proves what it is to prove.
func (u *pass) endBy(farkas []float64, gap float64) bool {
	if _, err := perceptron.Check(u.problem.Prefix(len(farkas)), perceptron.KindKappaOut, &perceptron.Solution{Status: perceptron.Infeasible,
		Certificate: perceptron.Certificate{Kind: perceptron.FarkasCertificate, Multipliers: farkas}}); err != nil {
		return false
	}
	u.curve.Ended, u.curve.Farkas, u.curve.FarkasGap = true, farkas, gap
	return true
}

// endIn closes the curve with the ray of A, without norm constraint: mu with A'mu <= 0 <= t'mu. False if that does not hold to
// rounding.
func (u *pass) endIn(a *tracker, m int) bool {
	w, mu := a.w, a.farkas[:m]
	z, size := make([]float64, w.n), 0.0
	tl, tScale, dl := 0.0, 0.0, 0.0
	for i, l := range mu {
		if l == 0 {
			continue
		}
		linalg.Axpy(l, w.row(i), z)
		size += float64(l * w.size[i])
		tl = math.FMA(w.t[i], l, tl)
		tScale += float64(l * math.Abs(w.t[i]))
		dl = math.FMA(w.d[i], l, dl)
	}
	for j, v := range z {
		if v > 1e-12*size || w.free[j] && v < -1e-12*size {
			return false
		}
	}
	if tl < -1e-12*tScale || !(dl > 0) {
		return false
	}
	farkas := make([]float64, m)
	for i, l := range mu {
		farkas[i] = l / dl
	}
	return u.endBy(farkas, tl/dl)
}
