package ensemble

import (
	"context"
	"math"
	"math/rand/v2"
	"testing"

	"gardner/core/linalg"
	"gardner/core/perceptron"
)

// TestTable: products by look-up are those of the matrix.
func TestTable(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(1, 9))
	for _, c := range [][2]int{{1, 1}, {7, 3}, {8, 8}, {9, 5}, {64, 100}, {130, 67}} {
		rows, cols := c[0], c[1]
		tab, dense := newTable(rows, cols), make([]float64, rows*cols)
		coef := make([]float64, rows)
		for i := range rows {
			coef[i] = r.NormFloat64()
			for j := range cols {
				if r.IntN(3) == 0 {
					dense[i*cols+j] = 1
					tab.set(i, j)
				}
			}
		}
		clear(coef[:rows/2])
		got := make([]float64, cols)
		tab.mul(got, coef)
		for j := range cols {
			var want float64
			for i := range rows {
				want += coef[i] * dense[i*cols+j]
			}
			if math.Abs(got[j]-want) > 1e-13*float64(rows) {
				t.Errorf("%d x %d: column %d is %v, want %v", rows, cols, j, got[j], want)
			}
		}
	}
}

// TestProjections checks the optimality conditions of both projections, from cold and from warm thresholds.
func TestProjections(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(2, 9))
	for trial := range 3000 {
		p := 2 + r.IntN(60)
		y, z, dst := make([]float64, p), make([]float64, p), make([]float64, p)
		scale := math.Pow(10, float64(r.IntN(7)-3))
		for mu := range y {
			y[mu] = float64(2*r.IntN(2) - 1)
			z[mu] = scale * (r.NormFloat64() + float64(r.IntN(3)-1))
		}
		y[0], y[1] = 1, -1
		rho := projectBalanced(dst, z, y, scale*r.NormFloat64())
		var along, size float64
		for mu, x := range dst {
			along += y[mu] * x
			size += math.Abs(z[mu])
			if x != math.Max(0, z[mu]-float64(rho*y[mu])) {
				t.Errorf("trial %d: balanced: entry %d is %v", trial, mu, x)
			}
		}
		if math.Abs(along) > 1e-12*size {
			t.Errorf("trial %d: balanced: y'dst is %v", trial, along)
		}
		c := math.Pow(10, float64(r.IntN(5)-3))
		tau, rho := r.NormFloat64(), r.NormFloat64()
		projectSimplex(dst, z, y, c, &tau, &rho)
		along = 0
		var sum, zeta float64
		for mu, x := range dst {
			sum += x
			along += y[mu] * x
			zeta += y[mu] * z[mu]
			if x != math.Max(0, z[mu]-tau-float64(rho*y[mu])) {
				t.Errorf("trial %d: simplex: entry %d is %v", trial, mu, x)
			}
		}
		if math.Abs(sum-1) > 1e-11*(1+size) || math.Abs(rho-c*(along-zeta)) > 1e-11*(1+size)*(1+c) {
			t.Errorf("trial %d: simplex: sum %v, rho %v, want %v (scale %v, c %v)", trial, sum, rho, c*(along-zeta), scale, c)
		}
	}
}

// TestCounts: the Gram matrix of the active set, counted anew or corrected, is that of the memories.
func TestCounts(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(3, 9))
	m := memories(r, 150, 40, 0.3, 0.3, 10)
	s := newShared(m, false, 1)
	a := newActiveSet(s, perceptron.KindKappaIn, linalg.New(1))
	d := newDescent(s, perceptron.KindKappaIn, 5)
	for j := range a.cols {
		a.cols[j] = r.IntN(2) == 0
	}
	for mu := range a.rows {
		a.rows[mu] = r.IntN(2) == 0
	}
	for round := range 30 {
		flips := r.IntN(5)
		if round == 15 {
			flips = 100
		}
		for range flips {
			j, mu := r.IntN(m.N), r.IntN(m.P)
			a.cols[j], a.rows[mu] = !a.cols[j], !a.rows[mu]
		}
		a.in = a.in[:0]
		for mu, in := range a.rows {
			if in {
				a.in = append(a.in, mu)
			}
		}
		a.counts(d)
		for _, mu := range a.in {
			for _, nu := range a.in {
				if nu > mu {
					continue
				}
				want := 0.0
				for j, in := range a.cols {
					if in && j != d.i {
						want += m.X[mu*m.N+j] * m.X[nu*m.N+j]
					}
				}
				if float64(a.count[mu*m.P+nu]) != want {
					t.Fatalf("round %d: memories %d and %d share %d inputs, want %v", round, mu, nu, a.count[mu*m.P+nu], want)
				}
			}
		}
	}
}

// TestOrdinaryNeuronsShare: the neurons of an ordinary network, with or without drive and other columns, need no single
// solver, so that the tests of this package test the shared path.
func TestOrdinaryNeuronsShare(t *testing.T) {
	t.Parallel()
	plain := memories(rand.New(rand.NewPCG(4, 9)), 120, 24, 0.3, 0.3, 10)
	driven := memories(rand.New(rand.NewPCG(5, 9)), 120, 24, 0.3, 0.3, 10)
	driven.Drive = make([]float64, driven.P)
	for mu := range driven.Drive {
		driven.Drive[mu] = -2 + 0.1*float64(mu%3)
		for j := 100; j < 120; j++ {
			driven.X[mu*driven.N+j] = 0.15 + 0.01*float64((j*mu)%7)
		}
	}
	for name, m := range map[string]*Memories{"plain": plain, "driven": driven} {
		for _, kind := range kinds {
			done, err := train(context.Background(), m, kind, Range{0, 100}, nil)
			if err != nil {
				t.Fatal(err)
			}
			if cold := done.cold.Load(); cold > 3 {
				t.Errorf("%s, %v: %d of 100 neurons needed the single solver", name, kind, cold)
			}
			for i := range 100 {
				if _, err := perceptron.Check(m.Problem(i), kind, done.block.Solution(i)); err != nil {
					t.Errorf("%s, %v, neuron %d: %v", name, kind, i, err)
				}
			}
		}
	}
}
