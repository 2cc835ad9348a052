package data

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"math"
)

// MaxEncoded bounds the encoding of a set, 256 MiB: it travels to the workers and
// is kept in the database.
const MaxEncoded = 256 << 20

const encodingHead = "gardner data set 1\n"

// ErrEncoding is wrapped by the errors of Decode.
var ErrEncoding = errors.New("not an encoded data set")

// Encode returns the bytes whose SHA-256 is the set's Hash: a head, then patterns,
// labels and types, each as its name, a line feed, rows and columns (uint64) and
// values (float64), little-endian, row-major. Notes are not part of it.
func (s *Set) Encode() []byte {
	b := make([]byte, 0, len(encodingHead)+3*32+8*(len(s.X)+len(s.Labels)+len(s.Signs)))
	b = append(b, encodingHead...)
	b = appendPart(b, "patterns", s.P, s.N, s.X)
	b = appendPart(b, "labels", len(s.Labels), 1, s.Labels)
	signs := make([]float64, len(s.Signs))
	for i, g := range s.Signs {
		signs[i] = float64(g)
	}
	return appendPart(b, "types", len(signs), 1, signs)
}

func appendPart(b []byte, name string, rows, cols int, values []float64) []byte {
	b = append(b, name...)
	b = append(b, '\n')
	b = binary.LittleEndian.AppendUint64(b, uint64(rows))
	b = binary.LittleEndian.AppendUint64(b, uint64(cols))
	for _, v := range values {
		b = binary.LittleEndian.AppendUint64(b, math.Float64bits(v))
	}
	return b
}

// Decode reads what Encode wrote. The bytes may be hostile: shapes, values,
// labels and types are checked as those of files are, so that Encode gives the
// same bytes back. The error wraps ErrEncoding.
func Decode(b []byte) (*Set, error) {
	if len(b) > MaxEncoded {
		return nil, fmt.Errorf("%w: %d bytes are more than %d", ErrEncoding, len(b), MaxEncoded)
	}
	rest, ok := bytes.CutPrefix(b, []byte(encodingHead))
	if !ok {
		return nil, fmt.Errorf("%w: it does not begin with %q", ErrEncoding, encodingHead)
	}
	patterns, rest, err := cutPart(rest, "patterns")
	if err != nil {
		return nil, err
	}
	labels, rest, err := cutPart(rest, "labels")
	if err != nil {
		return nil, err
	}
	types, rest, err := cutPart(rest, "types")
	if err != nil {
		return nil, err
	}
	if len(rest) > 0 || patterns.Rows == 0 || patterns.Cols == 0 || labels.Cols != 1 || types.Cols != 1 {
		return nil, fmt.Errorf("%w: it has no patterns, labels or types of more than one column, or bytes at its end", ErrEncoding)
	}
	var signs []int8
	if types.Rows > 0 {
		types.Dims = 1
		if signs, err = typesOf(types); err != nil {
			return nil, fmt.Errorf("%w: %w", ErrEncoding, err)
		}
	}
	if labels.Dims = 1; labels.Rows == 0 {
		labels = nil
	}
	s, err := NewSet(patterns, labels, signs)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrEncoding, err)
	}
	if len(s.Notes) > 0 || !bytes.Equal(s.Encode(), b) {
		return nil, fmt.Errorf("%w: it is not in canonical form", ErrEncoding)
	}
	return s, nil
}

// cutPart takes one array off the bytes.
func cutPart(b []byte, name string) (*Array, []byte, error) {
	rest, ok := bytes.CutPrefix(b, []byte(name+"\n"))
	if !ok || len(rest) < 16 {
		return nil, nil, fmt.Errorf("%w: the part %q is missing or cut off", ErrEncoding, name)
	}
	rows, cols := binary.LittleEndian.Uint64(rest), binary.LittleEndian.Uint64(rest[8:])
	rest = rest[16:]
	values := uint64(len(rest)) / 8
	if rows > 0 && (cols == 0 || cols > values/rows) || rows > values {
		return nil, nil, fmt.Errorf("%w: %s claims %d x %d values, %d are there", ErrEncoding, name, rows, cols, values)
	}
	a := &Array{Rows: int(rows), Cols: int(cols), Dims: 2, Values: make([]float64, rows*cols)}
	for i := range a.Values {
		v := math.Float64frombits(binary.LittleEndian.Uint64(rest[8*i:]))
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return nil, nil, fmt.Errorf("%w: value %d of %s is not finite", ErrEncoding, i, name)
		}
		a.Values[i] = v
	}
	return a, rest[8*len(a.Values):], nil
}

// ParseHash reads the 64 hexadecimal digits of a Hash.
func ParseHash(text string) (Hash, error) {
	var h Hash
	b, err := hex.DecodeString(text)
	if err != nil || len(b) != len(h) {
		return h, fmt.Errorf("%q is not the hash of a data set: 64 hexadecimal digits", text)
	}
	return Hash(b), nil
}

// HashOf returns the hash of an encoded set.
func HashOf(encoded []byte) Hash { return sha256.Sum256(encoded) }
