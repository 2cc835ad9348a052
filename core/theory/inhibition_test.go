package theory_test

import (
	"errors"
	"math"
	"testing"

	"gardner/core/theory"
)

// The anchors of the model description, section 6: N_E = 400, f_E = .3, Gamma = 10.
func TestCommonInhibitionAnchors(t *testing.T) {
	t.Parallel()
	scale := 10 * math.Sqrt(.3*.7)
	for _, c := range []struct{ alpha, kappaOut float64 }{{.3, 5.17}, {.6, 2.87}, {1.3, .93}} {
		k, b, err := theory.CommonInhibition{POut: .3, Feedback: true}.Kappa(c.alpha)
		t.Logf("feedback: alpha %v: kappa_out %.4f at B = %.3f", c.alpha, k*scale, b)
		kc, _, errC := theory.CommonInhibition{POut: .3}.Kappa(math.Min(c.alpha, 1.1))
		t.Logf("constant: alpha %v: kappa_out %.4f, %v", c.alpha, kc*scale, errC)
		if err != nil || math.Abs(k*scale-c.kappaOut) > .005 {
			t.Errorf("alpha = %v: kappa_out %v, want %v (%v)", c.alpha, k*scale, c.kappaOut, err)
		}
		again, _, err := theory.CommonInhibition{POut: .3, Feedback: true}.Capacity(k)
		if err != nil || math.Abs(again-c.alpha) > 1e-6 {
			t.Errorf("capacity at its margin %v is %v, %v", k, again, err)
		}
	}
}

func TestCommonInhibitionDomains(t *testing.T) {
	t.Parallel()
	// Without signs capacity is 1/e(0) = 2.236; half the synapses, half of it.
	alpha, b, err := theory.CommonInhibition{POut: .3}.Capacity(0)
	if err != nil || b != 0 || math.Abs(alpha-2.2361/2) > 1e-4 {
		t.Errorf("constant: %v at B = %v, %v", alpha, b, err)
	}
	var undefined *theory.UndefinedError
	if _, _, err := (theory.CommonInhibition{POut: .3}).Kappa(alpha + .01); !errors.As(err, &undefined) {
		t.Errorf("above capacity: %v", err)
	}
	var domain *theory.DomainError
	for _, err := range []error{
		func() error { _, _, err := (theory.CommonInhibition{POut: .3}).Kappa(0); return err }(),
		func() error { _, _, err := (theory.CommonInhibition{POut: 1}).Kappa(1); return err }(),
		func() error { _, _, err := (theory.CommonInhibition{POut: .3}).Capacity(-1); return err }(),
	} {
		if !errors.As(err, &domain) {
			t.Errorf("%v is no domain error", err)
		}
	}
	// Weights of norm Gamma drawn as (z-B)_+ have that mean.
	if got, want := theory.CommonDrive(0, 10, .3, 400), 10*.3*20*math.Sqrt(1/math.Pi); math.Abs(got-want) > 1e-12*want {
		t.Errorf("drive %v, want %v", got, want)
	}
}
