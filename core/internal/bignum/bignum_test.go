package bignum

import (
	"math/big"
	"testing"
)

// Known values to 40 digits and more.
func TestKnownValues(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		got  *big.Float
		want string // source
	}{
		{"pi", Pi(), "3.1415926535897932384626433832795028841971693993751"},                // DLMF 3.12.1
		{"e", Exp(New(1)), "2.7182818284590452353602874713526624977572470936999"},          // DLMF 4.2.11
		{"ln 2", Ln2(), "0.69314718055994530941723212145817656807550013436026"},            // OEIS A002162
		{"ln 10", Log(New(10)), "2.3025850929940456840179914546843642076011014886288"},     // OEIS A002392
		{"log gamma 1/2", LogGamma(Ratio(1, 2)), "0.57236494292470008707171367567652936"},  // log sqrt(pi), OEIS A155968
		{"erfc 1", Erfc(New(1)), "0.15729920705028513065877936491739074070393300203370"},   // OEIS A331961
		{"erfc 2", Erfc(New(2)), "0.0046777349810472658379307436327470713891082029983656"}, // 1 - erf 2, A&S table 7.1
		{"tanh 1", Tanh(New(1)), "0.76159415595576488811945828260479359041276859725794"},   // OEIS A073744
		{"2^(1/2)", Pow(New(2), Ratio(1, 2)), "1.4142135623730950488016887242096980785697"},
	} {
		want, _, err := big.ParseFloat(c.want, 10, Prec, big.ToNearestEven)
		if err != nil {
			t.Fatal(err)
		}
		diff, _ := Quo(Sub(c.got, want), want).Float64()
		// The printed digits limit the agreement.
		if limit := 1e-32; diff > limit || diff < -limit {
			t.Errorf("%s = %.50g, want %s", c.name, c.got, c.want)
		}
	}
}

// Both expansions of Mills's ratio agree where both are good.
func TestMillsExpansionsAgree(t *testing.T) {
	t.Parallel()
	for _, x := range []float64{9, 11, 13, 15} {
		a, b := millsSeries(New(x)), millsFraction(New(x))
		if diff, _ := Quo(Sub(a, b), b).Float64(); diff > 1e-100 || diff < -1e-100 {
			t.Errorf("x = %v: relative difference %g", x, diff)
		}
	}
}

// Log inverts Exp; the differential equation M' = x M - 1 holds.
func TestInverses(t *testing.T) {
	t.Parallel()
	for _, x := range []float64{-700, -3, -1e-9, 1e-30, .1, 1, 20, 700} {
		if diff, _ := Quo(Sub(Log(Exp(New(x))), New(x)), New(x)).Float64(); diff > 1e-90 || diff < -1e-90 {
			t.Errorf("log exp %v off by %g", x, diff)
		}
		if diff, _ := Quo(Sub(Expm1(New(x)), Sub(Exp(New(x)), New(1))), Expm1(New(x))).Float64(); diff > 1e-90 || diff < -1e-90 {
			t.Errorf("expm1 %v off by %g", x, diff)
		}
	}
	for _, p := range []float64{1e-250, 1e-10, .3, .5, .9} {
		x := InvH(New(p), 1)
		if diff, _ := Quo(Sub(H(x), New(p)), New(p)).Float64(); diff > 1e-60 || diff < -1e-60 {
			t.Errorf("H(InvH(%v)) off by %g", p, diff)
		}
	}
}
