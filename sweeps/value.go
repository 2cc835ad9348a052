package sweeps

import (
	"encoding/json"
	"fmt"
	"math"
	"strconv"

	"gardner/core/num"
)

// valueType tells which field of a Value counts.
type valueType uint8

const (
	noValue valueType = iota
	numberValue
	textValue
	boolValue
)

// Value is what a param is set to: a number, a text or a bool. Values are
// comparable with ==: numbers are rounded to 12 significant decimal digits when
// they are made and -0 is 0, so that a+(b-a)*i/10 and a+i*0.1 are one value, and
// an integer equals the number it is. The zero Value is no value.
type Value struct {
	kind valueType
	num  float64
	text string
}

// Num returns a number, rounded to 12 significant digits. It panics on NaN,
// which is not a value any param can take.
func Num(x float64) Value {
	if math.IsNaN(x) {
		panic("sweeps: NaN is not a value of a param")
	}
	return Value{kind: numberValue, num: num.Round12(x)}
}

// Str returns a text.
func Str(s string) Value { return Value{kind: textValue, text: s} }

// Truth returns a bool.
func Truth(b bool) Value {
	v := Value{kind: boolValue}
	if b {
		v.num = 1
	}
	return v
}

// IsZero reports whether v is no value.
func (v Value) IsZero() bool { return v.kind == noValue }

// Number returns the number v holds, and whether it holds one.
func (v Value) Number() (float64, bool) { return v.num, v.kind == numberValue }

// Text returns the text v holds, and whether it holds one.
func (v Value) Text() (string, bool) { return v.text, v.kind == textValue }

// Bool returns the bool v holds, and whether it holds one.
func (v Value) Bool() (value, ok bool) { return v.num != 0, v.kind == boolValue }

// String returns the canonical text: the shortest decimal that gives the number
// back, inf for infinity, the text itself, true or false.
func (v Value) String() string {
	switch v.kind {
	case numberValue:
		return formatNumber(v.num)
	case textValue:
		return v.text
	case boolValue:
		return strconv.FormatBool(v.num != 0)
	}
	return ""
}

// Compare orders values for output: no value, then bools, numbers and texts,
// each ascending. It returns -1, 0 or +1.
func (v Value) Compare(w Value) int {
	rank := func(t valueType) int { return [...]int{noValue: 0, boolValue: 1, numberValue: 2, textValue: 3}[t] }
	switch {
	case rank(v.kind) != rank(w.kind):
		if rank(v.kind) < rank(w.kind) {
			return -1
		}
		return 1
	case v.num < w.num || v.text < w.text:
		return -1
	case v.num > w.num || v.text > w.text:
		return 1
	}
	return 0
}

// formatNumber writes plain decimals between 1e-6 and 1e21 and exponents
// outside, always with the fewest digits that give x back.
func formatNumber(x float64) string {
	switch {
	case math.IsInf(x, 1):
		return "inf"
	case math.IsInf(x, -1):
		return "-inf"
	}
	if a := math.Abs(x); a != 0 && (a < 1e-6 || a >= 1e21) {
		return strconv.FormatFloat(x, 'e', -1, 64)
	}
	return strconv.FormatFloat(x, 'f', -1, 64)
}

// MarshalJSON writes a JSON number, string or bool; infinities, which JSON has
// no number for, become the strings "inf" and "-inf".
func (v Value) MarshalJSON() ([]byte, error) {
	switch v.kind {
	case numberValue:
		if math.IsInf(v.num, 0) {
			return json.Marshal(formatNumber(v.num))
		}
		return []byte(formatNumber(v.num)), nil
	case textValue:
		return json.Marshal(v.text)
	case boolValue:
		return json.Marshal(v.num != 0)
	}
	return []byte("null"), nil
}

// UnmarshalJSON reads what MarshalJSON writes. The strings "inf" and "-inf"
// stay texts: [Param.Coerce] turns them into numbers where a number is wanted.
func (v *Value) UnmarshalJSON(data []byte) error {
	var x any
	if err := json.Unmarshal(data, &x); err != nil {
		return fmt.Errorf("value: %w", err)
	}
	switch x := x.(type) {
	case nil:
		*v = Value{}
	case bool:
		*v = Truth(x)
	case float64:
		*v = Num(x)
	case string:
		*v = Str(x)
	default:
		return fmt.Errorf("value: %s is not a number, a string or a bool", data)
	}
	return nil
}
