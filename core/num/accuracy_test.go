package num_test

import (
	"math"
	"math/big"
	"math/rand/v2"
	"os"
	"testing"

	"gardner/core/internal/bignum"
	"gardner/core/num"
)

// points is the number of random arguments per range; `make slow` takes 30 times more.
func points() int {
	if os.Getenv("GARDNER_SLOW") != "" {
		return 4500
	}
	return 150
}

// ulps returns |got - want| in units of the last place of want, which is 2^-1074
// below the normal range.
func ulps(got float64, want *big.Float) float64 {
	w, _ := want.Float64()
	if w == got && (w == 0 || math.IsInf(w, 0)) {
		return 0
	}
	_, e := math.Frexp(w)
	unit := math.Ldexp(1, max(e-53, -1074))
	diff, _ := bignum.Sub(bignum.New(got), want).Float64()
	return math.Abs(diff) / unit
}

// uniform draws from [lo, hi]; logarithmic draws magnitudes evenly in the exponent.
func uniform(lo, hi float64) func(*rand.Rand) float64 {
	return func(r *rand.Rand) float64 { return lo + (hi-lo)*r.Float64() }
}

func logarithmic(lo, hi, sign float64) func(*rand.Rand) float64 {
	a, b := math.Log(lo), math.Log(hi)
	return func(r *rand.Rand) float64 { return sign * math.Exp(a+(b-a)*r.Float64()) }
}

type unary struct {
	name  string
	f     func(float64) float64
	exact func(*big.Float) *big.Float
	limit float64 // ulp, as in the package documentation
	draws []func(*rand.Rand) float64
	also  []float64
}

var unaries = []unary{
	{"Exp", num.Exp, bignum.Exp, 0.52,
		[]func(*rand.Rand) float64{uniform(-745, 709.78), uniform(-1, 1), logarithmic(1e-300, 1, 1), logarithmic(1e-300, 1, -1)},
		[]float64{0, 1, -1, 709.782712893384, -745.13, -708.5, math.Ln2, 0.5 * math.Ln2 / 128, 1e-320}},
	{"Expm1", num.Expm1, bignum.Expm1, 0.75,
		[]func(*rand.Rand) float64{uniform(-40, 709.78), uniform(-.01, .01), uniform(-.05, .05), uniform(-1, 1), logarithmic(1e-300, 1, 1), logarithmic(1e-300, 40, -1)},
		[]float64{1e-320, 1e-17, -1e-17, 700, 700.1, -37.5, -45, -60}},
	{"Log", num.Log, bignum.Log, 0.52,
		[]func(*rand.Rand) float64{logarithmic(1e-307, 1e308, 1), uniform(.5, 2), uniform(.99, 1.01), uniform(1-1e-8, 1+1e-8)},
		[]float64{1, 5e-324, 3e-310, math.MaxFloat64, 1 - 0x1p-53, 1 + 0x1p-52, math.Sqrt2, math.Sqrt2 / 2}},
	{"Log1p", num.Log1p, bignum.Log1p, 0.65,
		[]func(*rand.Rand) float64{uniform(-.999999, 2), logarithmic(1e-300, 1e300, 1), logarithmic(1e-300, .99, -1), uniform(-.01, .01)},
		[]float64{1e-320, 0x1p-53, 0x1p-54, -0x1p-53, 1 - 0x1p-53, -1 + 0x1p-53, 1e17}},
	{"Tanh", num.Tanh, bignum.Tanh, 2.5,
		[]func(*rand.Rand) float64{uniform(-22, 22), uniform(-1, 1), logarithmic(1e-300, 1, 1)},
		[]float64{1e-320, 1e-9, 0.5, -0.5, 19, 25, -30}},
	{"Erfc", num.Erfc, bignum.Erfc, 2.4,
		[]func(*rand.Rand) float64{uniform(-6, 6), uniform(0, 26.5), uniform(-.4, .4), logarithmic(1e-300, 1, -1)},
		[]float64{0, 26.6, 27.2, .3535, .3536, -.3535, -.3536, -9}},
	{"H", num.H, bignum.H, 2.4,
		[]func(*rand.Rand) float64{uniform(-8, 8), uniform(0, 37.5), uniform(-.6, .6), logarithmic(1e-300, 1, 1)},
		[]float64{0, .5, -.5, .4999999, 13, 37.5, 38.4, 30, -20}},
	{"Gauss", num.Gauss, bignum.Gauss, 1.1,
		[]func(*rand.Rand) float64{uniform(-38.5, 38.5), uniform(-1, 1)},
		[]float64{0, 1e-200, 37.6, 38.5}},
	{"J1", num.J1, bignum.J1, 2.4,
		[]func(*rand.Rand) float64{uniform(-8, 8), uniform(0, 37.4), logarithmic(1e-300, 1, 1), logarithmic(1, 30, -1)},
		[]float64{0, 37.4, 38, -25}},
	{"J2", num.J2, bignum.J2, 2.4,
		[]func(*rand.Rand) float64{uniform(-8, 8), uniform(0, 37.2), logarithmic(1e-300, 1, 1), logarithmic(1, 30, -1)},
		[]float64{0, 37.2, 38, -25}},
	{"LogGamma", num.LogGamma, bignum.LogGamma, 4,
		[]func(*rand.Rand) float64{uniform(0, 3), uniform(.9, 1.1), uniform(1.9, 2.1), uniform(3, 12), uniform(10, 200), logarithmic(1e-300, 1, 1), logarithmic(1, 1e300, 1)},
		[]float64{1 - 0x1p-53, 1 + 0x1p-52, 2 + 0x1p-51, .5, 3, 10, 1e305, 1e-61, 5e-324}},
}

func TestAccuracy(t *testing.T) {
	t.Parallel()
	for _, u := range unaries {
		t.Run(u.name, func(t *testing.T) {
			t.Parallel()
			r := rand.New(rand.NewPCG(1, 2))
			worst, at := 0.0, 0.0
			check := func(x float64) {
				got := u.f(x)
				e := ulps(got, u.exact(bignum.New(x)))
				if subnormal := math.Abs(got) < 0x1p-1022; subnormal && e <= 1 {
					return // rounded a second time
				}
				if e > worst || math.IsNaN(e) {
					worst, at = e, x
				}
			}
			for _, x := range u.also {
				check(x)
			}
			for _, draw := range u.draws {
				for range points() {
					check(draw(r))
				}
			}
			t.Logf("largest error %.3f ulp at %v", worst, at)
			if !(worst <= u.limit) {
				t.Errorf("error %.3f ulp at %v, want at most %v: got %v", worst, at, u.limit, u.f(at))
			}
		})
	}
}

func TestPowAccuracy(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(3, 4))
	worst, at := 0.0, [2]float64{}
	check := func(x, y float64) {
		if e := ulps(num.Pow(x, y), bignum.Pow(bignum.New(x), bignum.New(y))); e > worst {
			worst, at = e, [2]float64{x, y}
		}
	}
	for range 4 * points() {
		x := math.Exp(uniform(-700, 700)(r))
		check(x, uniform(-700, 700)(r)/math.Abs(math.Log(x)))
		near := uniform(.99, 1.01)(r)
		check(near, uniform(-60000, 60000)(r))
		check(uniform(.5, 3)(r), uniform(-20, 20)(r))
	}
	check(10, 300)
	check(10, -320)
	check(1+0x1p-52, 3e18)
	t.Logf("largest error %.3f ulp at %v", worst, at)
	if worst > 0.56 {
		t.Errorf("error %.3f ulp at %v", worst, at)
	}
}

func TestInvHAccuracy(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(5, 6))
	worst, at := 0.0, 0.0
	check := func(p float64) {
		got := num.InvH(p)
		if e := ulps(got, bignum.InvH(bignum.New(p), got)); e > worst {
			worst, at = e, p
		}
	}
	draws := []func(*rand.Rand) float64{uniform(0, 1), logarithmic(1e-300, .5, 1), uniform(.4999, .5001), uniform(.07, .08), logarithmic(1e-14, 1e-9, 1)}
	for _, draw := range draws {
		for range points() / 20 {
			check(draw(r))
		}
	}
	for _, p := range []float64{.075, .925, 1 - 0x1p-53, 1e-290, 1e-307, .25} {
		check(p)
	}
	t.Logf("largest error %.3f ulp at %v", worst, at)
	if worst > 4.5 {
		t.Errorf("error %.3f ulp at p = %v", worst, at)
	}
}
