package precise

import (
	"context"
	"fmt"
	"math"

	"gardner/core/linalg"
	"gardner/core/psp"
	"gardner/core/rng"
)

// FinitePrecision is the finite precision learning rule: at the first mistake of a
// trial, a spike at a time t outside of the windows t_d +- Eps, or a second one
// inside, changes the weights by -Rate z(t), and a window without a spike by
// +Rate z(t_d + Eps); the trial then ends (Memmesheimer et al. 2014).
type FinitePrecision struct {
	Rate   float64 // eta > 0
	Eps    float64 // > 0; desired times must be at least 2 Eps apart
	Cycles int     // over all trials, at most
}

// RuleError says which number of a rule makes no sense.
type RuleError struct {
	Field string
	Value float64
	Want  string
}

func (e *RuleError) Error() string {
	return fmt.Sprintf("precise: %s = %v, want %s", e.Field, e.Value, e.Want)
}

// validRule checks what the rules share.
func validRule(rate, eps float64, cycles int) error {
	switch {
	case !(rate > 0 && rate <= math.MaxFloat64):
		return &RuleError{"Rate", rate, "a positive number"}
	case !(eps > 0 && eps <= math.MaxFloat64):
		return &RuleError{"Eps", eps, "a positive time"}
	case cycles < 0:
		return &RuleError{"Cycles", float64(cycles), "a number >= 0"}
	}
	return nil
}

// Learn changes the weights w until a whole cycle over the trials, in a random order
// drawn anew each time, has no mistake, with real resets throughout; it returns the
// number of cycles up to and including that one, or false after Cycles. The error is
// a *RuleError or the context's.
func (f FinitePrecision) Learn(ctx context.Context, k *psp.Kernel, trials []*Trial, w []float64, s *rng.Stream) (cycles int, ok bool, err error) {
	if err := validRule(f.Rate, f.Eps, f.Cycles); err != nil {
		return 0, false, err
	}
	order := identity(len(trials))
	change, scaled := make([]float64, len(w)), psp.Scale(k, w)
	for cycles = 1; cycles <= f.Cycles; cycles++ {
		if err := ctx.Err(); err != nil {
			return cycles, false, err
		}
		s.Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] })
		right := true
		for _, i := range order {
			t := trials[i]
			m, wrong := t.firstMistake(k, scaled, f.Eps)
			if !wrong {
				continue
			}
			right = false
			step := -f.Rate
			if m.Missing {
				step = f.Rate
			}
			clear(change)
			t.Input.AddPSP(k, m.At, step, change)
			linalg.Axpy(1, change, w)
			for i, x := range w {
				scaled[i] = float64(x * k.V0)
			}
		}
		if right {
			return cycles, true, nil
		}
	}
	return f.Cycles, false, nil
}

func identity(n int) []int {
	order := make([]int, n)
	for i := range order {
		order[i] = i
	}
	return order
}
