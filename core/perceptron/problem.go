package perceptron

import (
	"fmt"
	"math"
	"slices"

	"gardner/core/linalg"
)

// Problem is one perceptron problem. The zero values of Drive, Margins and Equal mean no drive, margins 1 and no
// equality rows. The solvers read a Problem and never change it; one Problem may be solved by several goroutines.
type Problem struct {
	P, N    int       // patterns, inputs
	X       []float64 // P x N, row-major: X[mu*N+i]; units of the inputs
	Labels  []float64 // P values, +1 or -1
	Signs   []int8    // N values g_i: +1 excitatory (w_i >= 0), -1 inhibitory (w_i <= 0), 0 unconstrained
	Gamma   float64   // bound on |w|/theta, in 1/(unit of the inputs); > 0, +Inf = no bound
	Drive   []float64 // P values I_ext^mu in units of the threshold, or nil = 0
	Margins []float64 // P values d^mu >= 0, or nil = 1
	Equal   []int     // rows that hold with equality, each at most once
}

// maxMagnitude bounds the largest input, Gamma, drives and margins from above, and
// 1/maxMagnitude the first two from below: products of four such numbers are finite.
const maxMagnitude = 1e75

// Validate checks shapes and domains. The error is an *InputError that names the field and place.
func (p *Problem) Validate() error {
	if p.P < 1 {
		return &InputError{Field: "P", Row: -1, Col: -1, Msg: fmt.Sprintf("is %d, must be at least 1", p.P)}
	}
	if p.N < 1 {
		return &InputError{Field: "N", Row: -1, Col: -1, Msg: fmt.Sprintf("is %d, must be at least 1", p.N)}
	}
	for _, f := range []struct {
		name     string
		len, has int
	}{
		{"X", p.P * p.N, len(p.X)}, {"Labels", p.P, len(p.Labels)}, {"Signs", p.N, len(p.Signs)},
	} {
		if f.len != f.has {
			return &InputError{Field: f.name, Row: -1, Col: -1, Msg: fmt.Sprintf("has %d values, must have %d (P=%d, N=%d)", f.has, f.len, p.P, p.N)}
		}
	}
	// A sum of squares well inside the range of numbers is one of finite numbers, the largest inside its bounds.
	if square := linalg.Dot(p.X, p.X); !(square >= 1e-100 && square <= 1e100) {
		if err := p.validateInputs(); err != nil {
			return err
		}
	}
	for mu, y := range p.Labels {
		if y != 1 && y != -1 {
			return &InputError{Field: "Labels", Row: mu, Col: -1, Msg: fmt.Sprintf("is %v, must be +1 or -1", y)}
		}
	}
	for i, g := range p.Signs {
		if g < -1 || g > 1 {
			return &InputError{Field: "Signs", Row: -1, Col: i, Msg: fmt.Sprintf("is %d, must be +1, -1 or 0", g)}
		}
	}
	if !(p.Gamma > 0) {
		return &InputError{Field: "Gamma", Row: -1, Col: -1, Msg: fmt.Sprintf("is %v, must be positive (+Inf: no norm constraint)", p.Gamma)}
	}
	if p.Gamma < 1/maxMagnitude || p.Gamma > maxMagnitude && !math.IsInf(p.Gamma, 1) {
		return &InputError{Field: "Gamma", Row: -1, Col: -1, Msg: fmt.Sprintf("is %v, must be between %g and %g, or +Inf", p.Gamma, 1/maxMagnitude, maxMagnitude)}
	}
	return p.validateOptional()
}

// validateInputs finds what is wrong with the inputs, one by one.
func (p *Problem) validateInputs() error {
	largest, at := 0.0, 0
	for k, x := range p.X {
		if math.IsNaN(x) || math.IsInf(x, 0) {
			return &InputError{Field: "X", Row: k / p.N, Col: k % p.N, Msg: fmt.Sprintf("is %v, must be finite", x)}
		}
		if a := math.Abs(x); a > largest {
			largest, at = a, k
		}
	}
	if largest != 0 && (largest < 1/maxMagnitude || largest > maxMagnitude) {
		return &InputError{Field: "X", Row: at / p.N, Col: at % p.N, Msg: fmt.Sprintf("is %v, the largest of all; squares of it are out of the range of numbers, so rescale the inputs to between %g and %g", p.X[at], 1/maxMagnitude, maxMagnitude)}
	}
	return nil
}

func (p *Problem) validateOptional() error {
	if p.Drive != nil {
		if len(p.Drive) != p.P {
			return &InputError{Field: "Drive", Row: -1, Col: -1, Msg: fmt.Sprintf("has %d values, must have %d or be absent", len(p.Drive), p.P)}
		}
		for mu, v := range p.Drive {
			if !(math.Abs(v) <= maxMagnitude) {
				return &InputError{Field: "Drive", Row: mu, Col: -1, Msg: fmt.Sprintf("is %v, must be finite (at most %g)", v, maxMagnitude)}
			}
		}
	}
	if p.Margins != nil {
		if len(p.Margins) != p.P {
			return &InputError{Field: "Margins", Row: -1, Col: -1, Msg: fmt.Sprintf("has %d values, must have %d or be absent", len(p.Margins), p.P)}
		}
		for mu, v := range p.Margins {
			if !(v >= 0 && v <= maxMagnitude) {
				return &InputError{Field: "Margins", Row: mu, Col: -1, Msg: fmt.Sprintf("is %v, must be finite (at most %g) and >= 0", v, maxMagnitude)}
			}
		}
	}
	if p.Margins != nil && !slices.ContainsFunc(p.Margins, func(d float64) bool { return d > 0 }) {
		return &InputError{Field: "Margins", Row: -1, Col: -1, Msg: "are all zero, at least one must be positive to set the scale"}
	}
	seen := make(map[int]bool, len(p.Equal))
	for _, mu := range p.Equal {
		if mu < 0 || mu >= p.P {
			return &InputError{Field: "Equal", Row: mu, Col: -1, Msg: fmt.Sprintf("names no pattern, must be in 0..%d", p.P-1)}
		}
		if seen[mu] {
			return &InputError{Field: "Equal", Row: mu, Col: -1, Msg: "is named twice"}
		}
		seen[mu] = true
	}
	return nil
}

// Prefix is the problem of the first n patterns (1 <= n <= P); it shares the slices of p.
func (p *Problem) Prefix(n int) *Problem {
	if n < 1 || n > p.P {
		panic(fmt.Sprintf("perceptron: prefix of %d patterns of a problem with %d", n, p.P))
	}
	q := *p
	q.P, q.X, q.Labels = n, p.X[:n*p.N], p.Labels[:n]
	if p.Drive != nil {
		q.Drive = p.Drive[:n]
	}
	if p.Margins != nil {
		q.Margins = p.Margins[:n]
	}
	q.Equal = nil
	for _, mu := range p.Equal {
		if mu < n {
			q.Equal = append(q.Equal, mu)
		}
	}
	return &q
}

// drive returns I_ext of pattern mu.
func (p *Problem) drive(mu int) float64 {
	if p.Drive == nil {
		return 0
	}
	return p.Drive[mu]
}

// margin returns d of pattern mu.
func (p *Problem) margin(mu int) float64 {
	if p.Margins == nil {
		return 1
	}
	return p.Margins[mu]
}
