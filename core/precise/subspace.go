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
	coeff  []float64 // scratch
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
	s.coeff = make([]float64, s.m)
	return s, true
}

// remove takes out of x its part in the subspace.
func (s *subspace) remove(x []float64) { s.move(x, nil) }

// move gives x the given coefficients in the subspace; nil are zeros.
func (s *subspace) move(x, target []float64) {
	if s.m == 0 {
		return
	}
	s.engine.MulVec(s.coeff, s.basis, s.n, s.m, s.n, x)
	for j := range s.coeff {
		if target != nil {
			s.coeff[j] -= target[j]
		}
	}
	for j, c := range s.coeff {
		linalg.Axpy(-c, s.basis[j*s.n:(j+1)*s.n], x)
	}
}
