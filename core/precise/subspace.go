package precise

import (
	"math"

	"gardner/core/linalg"
	"gardner/core/psp"
)

// subspace is spanned by the gradients z(t_d) of all desired times; weights in it
// decide V there, weights orthogonal to it do not matter there.
type subspace struct {
	m, n   int
	basis  []float64 // m x n, orthonormal rows
	target []float64 // coefficients in the basis of the weights with V(t_d) = 1
	coeff  []float64 // scratch of m numbers
	part   []float64 // scratch of n numbers
	engine *linalg.Engine
}

// independent is the smallest part of a gradient that may be left orthogonal to those
// before it.
const independent = 1e-9

// newSubspace orthonormalises the gradients in the order of time; false if one
// depends on those before, so that some times cannot be had.
func newSubspace(k *psp.Kernel, trials []*Trial, n int) (*subspace, bool) {
	s := &subspace{n: n, engine: linalg.New(1)}
	for _, t := range trials {
		for d, at := range t.Desired {
			z := make([]float64, n)
			t.Input.AddPSP(k, at, 1, z)
			size := linalg.Dot(z, z)
			need := 1 + t.need[d]
			for range 2 { // Gram and Schmidt, twice against rounding
				for j := range s.m {
					q := s.basis[j*n : (j+1)*n]
					c := linalg.Dot(q, z)
					linalg.Axpy(-c, q, z)
					need -= float64(c * s.target[j])
				}
			}
			left := linalg.Dot(z, z)
			if !(left > independent*independent*size) {
				return nil, false
			}
			r := 1 / math.Sqrt(left)
			for i := range z {
				z[i] = float64(z[i] * r)
			}
			s.basis = append(s.basis, z...)
			s.target = append(s.target, float64(need*r))
			s.m++
		}
	}
	s.coeff, s.part = make([]float64, s.m), make([]float64, n)
	return s, true
}

// remove takes out of x its part in the subspace.
func (s *subspace) remove(x []float64) { s.move(x, nil) }

// move gives x the given coefficients in the subspace; nil are zeros.
func (s *subspace) move(x, target []float64) {
	takeOut(s.engine, s.basis, s.m, s.n, x, s.coeff, target, s.part)
}

// takeOut gives x the coefficients target (nil: zeros) in m orthonormal rows of q, a few
// rows at a time, so that q comes from memory once. It leaves how far they were off in
// coeff; part is scratch of n numbers.
func takeOut(engine *linalg.Engine, q []float64, m, n int, x, coeff, target, part []float64) {
	const together = 8
	for j := 0; j < m; j += together {
		rows := min(together, m-j)
		c := coeff[j : j+rows]
		engine.MulVec(c, q[j*n:], n, rows, n, x)
		if target != nil {
			linalg.Axpy(-1, target[j:j+rows], c)
		}
		engine.MulVecT(part, q[j*n:], n, rows, n, c)
		linalg.Axpy(-1, part, x)
	}
}
