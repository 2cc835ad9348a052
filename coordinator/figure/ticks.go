package figure

import (
	"math"
	"strconv"
	"strings"
)

// tick is a mark on an axis; minor ones have no label.
type tick struct {
	value float64
	label string // markup
}

// ticks returns the marks of a scale, about want labelled ones.
func (s scale) ticks(want int) []tick {
	if s.log {
		return s.logTicks(want)
	}
	return s.linearTicks(want)
}

// linearTicks steps by 1, 2 or 5 times a power of ten: the smallest such step
// with at most want labels, or a smaller one where that leaves fewer than three.
func (s scale) linearTicks(want int) []tick {
	power := int(math.Floor(math.Log10((s.max - s.min) / float64(max(want, 1)))))
	steps := []struct{ mantissa, parts int }{{1, 5}, {2, 4}, {5, 5}}
	at := 0
	count := func(k int) int {
		step := float64(steps[mod(k, 3)].mantissa) * math.Pow(10, float64(power+floorDiv(k, 3)))
		return int(math.Floor(s.max/step+1e-9)-math.Ceil(s.min/step-1e-9)) + 1
	}
	for count(at) > want {
		at++
	}
	if count(at) < 3 && count(at-1) <= want+3 {
		at--
	}
	exponent := power + floorDiv(at, 3)
	m, parts := steps[mod(at, 3)].mantissa, steps[mod(at, 3)].parts
	largest := math.Max(math.Abs(s.min), math.Abs(s.max))
	power10 := 0
	if largest >= 1e5 || largest < 1e-3 {
		power10 = int(math.Floor(math.Log10(largest)))
	}
	minor := float64(m) * math.Pow(10, float64(exponent)) / float64(parts)
	var out []tick
	first, last := math.Ceil(s.min/minor-1e-9), math.Floor(s.max/minor+1e-9)
	for i := first; i <= last; i++ {
		t := tick{value: i * minor}
		if math.Mod(i, float64(parts)) == 0 {
			t.label = linearLabel(i*minor, power10-exponent, power10)
		}
		out = append(out, t)
	}
	return out
}

func mod(a, b int) int      { return ((a % b) + b) % b }
func floorDiv(a, b int) int { return (a - mod(a, b)) / b }

// linearLabel writes v as a multiple of a power of ten with that many digits.
func linearLabel(v float64, digits, power10 int) string {
	if power10 == 0 {
		return minus(strconv.FormatFloat(v, 'f', max(0, digits), 64))
	}
	if v == 0 {
		return "0"
	}
	m := strconv.FormatFloat(v/math.Pow(10, float64(power10)), 'f', max(0, digits), 64)
	return minus(m) + "·10^{" + minus(strconv.Itoa(power10)) + "}"
}

// logTicks marks decades and their parts. Labels stand at the densest of the
// usual sets that has room; where the range is so short that fewer than two
// would show, the marks are those of a linear axis.
func (s scale) logTicks(want int) []tick {
	first, last := int(math.Floor(math.Log10(s.min))), int(math.Ceil(math.Log10(s.max)))
	inside := func(v float64) bool { return v >= s.min*(1-1e-9) && v <= s.max*(1+1e-9) }
	count := func(set string, every int) int {
		n := 0
		for d := first; d <= last; d++ {
			for _, m := range set {
				if mod(d, every) == 0 && inside(float64(m-'0')*math.Pow(10, float64(d))) {
					n++
				}
			}
		}
		return n
	}
	every, set := 1, "1"
	for count(set, every) > want+1 {
		every++
	}
	for _, denser := range []string{"13", "125", "12357", "123456789"} {
		if every == 1 && (count(denser, 1) <= want || count(set, 1) < 2 && count(denser, 1) <= want+3) {
			set = denser
		}
	}
	if n := count(set, every); n < 2 || n < 3 && s.max < 2*s.min {
		return s.linearTicks(want)
	}
	plain := s.min > 0.9e-3 && s.max < 1.1e4
	var out []tick
	for d := first; d <= last; d++ {
		for m := 1; m <= 9; m++ {
			v := float64(m) * math.Pow(10, float64(d))
			if !inside(v) {
				continue
			}
			t := tick{value: v}
			if strings.Contains(set, strconv.Itoa(m)) && mod(d, every) == 0 {
				t.label = logLabel(m, d, plain)
			}
			if m == 1 || every == 1 {
				out = append(out, t)
			}
		}
	}
	return out
}

func logLabel(m, d int, plain bool) string {
	if plain {
		return strconv.FormatFloat(float64(m)*math.Pow(10, float64(d)), 'f', max(0, -d), 64)
	}
	power := "10^{" + minus(strconv.Itoa(d)) + "}"
	if m == 1 {
		return power
	}
	return strconv.Itoa(m) + "·" + power
}

// minus replaces the hyphen of a number by a minus sign.
func minus(s string) string {
	if strings.HasPrefix(s, "-") {
		if strings.Trim(s, "-0.") == "" {
			return s[1:] // -0.0
		}
		return "−" + s[1:]
	}
	return s
}
