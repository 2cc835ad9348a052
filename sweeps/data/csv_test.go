package data

import (
	"bytes"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestReadCSV(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, file string }{
		{"plain", "1,2.5,-3e-3\n0,1,1E2\n"},
		{"no newline at the end", "1,2.5,-3e-3\n0,1,1E2"},
		{"crlf", "1,2.5,-3e-3\r\n0,1,1E2\r\n"},
		{"byte order mark", "\xEF\xBB\xBF1,2.5,-3e-3\n0,1,1E2\n"},
		{"mark and header", "\xEF\xBB\xBFa,b,c\n1,2.5,-3e-3\n0,1,1E2\n"},
		{"header", "a,b,c\n1,2.5,-3e-3\n0,1,1E2\n"},
		{"quoted header", "\"a, left\",\"b\",c\n1,2.5,-3e-3\n0,1,1E2\n"},
		{"header with other separators", "left exc, right exc, inh\n1 2.5 -3e-3\n0 1 1E2\n"},
		{"quoted numbers", "\"1\",\"2.5\",-3e-3\n0,1,1E2\n"},
		{"comments", "# from the rig\n\n1,2.5,-3e-3\n   \n# more\n0,1,1E2\n\n"},
		{"semicolons", "1;2.5;-3e-3\n0;1;1E2\n"},
		{"tabs", "1\t2.5\t-3e-3\n0\t1\t1E2\n"},
		{"blanks", " 1   2.5 -3e-3\n  0 1 1E2 \n"},
		{"blanks around commas", " 1 , 2.5 ,-3e-3\n0 ,\t1,1E2 \n"},
		{"signs and dots", "+1.,2.5,-.003\n0,1.0,100\n"},
	} {
		a, err := ReadCSV("x.csv", strings.NewReader(c.file), Limits{})
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		if a.Rows != 2 || a.Cols != 3 || fmt.Sprint(a.Values) != "[1 2.5 -0.003 0 1 100]" {
			t.Errorf("%s: got %+v", c.name, a)
		}
	}
	a, err := ReadCSV("x", strings.NewReader("label\n1\n-1\n"), Limits{})
	if err != nil || a.Rows != 2 || a.Cols != 1 {
		t.Errorf("a column: %+v, %v", a, err)
	}
}

func TestReadCSVMistakes(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, file, want string
		is               error
	}{
		{"empty", "", "x: the file is empty", nil},
		{"only comments", "# a\n\n", "x: the file is empty", nil},
		{"only a header", "a,b\n", "x: the file has a header and no values", nil},
		{"short row", "1,2\n3\n", "x:2:2: this row has 1 values, the first (line 1) has 2", nil},
		{"long row", "# c\n1,2\n3,4, 5\n", "x:3:6: this row has 3 values, the first (line 2) has 2", nil},
		{"nan", "1,2\n3, nan\n", "x:2:4: value 1 is nan: every value must be a finite number", ErrNotFinite},
		{"nan in the first row", "nan,nan\n", "x:1:1: value 0 is nan", ErrNotFinite},
		{"infinity", "1,-inf\n", "x:1:3: value 1 is -inf", ErrNotFinite},
		{"na", "1,NA\n", "x:1:3: value 1 is NA", ErrNotFinite},
		{"huge", "1,1e999\n", "x:1:3: value 1, 1e999, is larger than a float64 can be", strconv.ErrRange},
		{"empty value", "1,,2\n", "x:1:3: value 1 is empty", nil},
		{"trailing comma", "1,2,\n", "x:1:5: value 2 is empty", nil},
		{"text", "1,2\n3,four\n", `x:2:3: value 1, "four", is not a number`, nil},
		{"half a header", "a,2\n", `x:1:1: value 0, "a", is not a number`, nil},
		{"two headers", "a,b\nc,d\n1,2\n", `x:2:1: value 0, "c", is not a number`, nil},
		{"decimal commas", "1,5;2,5\n", `x:1:3: value 1, "5;2", is not a number`, nil},
		{"hexadecimal", "0x10,1\n", `x:1:1: value 0, "0x10", is not a number`, nil},
		{"underscore", "1_000,1\n", `value 0, "1_000", is not a number`, nil},
		{"minus alone", "-,1\n", `value 0, "-", is not a number`, nil},
		{"pandas", "0,1,2\n5,6,7\n", "x:1:1: this line counts 0, 1, 2", nil},
		{"utf-16", "\xFF\xFE1\x00,\x002\x00", "x:1:1: the file is UTF-16", nil},
		{"npy", "\x93NUMPY\x01\x00", "this is an NPY file", nil},
		{"after the mark", "\xEF\xBB\xBF1,x\n", `x:1:3: value 1, "x", is not a number`, nil},
		{"long text", "1," + strings.Repeat("z", 1000) + "\n", `value 1, "` + strings.Repeat("z", 37) + `...", is not a number`, nil},
	} {
		_, err := ReadCSV("x", strings.NewReader(c.file), Limits{})
		var place *Error
		if !errors.As(err, &place) || !strings.Contains(err.Error(), c.want) || (c.is != nil && !errors.Is(err, c.is)) {
			t.Errorf("%s: got %v, want %s", c.name, err, c.want)
		}
	}
	if _, err := ReadCSV("x", strings.NewReader("1,2\n3,4\n"), Limits{Values: 3}); !errors.Is(err, ErrTooLarge) {
		t.Errorf("limit of values: %v", err)
	}
	if _, err := ReadCSV("x", strings.NewReader(strings.Repeat("1,", 1<<17)), Limits{Line: 1000}); !errors.Is(err, ErrTooLarge) {
		t.Errorf("limit of lines: %v", err)
	}
	broken := errors.New("broken disk")
	if _, err := ReadCSV("x", failing{broken}, Limits{}); !errors.Is(err, broken) {
		t.Errorf("a failing reader: %v", err)
	}
}

// Lines longer than the buffer are read as well.
func TestReadCSVLongLines(t *testing.T) {
	t.Parallel()
	const n = 50_000
	row := strings.Repeat("0.125,", n-1) + "2\n"
	a, err := ReadCSV("x", strings.NewReader(row+row), Limits{})
	if err != nil || a.Rows != 2 || a.Cols != n || a.Values[2*n-1] != 2 || a.Values[n] != 0.125 {
		t.Errorf("%v", err)
	}
}

func TestCSVRoundTrip(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		a := arrays().Draw(t, "array")
		var file bytes.Buffer
		if err := WriteCSV(&file, a, nil); err != nil {
			t.Fatal(err)
		}
		b, err := ReadCSV("x", &file, Limits{})
		if err != nil || b.Rows != a.Rows || b.Cols != a.Cols || !sameBits(a.Values, b.Values) {
			t.Fatalf("%+v became %+v, %v", a, b, err)
		}
	})
}

func FuzzReadCSV(f *testing.F) {
	for _, s := range []string{"a,b\n1,2\n", "1;2\r\n3;4", "# c\n\"1\" 2\n", "\xEF\xBB\xBFexc\ninh\n1\n", "0,1,2\n"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, file []byte) {
		for _, words := range []map[string]float64{nil, typeWords()} {
			a, err := readCSV("x", bytes.NewReader(file), Limits{Values: 1 << 12}, words)
			checkRead(t, a, err)
			if err != nil {
				continue
			}
			var again bytes.Buffer
			if err := WriteCSV(&again, a, nil); err != nil {
				t.Fatal(err)
			}
			if b, err := ReadCSV("x", &again, Limits{}); err != nil || !sameBits(a.Values, b.Values) {
				t.Errorf("%+v became %+v, %v", a, b, err)
			}
		}
	})
}
