package data

import (
	"bytes"
	"errors"
	"testing"

	"pgregory.net/rapid"
)

// drawSet draws a small data set with or without labels and types.
func drawSet(t *rapid.T) *Set {
	a := arrays().Filter(func(a *Array) bool { return a.Dims == 2 }).Draw(t, "patterns")
	var labels *Array
	if rapid.Bool().Draw(t, "with labels") {
		labels = Vector(rapid.SliceOfN(rapid.SampledFrom([]float64{1, -1}), a.Rows, a.Rows).Draw(t, "labels"))
	}
	var signs []int8
	if rapid.Bool().Draw(t, "with types") {
		signs = rapid.SliceOfN(rapid.SampledFrom([]int8{1, -1, 0}), a.Cols, a.Cols).Draw(t, "types")
	}
	s, err := NewSet(a, labels, signs)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestEncodingGivesTheSetBack(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		s := drawSet(t)
		b := s.Encode()
		back, err := Decode(b)
		if err != nil {
			t.Fatal(err)
		}
		if back.P != s.P || back.N != s.N || (back.Labels == nil) != (s.Labels == nil) || (back.Signs == nil) != (s.Signs == nil) {
			t.Fatalf("got %+v, want %+v", back, s)
		}
		if back.Hash() != s.Hash() || HashOf(b) != s.Hash() {
			t.Fatal("the hash changed")
		}
		h, err := ParseHash(s.Hash().String())
		if err != nil || h != s.Hash() {
			t.Fatalf("the hash's text gives %v, %v", h, err)
		}
		cut := rapid.IntRange(0, len(b)-1).Draw(t, "cut")
		if _, err := Decode(b[:cut]); !errors.Is(err, ErrEncoding) {
			t.Fatalf("cut to %d of %d bytes: %v", cut, len(b), err)
		}
	})
}

// FuzzDecode: whatever is accepted is in canonical form.
func FuzzDecode(f *testing.F) {
	s, err := NewSet(Matrix(2, 3, []float64{1, 2, 3, 4, 5, 6}), Vector([]float64{1, -1}), []int8{1, -1, 0})
	if err != nil {
		f.Fatal(err)
	}
	f.Add(s.Encode())
	f.Add([]byte(encodingHead))
	f.Fuzz(func(t *testing.T, b []byte) {
		s, err := Decode(b)
		if err != nil {
			if !errors.Is(err, ErrEncoding) {
				t.Fatalf("%v is no ErrEncoding", err)
			}
			return
		}
		if !bytes.Equal(s.Encode(), b) {
			t.Fatal("accepted, but not canonical")
		}
	})
}
