package problem

import (
	"encoding/json"
	"fmt"
	"math"
	"path/filepath"

	"gardner/sweeps/data"
)

// reference reads {"file": "x.npy"} where that stands instead of an array, and
// returns the file's path; ok is false where the array stands.
func (p *parser) reference(key string) (path string, ok bool, err error) {
	switch i := p.start(); {
	case i < int64(len(p.data)) && p.data[i] == '"':
		return "", true, p.here("%s is text; a file is named as {\"file\": \"x.npy\"}", key)
	case i >= int64(len(p.data)) || p.data[i] != '{':
		return "", false, nil
	}
	if err := p.delim('{', key); err != nil {
		return "", true, err
	}
	for p.dec.More() {
		place := p.start()
		t, err := p.token()
		if err != nil {
			return "", true, err
		}
		word, _ := t.(string)
		switch {
		case word != "file":
			return "", true, at(p.name, p.data, place, "unknown key %q of %s; %sthe only key is \"file\"", word, key, didYouMean(word, []string{"file"}))
		case path != "":
			return "", true, at(p.name, p.data, place, "the key \"file\" stands twice")
		}
		place = p.start()
		if t, err = p.token(); err != nil {
			return "", true, err
		}
		if path, _ = t.(string); path == "" {
			return "", true, at(p.name, p.data, place, "the file of %s must be a name in quotes", key)
		}
	}
	if path == "" {
		return "", true, p.here("%s needs the key \"file\"", key)
	}
	if !filepath.IsAbs(path) {
		path = filepath.Join(filepath.Dir(p.name), path)
	}
	p.files[key] = path
	return path, true, p.delim('}', "the end of "+key)
}

// from is an error of a file that key names.
func (p *parser) from(key string, err error) error {
	e := p.after(key, "%s: %s", key, err)
	e.Err = err
	return e
}

// patterns reads P x N numbers.
func (p *parser) patterns() (x []float64, rows, columns int, err error) {
	path, ok, err := p.reference("patterns")
	if err != nil {
		return nil, 0, 0, err
	}
	if !ok {
		return p.matrix()
	}
	set, err := data.Load(path, "", "")
	if err != nil {
		return nil, 0, 0, p.from("patterns", err)
	}
	return set.X, set.P, set.N, nil
}

// labels reads +1 and -1; a file may have 1 and 0.
func (p *parser) labels() ([]float64, error) {
	path, ok, err := p.reference("labels")
	if err != nil {
		return nil, err
	}
	if !ok {
		return p.numbers("labels", math.Inf(-1))
	}
	a, err := data.ReadFile(path)
	if err != nil {
		return nil, p.from("labels", err)
	}
	values, note, err := data.Labels(a)
	if err != nil {
		return nil, p.from("labels", err)
	}
	if note != "" {
		p.notes = append(p.notes, note)
	}
	return values, nil
}

// signs reads +1, -1 and 0; a file may have exc and inh.
func (p *parser) signs() ([]int8, error) {
	path, ok, err := p.reference("signs")
	if err != nil {
		return nil, err
	}
	if ok {
		signs, err := data.ReadTypes(path)
		if err != nil {
			return nil, p.from("signs", err)
		}
		return signs, nil
	}
	values, err := p.numbers("signs", math.Inf(-1))
	if err != nil {
		return nil, err
	}
	var signs []int8
	for i, v := range values {
		if v != 1 && v != -1 && v != 0 {
			return nil, p.after("signs", "value %d of signs is %v: it must be +1, -1 or 0", i, v)
		}
		signs = append(signs, int8(v))
	}
	return signs, nil
}

// column reads numbers of at least low, from the file or from a file it names.
func (p *parser) column(key string, low float64) ([]float64, error) {
	path, ok, err := p.reference(key)
	if err != nil {
		return nil, err
	}
	if !ok {
		return p.numbers(key, low)
	}
	a, err := data.ReadFile(path)
	if err != nil {
		return nil, p.from(key, err)
	}
	values, err := a.Flat(key)
	if err != nil {
		return nil, p.from(key, err)
	}
	for i, v := range values {
		if v < low {
			return nil, p.after(key, "%s: value %d of %s is %v: it must be at least %v", key, i, path, v, low)
		}
	}
	return values, nil
}

// numbers reads an array of finite numbers of at least low.
func (p *parser) numbers(what string, low float64) ([]float64, error) {
	if err := p.delim('[', what); err != nil {
		return nil, err
	}
	values := []float64{}
	for p.dec.More() {
		place := p.start()
		t, err := p.token()
		if err != nil {
			return nil, err
		}
		v, ok := number(t)
		if !ok {
			return nil, at(p.name, p.data, place, "value %d of %s is not a finite number", len(values), what)
		}
		if v < low {
			return nil, at(p.name, p.data, place, "value %d of %s is %v: it must be at least %v", len(values), what, v, low)
		}
		values = append(values, v)
	}
	return values, p.delim(']', "the end of "+what)
}

func (p *parser) matrix() (x []float64, rows, columns int, err error) {
	if err := p.delim('[', "patterns"); err != nil {
		return nil, 0, 0, err
	}
	for p.dec.More() {
		place := p.start()
		row, err := p.numbers(fmt.Sprintf("pattern %d", rows), math.Inf(-1))
		if err != nil {
			return nil, 0, 0, err
		}
		if rows == 0 {
			columns = len(row)
		}
		if len(row) != columns || columns == 0 {
			return nil, 0, 0, at(p.name, p.data, place, "pattern %d has %d values, pattern 0 has %d: all need the same number, at least one", rows, len(row), columns)
		}
		x = append(x, row...)
		rows++
	}
	return x, rows, columns, p.delim(']', "the end of patterns")
}

func number(t json.Token) (float64, bool) {
	n, ok := t.(json.Number)
	if !ok {
		return 0, false
	}
	v, err := n.Float64()
	return v, err == nil && !math.IsInf(v, 0)
}
