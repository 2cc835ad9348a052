package precise

import (
	"math"

	"gardner/core/linalg"
)

// leastNorm is the point x of least norm with a_i.x >= b_i for all rows given so far,
// found by the dual active set method of Goldfarb and Idnani (1983): x is at all times
// the best for its active rows, with multipliers >= 0, and |x| grows with each row that
// is added, so that it goes on from where it is when new rows come.
type leastNorm struct {
	n      int
	x      []float64 // sum_i lambda_i a_i over the active rows
	active []cut
	lambda []float64
	steps  int

	// The active rows are L Q, L lower triangular, Q of orthonormal rows, both n x n.
	l, q   []float64
	z, d   []float64 // scratch, project
	part   []float64
	engine *linalg.Engine
}

func newLeastNorm(n int, engine *linalg.Engine) *leastNorm {
	return &leastNorm{n: n, x: make([]float64, n), l: make([]float64, n*n), q: make([]float64, n*n), z: make([]float64, n), d: make([]float64, 3*n), part: make([]float64, n), engine: engine}
}

// slack is a.x - b of the row a = -c.x, b = c.margin.
func (s *leastNorm) slack(c *cut) float64 { return -linalg.Dot(c.x, s.x) - c.margin }

// add makes a row hold that does not; false if the active rows exclude it, which leaves
// them as they are.
func (s *leastNorm) add(c cut) bool {
	own := 0.0 // multiplier of the row
	for {
		s.steps++
		left, size := s.project(c.x)
		m := len(s.active)
		r := s.d[m : 2*m] // of the row in terms of the active ones
		full, blocking := math.Inf(1), -1
		if left > independent*independent*size && m < s.n {
			full = -s.slack(&c) / left
		}
		step := full
		for j, v := range r {
			if v > 0 && s.lambda[j] < step*v {
				step, blocking = s.lambda[j]/v, j
			}
		}
		if math.IsInf(step, 1) {
			return false
		}
		own += step
		for j, v := range r {
			s.lambda[j] = math.Max(0, s.lambda[j]-float64(step*v))
		}
		if !math.IsInf(full, 1) {
			linalg.Axpy(step, s.z, s.x)
		}
		if blocking < 0 {
			s.append(c, own, left)
			return true
		}
		s.drop(blocking)
		if s.slack(&c) >= 0 { // by rounding
			return true
		}
	}
}

// project sets z to the part of -x orthogonal to the active rows, d[:m] to the
// coefficients of the rest in Q and d[m:2m] to those in the active rows; it returns the
// squared norms of z and x.
func (s *leastNorm) project(x []float64) (left, size float64) {
	m, n := len(s.active), s.n
	for i, v := range x {
		s.z[i] = -v
	}
	size = linalg.Dot(s.z, s.z)
	left = size
	coefficients, again := s.d[:m], s.d[2*m:3*m]
	clear(coefficients)
	for m > 0 { // Gram and Schmidt, again where most of it went
		before := left
		takeOut(s.engine, s.q, m, n, s.z, again, nil, s.part)
		linalg.Axpy(1, again, coefficients)
		if left = linalg.Dot(s.z, s.z); left > 0.1*before || !(left > independent*independent*size) {
			break
		}
	}
	r := s.d[m : 2*m]
	copy(r, coefficients)
	if m > 0 {
		s.engine.SolveLowerT(s.l, n, m, r)
	}
	return left, size
}

// append makes the row active that was projected last.
func (s *leastNorm) append(c cut, lambda, left float64) {
	m, n := len(s.active), s.n
	norm := math.Sqrt(left)
	copy(s.l[m*n:], s.d[:m])
	s.l[m*n+m] = norm
	q := s.q[m*n : (m+1)*n]
	for i, v := range s.z {
		q[i] = v / norm
	}
	s.active, s.lambda = append(s.active, c), append(s.lambda, lambda)
}

// drop takes out an active row: rotations of neighbouring rows of Q make L triangular
// again.
func (s *leastNorm) drop(k int) {
	m, n := len(s.active), s.n
	for i := k + 1; i < m; i++ {
		copy(s.l[(i-1)*n:(i-1)*n+i+1], s.l[i*n:i*n+i+1])
	}
	for j := k; j < m-1; j++ {
		a, b := s.l[j*n+j], s.l[j*n+j+1]
		h := math.Sqrt(math.FMA(a, a, float64(b*b)))
		c, t := a/h, b/h
		for i := j; i < m-1; i++ {
			rotate(c, t, &s.l[i*n+j], &s.l[i*n+j+1])
		}
		x, y := s.q[j*n:(j+1)*n], s.q[(j+1)*n:(j+2)*n]
		for i := range x {
			rotate(c, t, &x[i], &y[i])
		}
	}
	s.active, s.lambda = append(s.active[:k], s.active[k+1:]...), append(s.lambda[:k], s.lambda[k+1:]...)
}

func rotate(c, t float64, x, y *float64) {
	*x, *y = math.FMA(c, *x, float64(t**y)), math.FMA(c, *y, -float64(t**x))
}
