package data

import (
	"encoding/hex"
	"errors"
	"fmt"
)

// Set is a data set. Patterns come first; labels and cell types may be absent.
type Set struct {
	P, N   int
	X      []float64 // P x N, row-major; -0 is 0
	Labels []float64 // P times +1 or -1, nil if not given
	Signs  []int8    // N times +1 excitatory, -1 inhibitory, 0 unconstrained; nil if not given
	Notes  []string  // what was read otherwise than it stands in the files
}

// Load reads a data set; labels and types may be "". The error is an *Error.
func Load(patterns, labels, types string) (*Set, error) {
	x, err := ReadFile(patterns)
	if err != nil {
		return nil, err
	}
	var y *Array
	if labels != "" {
		if y, err = ReadFile(labels); err != nil {
			return nil, err
		}
	}
	var signs []int8
	if types != "" {
		if signs, err = ReadTypes(types); err != nil {
			return nil, err
		}
		if len(signs) != x.Cols {
			return nil, whole(types, "has %d cell types, but the patterns of %s have %d inputs", len(signs), patterns, x.Cols)
		}
	}
	return NewSet(x, y, signs)
}

// NewSet makes a data set of patterns (2-D), labels (one row or column, or nil)
// and signs (or nil). It may take over the arrays' memory. The error is an
// *Error.
func NewSet(patterns, labels *Array, signs []int8) (*Set, error) {
	if patterns.Dims != 2 {
		return nil, whole(patterns.File, "patterns must be 2-D, one row a pattern: this array is 1-D (for a single input reshape it to (-1, 1))")
	}
	s := &Set{P: patterns.Rows, N: patterns.Cols, X: patterns.Values, Signs: signs}
	for k, v := range s.X {
		if v == 0 {
			s.X[k] = 0 // -0 too: equal hashes must mean equal results
		}
	}
	if signs != nil && len(signs) != s.N {
		return nil, whole(patterns.File, "has %d inputs, but there are %d cell types", s.N, len(signs))
	}
	if labels == nil {
		return s, nil
	}
	values, note, err := Labels(labels)
	if err != nil {
		return nil, err
	}
	if len(values) != s.P {
		hint := ""
		if len(values) == s.N {
			hint = "; are the patterns transposed? One row is one pattern"
		}
		return nil, whole(labels.File, "has %d labels, but there are %d patterns%s", len(values), s.P, hint)
	}
	s.Labels = values
	if note != "" {
		s.Notes = append(s.Notes, note)
	}
	return s, nil
}

// Labels returns labels of +1 and -1; those of 1 and 0 are translated, and the
// note says so. The error is an *Error.
func Labels(a *Array) (labels []float64, note string, err error) {
	values, err := a.Flat("labels")
	if err != nil {
		return nil, "", err
	}
	zero, minus := -1, -1
	for k, v := range values {
		switch v {
		case 0:
			zero = k
		case -1:
			minus = k
		case 1:
		default:
			return nil, "", whole(a.File, "label %d is %v: it must be +1 or -1 (or 1 and 0)", k, v)
		}
	}
	if zero >= 0 && minus >= 0 {
		return nil, "", whole(a.File, "label %d is 0 and label %d is -1: labels are either +1 and -1 or 1 and 0", zero, minus)
	}
	labels = append([]float64(nil), values...)
	if zero < 0 {
		return labels, "", nil
	}
	for k, v := range labels {
		if v == 0 {
			labels[k] = -1
		}
	}
	note = "labels of 0 are read as -1"
	if a.File != "" {
		note = a.File + ": " + note
	}
	return labels, note, nil
}

// ErrIncomplete is returned where a set lacks what is asked for.
var ErrIncomplete = errors.New("the data set is incomplete")

// Require returns an error that wraps ErrIncomplete unless the set has labels
// and cell types.
func (s *Set) Require() error {
	if s.Labels == nil {
		return fmt.Errorf("%w: it has no labels", ErrIncomplete)
	}
	if s.Signs == nil {
		return fmt.Errorf("%w: it has no cell types", ErrIncomplete)
	}
	return nil
}

// Hash is the content of a data set in 32 bytes.
type Hash [32]byte

// String returns the hash as 64 hexadecimal digits.
func (h Hash) String() string { return hex.EncodeToString(h[:]) }

// Hash returns the SHA-256 of Encode: the same for the same values from any file
// format. Equal hashes give equal results, so it stands for the set in the keys
// of sweeps.
func (s *Set) Hash() Hash { return HashOf(s.Encode()) }
