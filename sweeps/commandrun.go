package sweeps

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
)

// ErrNoCommands is returned by tasks of a [Command] where none may be run.
var ErrNoCommands = errors.New("commands of sweep files are not run here; allow them with --allow-commands where you trust whoever submits sweeps")

// Commands runs the program of a call and returns what it wrote to its standard output.
// The error says how it ended and what it wrote to its standard error.
type Commands func(ctx context.Context, call *CommandCall) ([]byte, error)

// CommandCall is one run of a program: a task's. The program gets Input on its standard
// input, a JSON object:
//
//	{"params": {"gain": 1.5, "rule": "oja"},   the outer params
//	 "replicate": 3,
//	 "seed": 4503599627370496,                 below 2^53: of this point and replicate, the same for all treatments
//	 "threads": 1,                             that it may use
//	 "rows": [{"params": {}, "seed": 81}]}     the inner params of each row wanted; one row without any if there are none
//
// and answers with a JSON array of an object a row, in the same order, or with the object
// alone if there is one row:
//
//	{"stable": {"k": 3, "n": 10}, "rate": 1.5}
//
// A number is a number; null, or a metric left out, has no value. A count is {"k": successes, "n":
// trials}, true or false. A vector is an array; a histogram {"counts": [...], "n": samples}, with n left out
// the sum. "status": "infeasible" or "undefined" says that the row has no answer. A program that ends with
// another exit code than 0, or answers otherwise, has failed its task.
//
// Results must follow from the input alone: take all randomness from the seeds.
type CommandCall struct {
	Argv    []string
	Files   []CommandFile // to be put into the working directory
	Input   []byte
	Threads int
}

// maxAnswer bounds what a program may answer.
const maxAnswer = 64 << 20

// seedBits is how many bits of a seed a program gets: JSON numbers are exact up to 2^53
// everywhere.
const seedBits = 53

// cost is the estimate of a task's seconds.
func (c *Command) cost(_ Point, inner []Point) float64 {
	if c.Seconds > 0 {
		return c.Seconds
	}
	return 0.1 * float64(len(inner))
}

// run is the experiment's Run.
func (c *Command) run(ctx context.Context, t *Task) ([]Row, error) {
	if t.Commands == nil {
		return nil, ErrNoCommands
	}
	input, err := t.commandInput(c)
	if err != nil {
		return nil, err
	}
	out, err := t.Commands(ctx, &CommandCall{Argv: c.Command, Files: c.Files, Input: input, Threads: max(t.Threads, 1)})
	if err != nil {
		return nil, err
	}
	return c.answer(out, t)
}

// commandInput writes what the program is told.
func (t *Task) commandInput(c *Command) ([]byte, error) {
	type row struct {
		Params map[string]Value `json:"params"`
		Seed   uint64           `json:"seed"`
	}
	in := struct {
		Params    map[string]Value `json:"params"`
		Replicate int              `json:"replicate"`
		Seed      uint64           `json:"seed"`
		Threads   int              `json:"threads"`
		Rows      []row            `json:"rows"`
	}{Params: map[string]Value{}, Replicate: t.Replicate, Seed: t.Stream("command").Uint64() >> (64 - seedBits), Threads: max(t.Threads, 1)}
	var keyed, inner []string
	for _, p := range c.Params {
		switch {
		case !p.Inner:
			in.Params[p.Name] = t.Outer.Value(p.Name)
		default:
			inner = append(inner, p.Name)
			if !p.Treatment {
				keyed = append(keyed, p.Name)
			}
		}
	}
	for _, p := range t.Inner {
		r := row{Params: map[string]Value{}, Seed: t.StreamAt("command row", p, keyed...).Uint64() >> (64 - seedBits)}
		for _, name := range inner {
			r.Params[name] = p.Value(name)
		}
		in.Rows = append(in.Rows, r)
	}
	return json.Marshal(in)
}

// answer reads what the program wrote.
func (c *Command) answer(out []byte, t *Task) ([]Row, error) {
	fail := func(format string, args ...any) error {
		text := strings.TrimSpace(string(out))
		if len(text) > 200 {
			text = strings.ToValidUTF8(text[:200], "") + "..."
		}
		return fmt.Errorf("%s: %s; it wrote: %q", strings.Join(c.Command, " "), fmt.Sprintf(format, args...), text)
	}
	if len(out) > maxAnswer {
		return nil, fail("the answer has more than %d bytes", maxAnswer)
	}
	d := json.NewDecoder(bytes.NewReader(out))
	var first json.RawMessage
	if err := d.Decode(&first); err != nil {
		hint := ""
		if bytes.Contains(out, []byte("NaN")) || bytes.Contains(out, []byte("Infinity")) {
			hint = "; write null for a value that is not there, \"inf\" for infinity"
		}
		return nil, fail("the answer is not JSON (%v%s)", err, hint)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, fail("more than one JSON value on standard output (write what is for people to standard error)")
	}
	var objects []map[string]json.RawMessage
	if bytes.HasPrefix(bytes.TrimSpace(first), []byte("{")) {
		var one map[string]json.RawMessage
		if err := json.Unmarshal(first, &one); err != nil {
			return nil, fail("%v", err)
		}
		objects = append(objects, one)
	} else if err := json.Unmarshal(first, &objects); err != nil {
		return nil, fail("the answer is neither an object nor an array of them")
	}
	if len(objects) != len(t.Inner) {
		return nil, fail("%d objects for %d rows", len(objects), len(t.Inner))
	}
	rows := make([]Row, len(objects))
	for i, o := range objects {
		var err error
		if rows[i], err = c.row(o, t.experiment); err != nil {
			return nil, fail("row %d: %v", i, err)
		}
	}
	return rows, nil
}

// row reads one object of an answer.
func (c *Command) row(o map[string]json.RawMessage, e *Experiment) (Row, error) {
	r := Row{Cells: make([]Cell, len(c.Metrics))}
	for i := range r.Cells {
		r.Cells[i] = Empty()
	}
	for name, raw := range o {
		if name == "status" {
			var text string
			switch err := json.Unmarshal(raw, &text); {
			case err != nil:
				return r, fmt.Errorf("the status is not a text")
			case text == OK.String():
			case text == InfeasibleRow.String():
				r.Status = InfeasibleRow
			case text == UndefinedRow.String():
				r.Status = UndefinedRow
			default:
				return r, fmt.Errorf("the status %q is not ok, infeasible or undefined", clip(text))
			}
			continue
		}
		i := e.Metric(name)
		if i < 0 {
			return r, e.unknownMetric(clip(name))
		}
		if string(raw) == "null" {
			continue
		}
		cell, err := commandCell(&e.Metrics[i], raw)
		if err != nil {
			return r, fmt.Errorf("metric %s: %w", name, err)
		}
		r.Cells[i] = cell
	}
	return r, nil
}

// commandCell reads one metric of an answer.
func commandCell(m *Metric, raw json.RawMessage) (Cell, error) {
	switch m.Kind {
	case MetricCount:
		var success bool
		if json.Unmarshal(raw, &success) == nil {
			return Indicator(success), nil
		}
		var count struct{ K, N *int64 }
		if err := json.Unmarshal(raw, &count); err != nil || count.K == nil || count.N == nil {
			return Cell{}, fmt.Errorf("%s is not a count such as {\"k\": 3, \"n\": 10}, true or false", clip(string(raw)))
		}
		return KofN(*count.K, *count.N), nil
	case MetricVector:
		var v []float64
		if err := json.Unmarshal(raw, &v); err != nil || v == nil {
			return Cell{}, fmt.Errorf("%s is not an array of numbers", clip(string(raw)))
		}
		return Vec(v), nil
	case MetricHistogram:
		var h struct {
			Counts []float64
			N      *int64
		}
		if err := json.Unmarshal(raw, &h); err != nil || h.Counts == nil {
			return Cell{}, fmt.Errorf("%s is not a histogram such as {\"counts\": [1, 4, 2], \"n\": 7}", clip(string(raw)))
		}
		if m.Edges != nil && len(h.Counts) != len(m.Edges)-1 {
			return Cell{}, fmt.Errorf("%d counts for %d bins", len(h.Counts), len(m.Edges)-1)
		}
		sum := 0.0
		for _, x := range h.Counts {
			if !(x >= 0) || x > 1<<53 {
				return Cell{}, fmt.Errorf("%g is not how many samples are in a bin", x)
			}
			sum += x
		}
		if h.N == nil {
			n := int64(sum)
			h.N = &n
		}
		if float64(*h.N) < sum {
			return Cell{}, fmt.Errorf("%g samples are in bins, but n is %d", sum, *h.N)
		}
		return Hist(h.Counts, *h.N), nil
	}
	var x float64
	if err := json.Unmarshal(raw, &x); err == nil {
		return Val(x), nil
	}
	var success bool
	if json.Unmarshal(raw, &success) == nil {
		return Cell{}, fmt.Errorf("%s is not a number; declare the metric as kind: count", raw)
	}
	var text string
	if json.Unmarshal(raw, &text) == nil {
		if n, ok := parseNumber(text); ok {
			return Val(n), nil
		}
	}
	return Cell{}, fmt.Errorf("%s is not a number", clip(string(raw)))
}
