package fingerprint

import (
	"gardner/core/linalg"
	"gardner/core/num"
	"gardner/core/patterns"
	"gardner/core/rng"
)

func numBattery(d *digest) {
	for i := range 200 {
		x := float64(i-100) / 7
		d.add(num.Exp(x), num.Expm1(x/20), num.Tanh(x/5), num.Erfc(x/2), num.H(x), num.Gauss(x), num.J1(x), num.J2(x))
		y := float64(2*i+1) / 401
		d.add(num.Log(y), num.Log1p(-y), num.Pow(y, x), num.InvH(y), num.InvH(num.Exp(x*40)), num.LogGamma(17*y), num.Round12(y/3))
	}
}

func rngBattery(d *digest) {
	s := rng.New(rng.NewKey("fingerprint", "rng"))
	buf := make([]float64, 2000)
	s.FillNorm(buf)
	d.add(buf...)
	s.FillExp(buf)
	d.add(buf...)
	for _, shape := range []float64{.3, 2, 50} {
		s.FillGamma(buf[:300], shape)
		d.add(buf[:300]...)
	}
	for i := range 300 {
		d.add(s.Float64(), float64(s.IntN(i+1)), float64(s.Poisson(3)), float64(s.Poisson(30)))
	}
}

func patternsBattery(d *digest) {
	key := rng.NewKey("fingerprint", "patterns")
	for _, in := range []patterns.Input{
		{Family: patterns.Exponential, Mean: 1.1},
		{Family: patterns.Gamma, Mean: 1.3, SD: .9, Shape: 2},
		{Family: patterns.Bernoulli, Mean: .3},
		{Family: patterns.Gaussian, Mean: 1.1, SD: .7},
		{Family: patterns.Lognormal, Mean: 1.1, SD: .7},
	} {
		pop := patterns.Population{N: 20, FExc: .7, Exc: in, Inh: in}
		d.add(pop.Patterns(rng.New(key.Sub(string(in.Family))), 20)...)
	}
	d.add(patterns.ExactLabels(rng.New(key.Sub("exact")), 50, .3)...)
	d.add(patterns.RandomLabels(rng.New(key.Sub("random")), 50, .3)...)
}

// linalgBattery runs the kernels at sizes that are no multiples of any tile.
func linalgBattery(d *digest, path linalg.Path) {
	const m, n, k = 67, 61, 131
	e := linalg.NewPath(1, path)
	s := rng.New(rng.NewKey("fingerprint", "linalg"))
	a, b := make([]float64, m*k), make([]float64, n*k)
	s.FillNorm(a)
	s.FillNorm(b)
	x, y := make([]float64, k), make([]float64, k)
	s.FillNorm(x)
	e.MulVec(y[:m], a, k, m, k, x)
	d.add(y[:m]...)
	e.MulVecT(y, a, k, m, k, x[:m])
	d.add(y...)
	c := make([]float64, m*n)
	e.GemmNT(c, n, a, k, b, k, m, n, k, 1.5, 0)
	d.add(c...)

	// A normal matrix, its factor and solutions, as in the solvers.
	weight := make([]float64, k)
	s.FillExp(weight)
	gram := make([]float64, m*m)
	e.Syrk(gram, m, a, k, m, k, weight)
	d.add(gram...)
	if err := e.Cholesky(gram, m, m); err != nil {
		panic("fingerprint: " + err.Error()) // 131 terms of rank 67: positive on any IEEE machine
	}
	d.add(gram...)
	e.SolveLower(gram, m, m, x[:m])
	e.SolveLowerT(gram, m, m, x[:m])
	d.add(x[:m]...)
	d.add(linalg.Dot(a[:k], b[:k]))
	linalg.Axpy(0.3, a[:k], y)
	d.add(y...)

	factor := linalg.NewFactorPath(m, path)
	factor.SetCholesky(gram, m, m)
	factor.Remove(m / 3)
	factor.Solve(x[:m-1])
	d.add(x[:m-1]...)
}
