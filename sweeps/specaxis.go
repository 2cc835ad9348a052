package sweeps

import (
	"fmt"
	"math"
	"strings"

	"gardner/core/num"
)

// The generators of axis values, as sweep files and --set write them.
var generators = []string{"linspace", "logspace", "range"}

// isGenerator splits "name(a, b, c)".
func isGenerator(s string) (name string, args []string, ok bool) {
	open := strings.IndexByte(s, '(')
	if open <= 0 || !strings.HasSuffix(s, ")") {
		return "", nil, false
	}
	for _, a := range strings.Split(s[open+1:len(s)-1], ",") {
		args = append(args, strings.TrimSpace(a))
	}
	return strings.TrimSpace(s[:open]), args, true
}

// generate evaluates
//
//	linspace(first, last, n)   n values at equal distances, both ends included
//	logspace(first, last, n)   n values at equal ratios, both ends included
//	range(first, last[, step]) first, first+step, ... up to and including last
//
// limit bounds the number of values.
func generate(name string, args []string, limit int) ([]float64, error) {
	usage := map[string]string{"linspace": "linspace(first, last, n)", "logspace": "logspace(first, last, n)", "range": "range(first, last, step)"}[name]
	if usage == "" {
		if best, ok := nearest(name, generators); ok {
			return nil, fmt.Errorf("unknown function %q; did you mean %q?", clip(name), best)
		}
		return nil, fmt.Errorf("unknown function %q; there are %s", clip(name), strings.Join(generators, ", "))
	}
	if len(args) != 3 && (name != "range" || len(args) != 2) {
		return nil, fmt.Errorf("%s takes 3 numbers: %s", name, usage)
	}
	x := []float64{0, 0, 1}
	for i, a := range args {
		v, ok := parseNumber(a)
		if !ok || math.IsInf(v, 0) {
			return nil, fmt.Errorf("%s: %q is not a finite number; it is %s", name, clip(a), usage)
		}
		x[i] = v
	}
	if name == "range" {
		return steps(x[0], x[1], x[2], limit)
	}
	first, last, n := x[0], x[1], x[2]
	switch {
	case n != math.Trunc(n) || n < 1:
		return nil, fmt.Errorf("%s: the number of values is %s; it is %s", name, formatNumber(n), usage)
	case n > float64(limit):
		return nil, fmt.Errorf("%s: %s values are more than a sweep file may hold (%d)", name, formatNumber(n), MaxAxis)
	case n == 1 && first != last:
		return nil, fmt.Errorf("%s: one value cannot be both %s and %s", name, formatNumber(first), formatNumber(last))
	case name == "logspace" && (first <= 0 || last <= 0):
		return nil, fmt.Errorf("logspace: its ends are values, not exponents, and must be above 0")
	}
	values := make([]float64, int(n))
	for i := range values {
		t := float64(i) / math.Max(n-1, 1)
		switch {
		case i == 0:
			values[i] = first
		case i == len(values)-1:
			values[i] = last
		case name == "linspace":
			values[i] = float64(first*(1-t)) + float64(last*t)
		default:
			values[i] = num.Exp(float64(num.Log(first)*(1-t)) + float64(num.Log(last)*t))
		}
	}
	return values, nil
}

// steps counts from first to last; an end missed by rounding only is included.
func steps(first, last, step float64, limit int) ([]float64, error) {
	n := math.Floor((last-first)/step + 1e-9)
	switch {
	case step == 0 || n < 0 || math.IsNaN(n):
		return nil, fmt.Errorf("range: steps of %s do not lead from %s to %s", formatNumber(step), formatNumber(first), formatNumber(last))
	case n+1 > float64(limit):
		return nil, fmt.Errorf("range: %s values are more than a sweep file may hold (%d)", formatNumber(n+1), MaxAxis)
	}
	values := make([]float64, int(n)+1)
	for i := range values {
		values[i] = first + float64(float64(i)*step)
	}
	return values, nil
}

// clip shortens foreign text for a message.
func clip(s string) string {
	if len(s) <= 60 {
		return s
	}
	return strings.ToValidUTF8(s[:57], "") + "..."
}
