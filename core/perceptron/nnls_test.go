package perceptron

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"testing"
)

// nnls is Lawson and Hanson's method: minimise |E x - f| over x >= 0, E given by columns. The least-squares problems of the
// passive set are solved afresh by Householder reflections.
func nnls(e [][]float64, f []float64) []float64 {
	n := len(e)
	x, passive := make([]float64, n), make([]bool, n)
	for range 30 * n {
		r := append([]float64(nil), f...)
		for j := range e {
			for i := range r {
				r[i] -= e[j][i] * x[j]
			}
		}
		best, at := 1e-13, -1
		for j := range e {
			if g := inner(e[j], r); !passive[j] && g > best*norm(e[j]) {
				best, at = g/norm(e[j]), j
			}
		}
		if at < 0 || norm(r) < 1e-11 {
			return x
		}
		passive[at] = true
		for {
			var cols []int
			for j := range passive {
				if passive[j] {
					cols = append(cols, j)
				}
			}
			if len(cols) > len(f) {
				return nil // they span everything: the residual is zero but for rounding
			}
			s := leastSquares(e, cols, f)
			step, block := 1.0, false
			for k, j := range cols {
				if s[k] <= 0 {
					block = true
					step = math.Min(step, x[j]/(x[j]-s[k]))
				}
			}
			for k, j := range cols {
				x[j] += step * (s[k] - x[j])
				if block && (s[k] <= 0 && x[j] < 1e-15) {
					x[j], passive[j] = 0, false
				}
			}
			if !block {
				break
			}
		}
	}
	return x
}

// leastSquares minimises |E_cols s - f|.
func leastSquares(e [][]float64, cols []int, f []float64) []float64 {
	k, m := len(cols), len(f)
	q := make([][]float64, k)
	r := append([]float64(nil), f...)
	for c, j := range cols {
		q[c] = append([]float64(nil), e[j]...)
	}
	diag := make([]float64, k)
	for c := range k {
		alpha := norm(q[c][c:])
		if q[c][c] > 0 {
			alpha = -alpha
		}
		v := append([]float64(nil), q[c][c:]...)
		v[0] -= alpha
		vv := inner(v, v)
		diag[c] = alpha
		if vv == 0 {
			continue
		}
		reflect := func(y []float64) {
			t := 2 * inner(v, y) / vv
			for i := range y {
				y[i] -= t * v[i]
			}
		}
		for d := c + 1; d < k; d++ {
			reflect(q[d][c:m])
		}
		reflect(r[c:m])
	}
	s := make([]float64, k)
	for c := k - 1; c >= 0; c-- {
		s[c] = r[c]
		for d := c + 1; d < k; d++ {
			s[c] -= q[d][c] * s[d]
		}
		s[c] /= diag[c]
	}
	return s
}

// leastDistance is the smallest |v| with v >= 0, a v >= h, by NNLS (Lawson and Hanson, problem LDP): +Inf if there is none.
func leastDistance(a [][]float64, n int, h []float64) float64 {
	var e [][]float64
	for mu := range a {
		e = append(e, append(append([]float64(nil), a[mu]...), h[mu]))
	}
	for i := range n {
		col := make([]float64, n+1)
		col[i] = 1
		e = append(e, col)
	}
	f := make([]float64, n+1)
	f[n] = 1
	x := nnls(e, f)
	if x == nil {
		return math.Inf(1)
	}
	r := append([]float64(nil), f...)
	for j := range e {
		for i := range r {
			r[i] -= e[j][i] * x[j]
		}
	}
	if norm(r) < 1e-10 {
		return math.Inf(1)
	}
	return norm(r[:n]) / math.Abs(r[n])
}

// slowIn is kappa_in without the norm constraint by golden section over theta; slowOut is kappa_out by bisection of
// |v(kappa)| = gamma, which also finds the end of the feasible range.
func slowIn(a [][]float64, t []float64, n int) float64 {
	size := func(theta float64) float64 {
		h := make([]float64, len(a))
		for mu := range h {
			h[mu] = 1 + t[mu]*theta
		}
		return leastDistance(a, n, h)
	}
	lo, hi := 0.0, 1.0
	for size(hi) > size(hi*1.5) || math.IsInf(size(hi), 1) && hi < 1e6 {
		hi *= 1.5
	}
	hi *= 1.5
	const golden = 0.6180339887498949
	x, y := hi-golden*(hi-lo), lo+golden*(hi-lo)
	fx, fy := size(x), size(y)
	for hi-lo > 1e-9*hi {
		if fx <= fy {
			hi, y, fy = y, x, fx
			x = hi - golden*(hi-lo)
			fx = size(x)
		} else {
			lo, x, fx = x, y, fy
			y = lo + golden*(hi-lo)
			fy = size(y)
		}
	}
	return 1 / math.Min(fx, fy)
}

func slowOut(a [][]float64, t []float64, n int, gamma float64) float64 {
	within := func(kappa float64) bool {
		h := make([]float64, len(a))
		for mu := range h {
			h[mu] = kappa + t[mu]
		}
		return leastDistance(a, n, h) <= gamma
	}
	lo, hi := -2.0, 1.0
	for within(hi) {
		hi *= 2
	}
	for hi-lo > 1e-12*math.Max(1e-2, math.Abs(hi)) {
		if mid := (lo + hi) / 2; within(mid) {
			lo = mid
		} else {
			hi = mid
		}
	}
	return (lo + hi) / 2
}

// TestAgainstNNLS compares A and B with the slow method to 1e-9 relative, for all families at N <= 60 and loads from small
// to near capacity.
func TestAgainstNNLS(t *testing.T) {
	t.Parallel()
	for _, family := range families {
		for k, c := range []struct {
			n, m  int
			gamma float64
		}{{20, 10, 1}, {30, 30, 1}, {40, 40, 1}, {30, 36, 3}, {60, 30, 1}, {25, 40, 0.5}} {
			if family == "bernoulli" && c.n*c.m > 1000 {
				continue // many equal inputs: the slow method cycles
			}
			if c.n*c.m > 1100 && os.Getenv("GARDNER_SLOW") == "" {
				continue // make fuzz-solver runs the larger ones
			}
			t.Run(fmt.Sprintf("%s/N=%d,P=%d", family, c.n, c.m), func(t *testing.T) {
				t.Parallel()
				r := rand.New(rand.NewPCG(uint64(k), 11))
				p := instance(r, family, c.n, c.m, 0.8, 0.1, c.gamma)
				a, th := oriented(p)
				in, out, err := Both(context.Background(), p, nil)
				if err != nil {
					t.Fatal(err)
				}
				slow := slowOut(a, th, c.n, c.gamma)
				if d := math.Abs(out.SignedMargin - slow); d > 1e-9*math.Abs(slow)+2e-12 {
					t.Errorf("signed margin %.15g, slowly %.15g", out.SignedMargin, slow)
				}
				if in.Status == Infeasible || in.NormActive {
					return
				}
				if slow := slowIn(a, th, c.n); math.Abs(in.KappaIn-slow) > 1e-9*slow {
					t.Errorf("kappa_in %.15g, slowly %.15g", in.KappaIn, slow)
				}
			})
		}
	}
}
