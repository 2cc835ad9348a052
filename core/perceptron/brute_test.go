package perceptron

import (
	"context"
	"math"
	"math/rand/v2"
	"testing"
)

// gauss solves the k x k system m x = r by elimination with row pivoting; false if singular.
func gauss(m [][]float64, r []float64) ([]float64, bool) {
	k := len(r)
	for c := range k {
		best := c
		for i := c; i < k; i++ {
			if math.Abs(m[i][c]) > math.Abs(m[best][c]) {
				best = i
			}
		}
		m[c], m[best] = m[best], m[c]
		r[c], r[best] = r[best], r[c]
		if math.Abs(m[c][c]) < 1e-11 {
			return nil, false
		}
		for i := c + 1; i < k; i++ {
			f := m[i][c] / m[c][c]
			for j := c; j < k; j++ {
				m[i][j] -= f * m[c][j]
			}
			r[i] -= f * r[c]
		}
	}
	x := make([]float64, k)
	for c := k - 1; c >= 0; c-- {
		x[c] = r[c]
		for j := c + 1; j < k; j++ {
			x[c] -= m[c][j] * x[j]
		}
		x[c] /= m[c][c]
	}
	return x, true
}

// oriented returns a_mu,i = y g x and t.
func oriented(p *Problem) (a [][]float64, t []float64) {
	t = make([]float64, p.P)
	for mu := range p.P {
		row := make([]float64, p.N)
		for i := range row {
			row[i] = p.Labels[mu] * p.X[mu*p.N+i]
			if p.Signs[i] < 0 {
				row[i] = -row[i]
			}
		}
		a = append(a, row)
		t[mu] = p.Labels[mu] * (1 - p.drive(mu))
	}
	return a, t
}

// bruteIn is A without its norm constraint over all active sets: the least |u| among the feasible points where rows S hold
// with equality, weights outside F are zero and |u| is least given that. NaN if none.
func bruteIn(a [][]float64, t []float64, n int) (kappa, theta float64) {
	best := math.NaN()
	for s := 1; s < 1<<len(a); s++ {
		rows := members(s, len(a))
		for f := 1; f < 1<<n; f++ {
			cols := members(f, n)
			k := len(rows)
			m, r := make([][]float64, k+1), make([]float64, k+1)
			for i := range m {
				m[i] = make([]float64, k+1)
			}
			for i, mu := range rows {
				for j, nu := range rows {
					for _, c := range cols {
						m[i][j] += a[mu][c] * a[nu][c]
					}
				}
				m[i][k], m[k][i], r[i] = -t[mu], t[mu], 1
			}
			l, ok := gauss(m, r)
			if !ok {
				continue
			}
			u := make([]float64, n)
			feasible := true
			for _, c := range cols {
				for i, mu := range rows {
					u[c] += a[mu][c] * l[i]
				}
				feasible = feasible && u[c] >= -1e-12
			}
			for mu := range a {
				feasible = feasible && inner(a[mu], u)-t[mu]*l[k] >= 1-1e-9
			}
			if in := 1 / norm(u); feasible && !(in <= best) {
				best, theta = in, l[k]
			}
		}
	}
	return best, theta
}

// bruteOut is B over all active sets: the largest kappa among the feasible points of |v| = gamma or of the vertices.
func bruteOut(a [][]float64, t []float64, n int, gamma float64) float64 {
	best := math.Inf(-1)
	try := func(v []float64) {
		if norm(v) > gamma*(1+1e-10) {
			return
		}
		kappa := math.Inf(1)
		for mu := range a {
			kappa = math.Min(kappa, inner(a[mu], v)-t[mu])
		}
		for _, x := range v {
			if x < -1e-11 {
				return
			}
		}
		best = math.Max(best, kappa)
	}
	for s := 1; s < 1<<len(a); s++ {
		rows := members(s, len(a))
		for f := range 1 << n {
			cols := members(f, n)
			if len(rows) == len(cols)+1 { // vertex: A_SF v - kappa = t
				m, r := make([][]float64, len(rows)), make([]float64, len(rows))
				for i, mu := range rows {
					for _, c := range cols {
						m[i] = append(m[i], a[mu][c])
					}
					m[i], r[i] = append(m[i], -1), t[mu]
				}
				if x, ok := gauss(m, r); ok {
					v := make([]float64, n)
					for i, c := range cols {
						v[c] = x[i]
					}
					try(v)
				}
			}
			g := make([][]float64, len(rows))
			solve := func(rhs func(mu int) float64) ([]float64, bool) {
				r := make([]float64, len(rows))
				for i, mu := range rows {
					g[i] = make([]float64, len(rows))
					for j, nu := range rows {
						for _, c := range cols {
							g[i][j] += a[mu][c] * a[nu][c]
						}
					}
					r[i] = rhs(mu)
				}
				return gauss(g, r)
			}
			p, ok1 := solve(func(int) float64 { return 1 })
			q, ok2 := solve(func(mu int) float64 { return t[mu] })
			if !ok1 || !ok2 {
				continue
			}
			var pp, pq, qq float64
			for i, mu := range rows {
				pp, pq, qq = pp+p[i], pq+q[i], qq+t[mu]*q[i]
			}
			if disc := pq*pq - pp*(qq-gamma*gamma); disc >= 0 {
				for _, kappa := range []float64{(-pq + math.Sqrt(disc)) / pp, (-pq - math.Sqrt(disc)) / pp} {
					v := make([]float64, n)
					for _, c := range cols {
						for i, mu := range rows {
							v[c] += a[mu][c] * (q[i] + kappa*p[i])
						}
					}
					try(v)
				}
			}
		}
	}
	return best
}

func members(set, n int) []int {
	var out []int
	for i := range n {
		if set>>i&1 == 1 {
			out = append(out, i)
		}
	}
	return out
}

func inner(a, b []float64) float64 {
	s := 0.0
	for i := range a {
		s += a[i] * b[i]
	}
	return s
}

// TestAgainstEnumeration compares A and B with all active sets at N, P <= 6.
func TestAgainstEnumeration(t *testing.T) {
	t.Parallel()
	for seed := range uint64(150) {
		r := rand.New(rand.NewPCG(seed, 7))
		n, m := 1+r.IntN(5), 1+r.IntN(5)
		if seed%30 == 0 {
			n, m = 6, 6
		}
		p := instance(r, families[r.IntN(5)], n, m, pick(r, 0, 0.5, 0.8, 1), pick(r, 0, 0.3, 0.5, 1), pick(r, 0.3, 1, 5))
		a, th := oriented(p)
		out := bruteOut(a, th, n, p.Gamma)
		b, err := MaxKappaOut(context.Background(), p, nil)
		if err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
		if math.Abs(b.SignedMargin-out) > 1e-9*math.Max(1, math.Abs(out)) {
			t.Errorf("seed %d (N=%d P=%d Gamma=%v): signed margin %.15g, enumeration %.15g", seed, n, m, p.Gamma, b.SignedMargin, out)
		}
		s, err := MaxKappaIn(context.Background(), p, nil)
		if err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
		if s.SignedMargin != b.SignedMargin {
			t.Errorf("seed %d: signed margin %v of A, %v of B", seed, s.SignedMargin, b.SignedMargin)
		}
		if s.Status == Infeasible || math.IsInf(s.KappaIn, 1) {
			continue
		}
		in, theta := bruteIn(a, th, n)
		if !(theta > 0 && in*p.Gamma*theta >= 1) { // the norm constraint is active
			in = out / p.Gamma
		}
		if math.Abs(s.KappaIn-in) > 1e-9*in {
			t.Errorf("seed %d (N=%d P=%d Gamma=%v): kappa_in %.15g, enumeration %.15g", seed, n, m, p.Gamma, s.KappaIn, in)
		}
	}
}
