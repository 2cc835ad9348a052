package sweeps

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// Kind says what values a param takes.
type Kind uint8

// The kinds of params.
const (
	Number  Kind = iota // a float64 within [Min, Max]
	Integer             // a whole number within [Min, Max]
	Choice              // one of Choices
	Text                // any text
	Bool                // true or false
)

// String returns the kind's name as help texts use it.
func (k Kind) String() string {
	return [...]string{"number", "integer", "choice", "text", "bool"}[k]
}

// Param declares one input of an experiment.
type Param struct {
	Name string // as sweep files and columns call it: f_exc
	Doc  string // what it is, in a few words: "excitatory fraction"
	Unit string // empty for a pure number
	Kind Kind

	// Default applies where a sweep says nothing. Keys leave params at their
	// default out, so changing it needs a new Experiment.Version.
	Default Value

	// Min and Max bound numbers and integers; both zero means unbounded. MinOpen
	// and MaxOpen exclude the bound itself.
	Min, Max         float64
	MinOpen, MaxOpen bool

	Choices []string // of kind Choice

	// Inner params are evaluated inside one task, because their values share
	// expensive state. All others are outer: they split a sweep into tasks.
	Inner bool

	// Treatment params do not enter the keys of random streams: points that
	// differ only in treatments see the same patterns. Inner params are
	// treatments in this sense too, unless asked for by [Task.StreamAt].
	Treatment bool
}

func (p *Param) bounded() bool { return p.Min != 0 || p.Max != 0 }

// Coerce returns v as a value of the param: "inf" becomes a number where a
// number is wanted, a number becomes a text where a text is wanted. The error
// says what would be right.
func (p *Param) Coerce(v Value) (Value, error) {
	switch p.Kind {
	case Number, Integer:
		if s, ok := v.Text(); ok {
			n, ok := parseNumber(s)
			if !ok {
				return Value{}, p.wrong(v, "is not a number")
			}
			v = Num(n)
		}
		x, ok := v.Number()
		if !ok {
			return Value{}, p.wrong(v, "is not a number")
		}
		return v, p.checkNumber(x)
	case Choice:
		s, _ := p.textOf(v)
		for _, c := range p.Choices {
			if c == s {
				return Str(s), nil
			}
		}
		hint := ""
		if best, ok := nearest(s, p.Choices); ok {
			hint = fmt.Sprintf("; did you mean %q?", best)
		}
		return Value{}, fmt.Errorf("%s cannot be %q: it is one of %s%s", p.Name, s, strings.Join(p.Choices, ", "), hint)
	case Text:
		s, ok := p.textOf(v)
		if !ok {
			return Value{}, p.wrong(v, "is not a text")
		}
		return Str(s), nil
	case Bool:
		if s, ok := v.Text(); ok && (s == "true" || s == "false") {
			return Truth(s == "true"), nil
		}
		if _, ok := v.Bool(); !ok {
			return Value{}, p.wrong(v, "is neither true nor false")
		}
		return v, nil
	}
	panic(fmt.Sprintf("sweeps: param %s has the unknown kind %d", p.Name, p.Kind))
}

// textOf returns v as a text: a number or a bool stands for how it is written.
func (p *Param) textOf(v Value) (string, bool) { return v.String(), !v.IsZero() }

func (p *Param) checkNumber(x float64) error {
	if p.Kind == Integer && (x != math.Trunc(x) || math.Abs(x) > 1<<53) {
		return p.wrong(Num(x), "is not a whole number")
	}
	if !p.bounded() {
		return nil
	}
	if x < p.Min || x > p.Max || (p.MinOpen && x == p.Min) || (p.MaxOpen && x == p.Max) {
		return p.wrong(Num(x), "is out of range")
	}
	return nil
}

func (p *Param) wrong(v Value, what string) error {
	return fmt.Errorf("%s = %s %s (%s)", p.Name, v, what, p.Describe())
}

// Parse reads a value as the command line gives it.
func (p *Param) Parse(s string) (Value, error) {
	if s == "" && p.Kind != Text {
		return Value{}, fmt.Errorf("%s needs a value (%s)", p.Name, p.Describe())
	}
	return p.Coerce(Str(s))
}

// Range returns the allowed values in words: "0 to 1", "at least 1",
// "above 0 to 1", "A, B", or nothing where all are allowed.
func (p *Param) Range() string {
	switch p.Kind {
	case Choice:
		return strings.Join(p.Choices, ", ")
	case Bool:
		return "true, false"
	case Text:
		return ""
	}
	if !p.bounded() {
		return ""
	}
	var b strings.Builder
	switch {
	case math.IsInf(p.Min, -1):
	case p.MinOpen:
		b.WriteString("above ")
		b.WriteString(formatNumber(p.Min))
	case math.IsInf(p.Max, 1):
		b.WriteString("at least ")
		b.WriteString(formatNumber(p.Min))
	default:
		b.WriteString(formatNumber(p.Min))
	}
	switch {
	case math.IsInf(p.Max, 1):
	case math.IsInf(p.Min, -1) && p.MaxOpen:
		b.WriteString("below " + formatNumber(p.Max))
	case math.IsInf(p.Min, -1):
		b.WriteString("at most " + formatNumber(p.Max))
	case p.MaxOpen:
		b.WriteString(" to below " + formatNumber(p.Max))
	default:
		b.WriteString(" to " + formatNumber(p.Max))
	}
	return b.String()
}

// Describe returns doc, range and default: "excitatory fraction, 0 to 1, default
// 0.8".
func (p *Param) Describe() string {
	parts := []string{p.Doc}
	if r := p.Range(); r != "" {
		parts = append(parts, r)
	}
	return strings.Join(append(parts, "default "+p.Default.String()), ", ")
}

// parseNumber reads a decimal number or inf; NaN, hexadecimal and digit
// separators are not numbers here.
func parseNumber(s string) (float64, bool) {
	switch strings.ToLower(s) {
	case "inf", "+inf", ".inf", "+.inf", "infinity":
		return math.Inf(1), true
	case "-inf", "-.inf", "-infinity":
		return math.Inf(-1), true
	}
	if s == "" || strings.ContainsAny(s, "xX_pPnN") {
		return 0, false
	}
	x, err := strconv.ParseFloat(s, 64)
	if err != nil {
		return 0, false
	}
	return x, true
}
