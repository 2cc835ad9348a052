package linalg

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"
)

// model is a symmetric matrix kept beside a Factor; rebuild gives R' R.
type model struct {
	a [][]float64
}

func (m *model) append(col []float64, diag float64) {
	for i := range m.a {
		m.a[i] = append(m.a[i], col[i])
	}
	m.a = append(m.a, append(append([]float64{}, col...), diag))
}

func (m *model) remove(i int) {
	m.a = append(m.a[:i], m.a[i+1:]...)
	for k := range m.a {
		m.a[k] = append(m.a[k][:i], m.a[k][i+1:]...)
	}
}

func (m *model) add(x []float64, sign float64) {
	for i := range m.a {
		for j := range m.a {
			m.a[i][j] += sign * x[i] * x[j]
		}
	}
}

func (m *model) check(t *testing.T, f *Factor) {
	t.Helper()
	n := len(m.a)
	if f.Len() != n {
		t.Fatalf("order %d, want %d", f.Len(), n)
	}
	for i := range n {
		got := make([]float64, n)
		for k := range i + 1 {
			row := f.Row(k)
			for j := range n - k {
				got[k+j] += row[i-k] * row[j]
			}
		}
		near(t, fmt.Sprintf("row %d of R'R", i), got[i:], m.a[i][i:], 1e-11)
	}
}

// A random walk of changes: each path must follow the matrix, and all must give
// the bits of the plain one.
func TestFactorFollowsItsMatrix(t *testing.T) {
	t.Parallel()
	plain := factorWalk(t, Plain)
	for _, p := range []Path{NEON, AVX2, AVX512} {
		if p.Available() {
			sameBits(t, p.String(), factorWalk(t, p), plain)
		}
	}
}

// factorWalk returns the final factor of the walk, row by row, and a solution.
func factorWalk(t *testing.T, p Path) []float64 {
	t.Helper()
	const rank = 100
	r := rand.New(rand.NewPCG(3, 1))
	f, m := NewFactorPath(4, p), &model{}
	var rows [][]float64 // A is the Gram matrix of these, plus the updates in force
	var extra [][]float64
	for step := range 300 {
		n := f.Len()
		switch op := r.IntN(8); {
		case op < 4 || n < 3:
			if n >= 80 {
				continue
			}
			row := normals(r, rank, false)
			col := make([]float64, n)
			for i := range rows {
				col[i] = Dot(rows[i], row)
			}
			diag := Dot(row, row) + 1
			if _, err := f.Append(col, diag); err != nil {
				t.Fatalf("step %d: %v", step, err)
			}
			rows = append(rows, row)
			m.append(col, diag)
			for i := range extra {
				extra[i] = append(extra[i], 0)
			}
		case op < 6:
			i := r.IntN(n)
			f.Remove(i)
			m.remove(i)
			rows = append(rows[:i], rows[i+1:]...)
			for k := range extra {
				extra[k] = append(extra[k][:i], extra[k][i+1:]...)
			}
		case op < 7:
			x := normals(r, n, false)
			f.Update(x)
			m.add(x, 1)
			extra = append(extra, x)
		default:
			if len(extra) == 0 {
				continue
			}
			x := extra[len(extra)-1]
			extra = extra[:len(extra)-1]
			if err := f.Downdate(x); err != nil {
				t.Fatalf("step %d: %v", step, err)
			}
			m.add(x, -1)
		}
		if step%10 == 0 {
			m.check(t, f)
		}
	}
	m.check(t, f)
	if f.Len() < 10 {
		t.Fatalf("only %d rows at the end: the walk tests little", f.Len())
	}
	b := normals(r, f.Len(), false)
	x := append([]float64{}, b...)
	f.Solve(x)
	back := make([]float64, f.Len())
	for i := range back {
		back[i] = Dot(m.a[i], x)
	}
	near(t, "A (A^-1 b)", back, b, 1e-10)
	out := x
	for i := range f.Len() {
		out = append(out, f.Row(i)...)
	}
	return out[:len(out):len(out)]
}

func TestFactorRefusesWhatIsNotPositive(t *testing.T) {
	t.Parallel()
	f := NewFactor(0)
	if _, err := f.Append(nil, 4); err != nil {
		t.Fatal(err)
	}
	var bad *NotPositiveError
	if pivot, err := f.Append([]float64{2}, 1); !errors.As(err, &bad) || bad.Pivot != 1 || bad.Value != 0 || pivot != 0 {
		t.Errorf("append of a dependent row: pivot %g, error %v", pivot, err)
	}
	if err := f.Downdate([]float64{2}); !errors.As(err, &bad) {
		t.Errorf("downdate to zero: error %v", err)
	}
	if f.Len() != 1 || f.Diag(0) != 2 {
		t.Errorf("a refused change left order %d, r_00 = %g", f.Len(), f.Diag(0))
	}
}

func TestFactorOfCholesky(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(3, 2))
	for _, n := range []int{0, 1, 31, 32, 33, 75} {
		lda := n + 3
		a := positive(r, n, lda)
		if err := New(1).Cholesky(a, lda, n); err != nil {
			t.Fatal(err)
		}
		var f Factor
		f.SetCholesky(a, lda, n)
		for i := range n {
			for j, v := range f.Row(i) {
				if v != a[(i+j)*lda+i] {
					t.Fatalf("n=%d: r_%d,%d = %g, want %g", n, i, i+j, v, a[(i+j)*lda+i])
				}
			}
		}
	}
}
