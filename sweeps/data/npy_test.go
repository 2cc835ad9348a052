package data

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"runtime"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// npyFile builds a file by hand.
func npyFile(major byte, header string, body []byte) []byte {
	out := []byte(npyMagic)
	out = append(out, major, 0)
	if major == 1 {
		out = binary.LittleEndian.AppendUint16(out, uint16(len(header)))
	} else {
		out = binary.LittleEndian.AppendUint32(out, uint32(len(header)))
	}
	return append(append(out, header...), body...)
}

func headerOf(descr, fortran, shape string) string {
	return fmt.Sprintf("{'descr': '%s', 'fortran_order': %s, 'shape': %s, }\n", descr, fortran, shape)
}

func TestReadNPYTypes(t *testing.T) {
	t.Parallel()
	le, be := binary.LittleEndian, binary.BigEndian
	values := []float64{1, -2, 3, 100, 5, 6} // 2 x 3
	for _, c := range []struct {
		descr string
		item  func(b []byte, v float64) []byte
	}{
		{"<f8", func(b []byte, v float64) []byte { return le.AppendUint64(b, math.Float64bits(v)) }},
		{">f8", func(b []byte, v float64) []byte { return be.AppendUint64(b, math.Float64bits(v)) }},
		{"<f4", func(b []byte, v float64) []byte { return le.AppendUint32(b, math.Float32bits(float32(v))) }},
		{">f4", func(b []byte, v float64) []byte { return be.AppendUint32(b, math.Float32bits(float32(v))) }},
		{"|i1", func(b []byte, v float64) []byte { return append(b, byte(int8(v))) }},
		{"<i2", func(b []byte, v float64) []byte { return le.AppendUint16(b, uint16(int16(v))) }},
		{">i2", func(b []byte, v float64) []byte { return be.AppendUint16(b, uint16(int16(v))) }},
		{"<i4", func(b []byte, v float64) []byte { return le.AppendUint32(b, uint32(int32(v))) }},
		{">i4", func(b []byte, v float64) []byte { return be.AppendUint32(b, uint32(int32(v))) }},
		{"<i8", func(b []byte, v float64) []byte { return le.AppendUint64(b, uint64(int64(v))) }},
		{">i8", func(b []byte, v float64) []byte { return be.AppendUint64(b, uint64(int64(v))) }},
	} {
		for _, major := range []byte{1, 2, 3} {
			for _, fortran := range []bool{false, true} {
				var body []byte
				for k := range values {
					i := k
					if fortran { // item k of the file is row k%2, column k/2
						i = k%2*3 + k/2
					}
					body = c.item(body, values[i])
				}
				word := "False"
				if fortran {
					word = "True"
				}
				a, err := ReadNPY("x.npy", bytes.NewReader(npyFile(major, headerOf(c.descr, word, "(2, 3)"), body)), Limits{})
				if err != nil {
					t.Errorf("%s version %d: %v", c.descr, major, err)
					continue
				}
				if a.Rows != 2 || a.Cols != 3 || a.Dims != 2 || fmt.Sprint(a.Values) != fmt.Sprint(values) {
					t.Errorf("%s version %d fortran %v: got %+v", c.descr, major, fortran, a)
				}
			}
		}
	}
	a, err := ReadNPY("b.npy", bytes.NewReader(npyFile(1, headerOf("|b1", "False", "(3,)"), []byte{1, 0, 1})), Limits{})
	if err != nil || a.Dims != 1 || a.Rows != 3 || fmt.Sprint(a.Values) != "[1 0 1]" {
		t.Errorf("bool: %+v, %v", a, err)
	}
}

func TestReadNPYMistakes(t *testing.T) {
	t.Parallel()
	good := npyFile(1, headerOf("<f8", "False", "(2,)"), make([]byte, 16))
	start := len(good) - 16
	nan := append([]byte(nil), good...)
	binary.LittleEndian.PutUint64(nan[start+8:], math.Float64bits(math.NaN()))
	inf := npyFile(1, headerOf("<f4", "True", "(2, 2)"), bytes.Repeat(binary.LittleEndian.AppendUint32(nil, math.Float32bits(float32(math.Inf(-1)))), 4))
	big := npyFile(1, headerOf("<i8", "False", "(1,)"), binary.LittleEndian.AppendUint64(nil, 1<<53+1))
	for _, c := range []struct {
		name string
		file []byte
		want string
		is   error
	}{
		{"empty", nil, "x: byte 0: the file is empty", nil},
		{"short magic", []byte("\x93NU"), "byte 0: this is no NPY file", nil},
		{"no version", []byte(npyMagic), "byte 6: the file ends within its version", nil},
		{"zip", []byte("PK\x03\x04aaaaaaaa"), "zip archive (.npz)", nil},
		{"csv", []byte("1,2,3\n4,5,6\n"), "byte 0: this is no NPY file", nil},
		{"version", []byte(npyMagic + "\x04\x00aaaa"), "byte 6: NPY format version 4.0 is not known", nil},
		{"no length", []byte(npyMagic + "\x02\x00a"), "byte 9: the file ends within the header's length", nil},
		{"header too long", npyFile(2, strings.Repeat(" ", maxHeader+1), nil), "byte 8: the header claims 65537 bytes", ErrTooLarge},
		{"header cut off", good[:30], "byte 30: the file ends within the header", nil},
		{"cut off", good[:len(good)-1], fmt.Sprintf("byte %d: the file ends within the array", len(good)-1), nil},
		{"tail", append(append([]byte(nil), good...), 7), fmt.Sprintf("byte %d: something follows", len(good)), nil},
		{"nan", nan, fmt.Sprintf("byte %d: value [1] is NaN: it must be finite", start+8), ErrNotFinite},
		{"inf", inf, "value [0, 0] is -Inf", ErrNotFinite},
		{"integer", big, "value [0] is 9007199254740993 has more digits", nil},
		{"bool", npyFile(1, headerOf("|b1", "False", "(1,)"), []byte{2}), "a bool of value 2", nil},
		{"huge claim", npyFile(1, headerOf("<f8", "False", "(1000000000, 1000000000)"), nil), "has more than 134217728 values", ErrTooLarge},
		{"huge product", npyFile(1, headerOf("<f8", "False", "(4294967296, 4294967296)"), nil), "has more than", ErrTooLarge},
		{"endless size", npyFile(1, headerOf("<f8", "False", "(99999999999999999999999,)"), nil), "a size has too many digits", nil},
		{"negative", npyFile(1, headerOf("<f8", "False", "(-1,)"), nil), "a size must be a whole number", nil},
		{"no values", npyFile(1, headerOf("<f8", "False", "(0, 3)"), nil), "the array is empty: its shape is (0, 3)", nil},
		{"scalar", npyFile(1, headerOf("<f8", "False", "()"), make([]byte, 8)), "has 0 dimensions", nil},
		{"cube", npyFile(1, headerOf("<f8", "False", "(1, 1, 1)"), make([]byte, 8)), "has 3 dimensions", nil},
		{"object", npyFile(1, headerOf("|O", "False", "(1,)"), nil), "Python objects (pickles) are not read", nil},
		{"complex", npyFile(1, headerOf("<c16", "False", "(1,)"), nil), `the type "<c16" is not read`, nil},
		{"half", npyFile(1, headerOf("<f2", "False", "(1,)"), nil), `the type "<f2" is not read`, nil},
		{"text", npyFile(1, headerOf("<U3", "False", "(1,)"), nil), `the type "<U3" is not read`, nil},
		{"order", npyFile(1, headerOf("|f8", "False", "(1,)"), nil), "does not say its byte order", nil},
		{"record", npyFile(1, "{'descr': [('a', '<f8')], 'fortran_order': False, 'shape': (1,)}", nil), "structured array", nil},
		{"missing", npyFile(1, "{'descr': '<f8', 'shape': (1,)}", nil), `the key "fortran_order" is missing`, nil},
		{"twice", npyFile(1, "{'descr': '<f8', 'descr': '<f8'}", nil), `the key "descr" stands twice`, nil},
		{"unknown", npyFile(1, "{'evil': __import__('os')}", nil), `unknown key "evil"`, nil},
		{"no dict", npyFile(1, "[1]", nil), "must start with {", nil},
		{"trailing", npyFile(1, strings.TrimSpace(headerOf("<f8", "False", "(1,)"))+"x", make([]byte, 8)), "something follows the closing }", nil},
	} {
		_, err := ReadNPY("x", bytes.NewReader(c.file), Limits{})
		var place *Error
		if !errors.As(err, &place) || !strings.Contains(err.Error(), c.want) || (c.is != nil && !errors.Is(err, c.is)) {
			t.Errorf("%s: got %v, want %s", c.name, err, c.want)
		}
	}
}

// A false claim costs no memory: the reader fails at the end of the bytes. Not
// parallel, for it looks at all the memory of the process.
func TestReadNPYBelievesNoClaim(t *testing.T) {
	file := npyFile(1, headerOf("<f8", "False", "(100000000,)"), make([]byte, 80))
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	if _, err := ReadNPY("x", bytes.NewReader(file), Limits{}); err == nil {
		t.Error("accepted")
	}
	runtime.ReadMemStats(&after)
	if n := after.TotalAlloc - before.TotalAlloc; n > 4<<20 {
		t.Errorf("%d bytes allocated for a claim of 800 MB", n)
	}
	if _, err := ReadNPY("x", bytes.NewReader(file), Limits{Values: 10}); !errors.Is(err, ErrTooLarge) {
		t.Errorf("limit of 10 values: %v", err)
	}
	broken := errors.New("broken disk")
	if _, err := ReadNPY("x", io.MultiReader(bytes.NewReader(file), failing{broken}), Limits{}); !errors.Is(err, broken) {
		t.Errorf("a failing reader: %v", err)
	}
}

type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }

// arrays draws any finite array.
func arrays() *rapid.Generator[*Array] {
	return rapid.Custom(func(t *rapid.T) *Array {
		rows, cols := rapid.IntRange(1, 9).Draw(t, "rows"), rapid.IntRange(1, 9).Draw(t, "cols")
		vector := rapid.Bool().Draw(t, "vector")
		if vector {
			cols = 1
		}
		values := rapid.SliceOfN(rapid.OneOf(rapid.Float64Range(-math.MaxFloat64, math.MaxFloat64),
			rapid.SampledFrom([]float64{0, math.Copysign(0, -1), 5e-324, math.MaxFloat64, 0.1, 1, 2})), rows*cols, rows*cols).Draw(t, "values")
		if vector {
			return Vector(values)
		}
		return Matrix(rows, cols, values)
	})
}

func sameBits(a, b []float64) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if math.Float64bits(a[i]) != math.Float64bits(b[i]) {
			return false
		}
	}
	return true
}

func TestNPYRoundTrip(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		a := arrays().Draw(t, "array")
		var file bytes.Buffer
		if err := WriteNPY(&file, a); err != nil {
			t.Fatal(err)
		}
		if (file.Len()-8*len(a.Values))%64 != 0 {
			t.Fatalf("the array starts at byte %d, no multiple of 64", file.Len()-8*len(a.Values))
		}
		b, err := ReadNPY("x", &file, Limits{})
		if err != nil || b.Rows != a.Rows || b.Cols != a.Cols || b.Dims != a.Dims || !sameBits(a.Values, b.Values) {
			t.Fatalf("%+v became %+v, %v", a, b, err)
		}
	})
	if err := WriteNPY(io.Discard, Vector([]float64{math.NaN()})); !errors.Is(err, ErrNotFinite) {
		t.Errorf("NaN was written: %v", err)
	}
}

func FuzzReadNPY(f *testing.F) {
	f.Add(npyFile(1, headerOf("<f8", "False", "(2,)"), make([]byte, 16)))
	f.Add(npyFile(2, headerOf(">i4", "True", "(2, 2)"), make([]byte, 16)))
	f.Add(npyFile(3, headerOf("|b1", "False", "(1, 3)"), []byte{1, 0, 1}))
	f.Add(npyFile(1, headerOf("<U3", "False", "(2,)"), []byte("e\x00\x00\x00x\x00\x00\x00c\x00\x00\x00i\x00\x00\x00n\x00\x00\x00h\x00\x00\x00")))
	f.Fuzz(func(t *testing.T, file []byte) {
		for _, words := range []map[string]float64{nil, typeWords()} {
			a, err := readNPY("x", bytes.NewReader(file), Limits{Values: 1 << 12}, words, -1)
			checkRead(t, a, err)
		}
	})
}

// checkRead: a reader returns a sound array or an *Error with a place.
func checkRead(t *testing.T, a *Array, err error) {
	t.Helper()
	var place *Error
	switch {
	case err != nil && !errors.As(err, &place):
		t.Errorf("an error without a place: %v", err)
	case err == nil && (a.Rows < 1 || a.Cols < 1 || len(a.Values) != a.Rows*a.Cols || a.finite() != nil):
		t.Errorf("accepted %+v", a)
	}
}
