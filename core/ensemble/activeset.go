package ensemble

import (
	"math"
	"math/bits"

	"gardner/core/linalg"
	"gardner/core/perceptron"
)

// activeSet solves the optimality conditions of one neuron as equations on guessed supports S (memories with a multiplier)
// and F (inputs with weight), reads new supports off the signs, and repeats until they stay: the primal-dual active set of
// package perceptron. With G = A_SF A_SF':
//
//	A, UF:  G l = 1 + theta t on S, t'l = 0          w = g (A'l)_+
//	B:      G l = t + kappa on S, |(A'l)_+| = Gamma   (the larger root kappa)
//
// Entries of 0 and 1 make G integer: y_mu y_nu times the number of inputs that mu and nu share within F, counted by bits, and
// corrected from round to round for the few inputs that came or went.
type activeSet struct {
	s    *shared
	kind perceptron.Kind
	eng  *linalg.Engine

	rows, cols []bool   // S (P) and F (N)
	count      []int32  // P x P, lower triangle: shared inputs of the memories that are in counted
	counted    []bool   // P
	mask       []uint64 // inputs that count covers
	fresh      []int    // memories to be counted
	masked     []uint64
	having     []int

	in        []int     // the members of S
	gram      []float64 // |S| x |S| factor
	part      []float64 // |S| x |F among the other columns|
	p, q      []float64 // |S|
	l         []float64 // P: the multipliers
	signed    []float64 // P: y l
	x         []float64 // N: X'(y l), then the weights g (g x)_+
	h         []float64 // P: X w
	theta     float64   // A, UF
	kappa     float64   // B
	size      float64   // |(A'l)_+|
	low, up   float64   // bounds on kappa_in (A, UF) or kappa_out (B)
	rest, res []float64
}

const (
	activeRounds   = 12    // at most
	activePatience = 3     // rounds without halving the gap before giving up
	activeGap      = 1e-13 // relative gap that needs no further round
	acceptGap      = 1e-10 // relative gap of settled supports that counts as solved
	zeroWeight     = 1e-12 // components of A'l below this fraction of the largest are zero
	zeroSlack      = 1e-12 // violations below this, relative to the terms, are rounding
)

func newActiveSet(s *shared, kind perceptron.Kind, eng *linalg.Engine) *activeSet {
	p, n := s.m.P, s.m.N
	return &activeSet{s: s, kind: kind, eng: eng, rows: make([]bool, p), cols: make([]bool, n), count: make([]int32, p*p),
		counted: make([]bool, p), mask: make([]uint64, s.words), masked: make([]uint64, s.words), gram: make([]float64, p*p),
		part: make([]float64, p*len(s.rest)), p: make([]float64, p), q: make([]float64, p), l: make([]float64, p),
		signed: make([]float64, p), x: make([]float64, n), h: make([]float64, p), rest: make([]float64, len(s.rest)),
		res: make([]float64, p)}
}

// run starts from the supports in a.rows and a.cols. It returns the number of rounds, and whether it solved the problem.
func (a *activeSet) run(d *descent) (rounds int, ok bool) {
	clear(a.counted)
	clear(a.mask)
	best, since := math.Inf(1), 0
	for rounds = 1; rounds <= activeRounds; rounds++ {
		if !a.factor(d) || !a.solve(d) {
			return rounds, false
		}
		a.products(d)
		gap := a.bounds(d)
		if gap <= activeGap {
			return rounds, true
		}
		if !a.update(d) {
			return rounds, gap <= acceptGap
		}
		if gap < best/2 {
			best, since = gap, 0
		} else if since++; since >= activePatience {
			return rounds, false
		}
	}
	return rounds, false
}

// factor gathers G and factors it; a multiple of t t' is added in A and UF, which t'l = 0 allows and which keeps it regular.
func (a *activeSet) factor(d *descent) bool {
	m := a.s.m
	a.in = a.in[:0]
	for mu, in := range a.rows {
		if in {
			a.in = append(a.in, mu)
		}
	}
	n := len(a.in)
	if n == 0 {
		return false
	}
	if a.kind == perceptron.KindFreeThreshold {
		for k, mu := range a.in {
			own := m.X[mu*m.N+d.i]
			for l, nu := range a.in[:k+1] {
				a.gram[k*n+l] = a.s.all[mu*m.P+nu] - float64(own*m.X[nu*m.N+d.i])
			}
		}
	} else {
		a.counts(d)
		if len(a.s.rest) > 0 {
			a.densePart(d)
		}
		for k, mu := range a.in {
			out := a.gram[k*n : k*n+k+1]
			count := a.count[mu*m.P : (mu+1)*m.P]
			for l, nu := range a.in[:k+1] {
				if len(a.s.rest) == 0 {
					out[l] = float64(count[nu])
				} else {
					out[l] += float64(count[nu])
				}
			}
		}
	}
	border := 0.0
	if a.kind != perceptron.KindKappaOut {
		border = float64(len(a.cols)) / 8
	}
	for k, mu := range a.in {
		y, t := d.y[mu], float64(border*d.t[mu])
		out := a.gram[k*n : k*n+k+1]
		for l, nu := range a.in[:k+1] {
			out[l] = float64(y*d.y[nu]*out[l]) + float64(t*d.t[nu])
		}
	}
	if a.eng.Cholesky(a.gram, n, n) != nil {
		return false
	}
	largest, least := 0.0, math.Inf(1)
	for k := range n {
		largest, least = math.Max(largest, a.gram[k*n+k]), math.Min(least, a.gram[k*n+k])
	}
	return least > 1e-6*largest // pivots of G, the squares, above 1e-12
}

// densePart sets gram to the part of G that columns other than zeros and ones contribute.
func (a *activeSet) densePart(d *descent) {
	n, width := len(a.in), 0
	for _, j := range a.s.rest {
		if a.cols[j] && j != d.i {
			width++
		}
	}
	for k, mu := range a.in {
		row, l := a.s.dense[mu*len(a.s.rest):(mu+1)*len(a.s.rest)], 0
		for r, j := range a.s.rest {
			if a.cols[j] && j != d.i {
				a.part[k*width+l] = row[r]
				l++
			}
		}
	}
	a.eng.Syrk(a.gram, n, a.part, width, n, width, nil)
}

// counts brings count up to date with S and F.
func (a *activeSet) counts(d *descent) {
	s, words := a.s, a.s.words
	changed := 0
	want := a.masked
	clear(want)
	for j, in := range a.cols {
		if in && j != d.i && s.binary[j] {
			want[j/64] |= 1 << (j % 64)
		}
	}
	for k, w := range want {
		changed += bits.OnesCount64(w ^ a.mask[k])
	}
	// Correcting costs about |S|^2/20 for each input, counting anew |S|^2/2 for each word.
	if changed > 8*words {
		clear(a.counted)
		copy(a.mask, want)
	}
	for mu, in := range a.counted {
		a.counted[mu] = in && a.rows[mu]
	}
	for k, w := range want {
		for diff := w ^ a.mask[k]; diff != 0; diff &= diff - 1 {
			j := 64*k + bits.TrailingZeros64(diff)
			a.correct(j, w>>(j%64)&1 == 1)
		}
		a.mask[k] = w
	}
	a.fresh = a.fresh[:0]
	for _, mu := range a.in {
		if !a.counted[mu] {
			a.fresh = append(a.fresh, mu)
		}
	}
	own := a.masked // want is no longer needed
	for _, mu := range a.fresh {
		a.counted[mu] = true
		row := s.bits[mu*words : (mu+1)*words]
		for k, w := range row {
			own[k] = w & a.mask[k]
		}
		for nu, in := range a.counted {
			if in {
				a.count[max(mu, nu)*s.m.P+min(mu, nu)] = int32(common(own, s.bits[nu*words:(nu+1)*words]))
			}
		}
	}
}

// correct adds or removes input j in the counted pairs.
func (a *activeSet) correct(j int, add bool) {
	m := a.s.m
	a.having = a.having[:0]
	for mu, x := range a.s.across[j*m.P : (j+1)*m.P] {
		if x == 1 && a.counted[mu] {
			a.having = append(a.having, mu)
		}
	}
	step := int32(-1)
	if add {
		step = 1
	}
	for k, mu := range a.having {
		row := a.count[mu*m.P : (mu+1)*m.P]
		for _, nu := range a.having[:k+1] {
			row[nu] += step
		}
	}
}

// solve finds the multipliers on S.
func (a *activeSet) solve(d *descent) bool {
	n := len(a.in)
	p, q := a.p[:n], a.q[:n]
	for k, mu := range a.in {
		p[k], q[k] = 1, d.t[mu]
	}
	for _, v := range [][]float64{p, q} {
		a.eng.SolveLower(a.gram, n, n, v)
		a.eng.SolveLowerT(a.gram, n, n, v)
	}
	var onep, oneq, bp, bq float64 // 1'p, 1'q, t'p, t'q
	for k, mu := range a.in {
		onep += p[k]
		oneq += q[k]
		bp += float64(d.t[mu] * p[k])
		bq += float64(d.t[mu] * q[k])
	}
	clear(a.l)
	if a.kind != perceptron.KindKappaOut {
		if !(bq > 0) {
			return false
		}
		a.theta = -bp / bq
		for k, mu := range a.in {
			a.l[mu] = p[k] + float64(a.theta*q[k])
		}
		return true
	}
	gamma := a.s.m.Gamma
	half := float64((oneq + bp) / 2)
	disc := float64(half*half) - float64(onep*(bq-float64(gamma*gamma)))
	if !(onep > 0) || !(disc >= 0) {
		return false
	}
	if root := math.Sqrt(disc); half <= 0 {
		a.kappa = (root - half) / onep
	} else {
		a.kappa = (float64(gamma*gamma) - bq) / (root + half)
	}
	for k, mu := range a.in {
		a.l[mu] = float64(a.kappa*p[k]) + q[k]
	}
	return true
}

// products sets x to the weights of l, and h to X w.
func (a *activeSet) products(d *descent) {
	s := a.s
	for mu, l := range a.l {
		a.signed[mu] = float64(d.y[mu] * l)
	}
	s.mulT(a.x, a.signed, a.rest)
	a.x[d.i] = 0
	largest := 0.0
	for _, x := range a.x {
		largest = math.Max(largest, math.Abs(x))
	}
	if a.kind != perceptron.KindFreeThreshold {
		for j, g := range s.m.Signs {
			if g != 0 && a.x[j]*float64(g) <= zeroWeight*largest {
				a.x[j] = 0
			}
		}
	}
	a.size = math.Sqrt(linalg.Dot(a.x, a.x))
	s.mul(a.h, a.x, a.rest)
}

// bounds evaluates both bounds on kappa and returns their relative gap.
func (a *activeSet) bounds(d *descent) float64 {
	var sum, tl float64
	cut := false
	for mu, l := range a.l {
		if l < 0 {
			cut = true
			continue
		}
		sum += l
		tl += float64(d.t[mu] * l)
	}
	least := math.Inf(1)
	for mu := range a.h {
		least = math.Min(least, a.margin(d, mu))
	}
	if a.kind == perceptron.KindKappaOut {
		a.low, a.up = least, (float64(a.s.m.Gamma*a.size)-tl)/sum
	} else {
		a.low, a.up = least/a.size, a.size/sum
	}
	gap := (a.up - a.low) / math.Max(math.Abs(a.up), math.Abs(a.low))
	if cut || math.IsNaN(gap) {
		// Negative multipliers bound nothing, but their size says how far off the supports are.
		return math.Max(math.Abs(gap), 1e-12)
	}
	return math.Max(gap, 0)
}

// margin is what row mu of the present point has: y w.x - t theta in A and UF, y w.x - t with |w| = Gamma in B.
func (a *activeSet) margin(d *descent, mu int) float64 {
	if a.kind == perceptron.KindKappaOut {
		return float64(d.y[mu]*a.h[mu]*(a.s.m.Gamma/a.size)) - d.t[mu]
	}
	return float64(d.y[mu]*a.h[mu]) - float64(d.t[mu]*a.theta)
}

// update reads new supports off the signs and says whether they changed.
func (a *activeSet) update(d *descent) bool {
	level := 1.0
	if a.kind == perceptron.KindKappaOut {
		level = a.kappa
	}
	changed := false
	for mu, was := range a.rows {
		in := a.l[mu] > 0
		if !was {
			m := float64(d.y[mu]*a.h[mu]) - d.t[mu]
			if a.kind != perceptron.KindKappaOut {
				m = a.margin(d, mu)
			}
			in = m < level-float64(zeroSlack*(math.Abs(a.h[mu])+math.Abs(level)+1))
		}
		if in != was {
			a.rows[mu], changed = in, true
		}
	}
	for j, was := range a.cols {
		if in := a.x[j] != 0; in != was {
			a.cols[j], changed = in, true
		}
	}
	return changed
}
