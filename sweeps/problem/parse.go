package problem

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"sort"
	"strings"

	"gardner/core/perceptron"
	"gardner/sweeps"
)

// The questions that a file can ask.
const (
	MaxKappaIn    = "max-kappa-in"   // A
	MaxKappaOut   = "max-kappa-out"  // B
	Feasible      = "feasible"       // F
	CapacityCurve = "capacity-curve" // K, for A and for B
)

var questions = []string{MaxKappaIn, MaxKappaOut, Feasible, CapacityCurve}

// File is what a problem file says.
type File struct {
	Question      string
	Problem       *perceptron.Problem
	FreeThreshold bool     // no norm constraint, theta of any sign: UF where all signs are 0
	Notes         []string // what was read otherwise than it stands in the files
}

// Parse reads a problem file. name is its path, for errors and because files that
// it names are relative to its folder; those of "-" to the working directory.
func Parse(name string, data []byte) (*File, error) {
	p := &parser{name: name, data: data, dec: json.NewDecoder(bytes.NewReader(data)), seen: map[string]int64{}, files: map[string]string{}}
	p.dec.UseNumber()
	f := &File{Problem: &perceptron.Problem{Gamma: math.Inf(1)}}
	if err := p.object(f); err != nil {
		return nil, err
	}
	if _, err := p.dec.Token(); !errors.Is(err, io.EOF) {
		return nil, p.here("there is something after the end of the problem")
	}
	f.Notes = p.notes
	return f, p.check(f)
}

// parser walks the tokens, so that every mistake has a place. Files of a
// gigabyte are within reach: nothing is held but the numbers.
type parser struct {
	name string
	data []byte
	dec  *json.Decoder
	seen map[string]int64 // key -> offset

	files map[string]string // key -> the file that holds its value
	notes []string
}

func (p *parser) here(format string, args ...any) *Error {
	return at(p.name, p.data, p.start(), format, args...)
}

// start is the offset of the next token: the decoder's own offset is the end of
// the last one.
func (p *parser) start() int64 {
	i := p.dec.InputOffset()
	for i < int64(len(p.data)) && strings.IndexByte(" \t\r\n,:", p.data[i]) >= 0 {
		i++
	}
	return i
}

// token returns the next token; malformed JSON becomes an Error with its place.
func (p *parser) token() (json.Token, error) {
	at0 := p.start()
	t, err := p.dec.Token()
	var syntax *json.SyntaxError
	switch {
	case err == nil:
		return t, nil
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return nil, at(p.name, p.data, int64(len(p.data)), "the file ends too early: it is empty or cut off")
	case errors.As(err, &syntax):
		return nil, at(p.name, p.data, at0, "not JSON: %s (JSON has no NaN or Infinity)", err)
	default:
		return nil, at(p.name, p.data, at0, "not JSON: %s", err)
	}
}

func (p *parser) delim(want json.Delim, what string) error {
	place := p.start()
	t, err := p.token()
	if err != nil {
		return err
	}
	if t != want {
		return at(p.name, p.data, place, "%s must start with %q", what, want.String())
	}
	return nil
}

func (p *parser) object(f *File) error {
	if err := p.delim('{', "a problem"); err != nil {
		return err
	}
	keys := p.keys(f)
	for p.dec.More() {
		place := p.start()
		t, err := p.token()
		if err != nil {
			return err
		}
		key, _ := t.(string)
		read, ok := keys[key]
		if !ok {
			return at(p.name, p.data, place, "unknown key %q; %sthe keys are %s", key, didYouMean(key, sorted(keys)), strings.Join(sorted(keys), ", "))
		}
		if _, twice := p.seen[key]; twice {
			return at(p.name, p.data, place, "the key %q stands twice", key)
		}
		p.seen[key] = place
		if err := read(); err != nil {
			return err
		}
	}
	return p.delim('}', "the end")
}

// keys maps each key to what reads its value.
func (p *parser) keys(f *File) map[string]func() error {
	q := f.Problem
	return map[string]func() error{
		"problem": func() (err error) { f.Question, err = p.question(); return },
		"patterns": func() (err error) {
			q.X, q.P, q.N, err = p.patterns()
			return
		},
		"labels":  func() (err error) { q.Labels, err = p.labels(); return },
		"drive":   func() (err error) { q.Drive, err = p.column("drive", math.Inf(-1)); return },
		"margins": func() (err error) { q.Margins, err = p.column("margins", 0); return },
		"gamma":   func() (err error) { q.Gamma, err = p.gamma(); return },
		"signs":   func() (err error) { q.Signs, err = p.signs(); return },
		"equal": func() error {
			values, err := p.numbers("equal", 0)
			for i, v := range values {
				if v != math.Trunc(v) || v > math.MaxInt32 {
					return p.after("equal", "value %d of equal is %v: it must be a row number", i, v)
				}
				q.Equal = append(q.Equal, int(v))
			}
			return err
		},
		"free_threshold": func() error {
			place := p.start()
			t, err := p.token()
			if err != nil {
				return err
			}
			v, ok := t.(bool)
			if !ok {
				return at(p.name, p.data, place, "free_threshold must be true or false")
			}
			f.FreeThreshold = v
			return nil
		},
	}
}

// after locates a mistake at the key it belongs to.
func (p *parser) after(key, format string, args ...any) *Error {
	return at(p.name, p.data, p.seen[key], format, args...)
}

func (p *parser) question() (string, error) {
	place := p.start()
	t, err := p.token()
	if err != nil {
		return "", err
	}
	for _, q := range questions {
		if t == q {
			return q, nil
		}
	}
	word, _ := t.(string)
	return "", at(p.name, p.data, place, "unknown problem %v; %sit is one of %s", t, didYouMean(word, questions), strings.Join(questions, ", "))
}

func (p *parser) gamma() (float64, error) {
	place := p.start()
	t, err := p.token()
	if err != nil || t == "inf" {
		return math.Inf(1), err
	}
	v, ok := number(t)
	if !ok || !(v > 0) {
		return 0, at(p.name, p.data, place, "gamma must be a positive number (or \"inf\", or absent: no bound on the norm)")
	}
	return v, nil
}

// check refuses what is well formed but no problem.
func (p *parser) check(f *File) error {
	for _, key := range []string{"problem", "patterns", "labels", "signs"} {
		if _, ok := p.seen[key]; !ok {
			return at(p.name, p.data, 0, "the key %q is missing", key)
		}
	}
	if f.FreeThreshold && f.Question != MaxKappaIn {
		return p.after("free_threshold", "free_threshold goes with the problem %s only", MaxKappaIn)
	}
	var input *perceptron.InputError
	if err := f.Problem.Validate(); errors.As(err, &input) {
		key := map[string]string{"X": "patterns", "P": "patterns", "N": "patterns"}[input.Field]
		if key == "" {
			key = strings.ToLower(input.Field)
		}
		if file := p.files[key]; file != "" {
			return p.after(key, "%s (%s is from %s)", err, key, file)
		}
		return p.after(key, "%s", err)
	} else if err != nil {
		return err
	}
	return nil
}

// didYouMean is "did you mean ...? " where a word is near a valid one.
func didYouMean(word string, valid []string) string {
	if near, ok := sweeps.Nearest(word, valid); ok {
		return fmt.Sprintf("did you mean %q? ", near)
	}
	return ""
}

func sorted[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	return keys
}
