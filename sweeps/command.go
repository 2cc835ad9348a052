package sweeps

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"path"
	"strings"
	"unicode/utf8"
)

// Command declares an experiment of a person's own that is a program, in the place
// of an experiment's name in a sweep file:
//
//	experiment:
//	  command: [python3, stable.py]   # the program and its arguments
//	  files: [stable.py]              # what it needs beside it; travels with the sweep
//	  params:
//	    gain: {default: 1, min: 0, max: 10, doc: recurrent gain}
//	    rule: {default: hebb, choices: [hebb, oja], treatment: true}
//	  metrics:
//	    stable: {kind: count, doc: share of stable states}
//	  theory: {stable: 1/(1+gain)}
//
// The declaration and the files' contents go with every [Block], so that whoever has
// the block has the experiment. What a task tells the program and what it answers is
// with [CommandCall].
//
// Name and version stand for all that results depend on: the command, the files, params
// and metrics. What is only for people (doc, units, bounds, theory) may change without a
// result being computed again. What the files do not hold, such as a library or a program
// named by its path, is not seen to change: step version then.
type Command struct {
	Version int             `json:"version"`
	Doc     string          `json:"doc,omitempty"`
	Command []string        `json:"command"`
	Params  []CommandParam  `json:"params,omitempty"`
	Metrics []CommandMetric `json:"metrics"`
	Theory  []CommandTheory `json:"theory,omitempty"`
	Seconds float64         `json:"seconds,omitempty"` // of a task on one core, roughly; 0: 0.1 a row
	Files   []CommandFile   `json:"files,omitempty"`   // by name
}

// CommandParam is a [Param] of a command.
type CommandParam struct {
	Name      string   `json:"name"`
	Kind      string   `json:"kind"`
	Default   Value    `json:"default"`
	Min       *Value   `json:"min,omitempty"`
	Max       *Value   `json:"max,omitempty"`
	Choices   []string `json:"choices,omitempty"`
	Inner     bool     `json:"inner,omitempty"`
	Treatment bool     `json:"treatment,omitempty"`
	Doc       string   `json:"doc,omitempty"`
	Unit      string   `json:"unit,omitempty"`
}

// CommandMetric is a [Metric] of a command.
type CommandMetric struct {
	Name  string    `json:"name"`
	Kind  string    `json:"kind"`
	Edges []float64 `json:"edges,omitempty"`
	Doc   string    `json:"doc,omitempty"`
	Unit  string    `json:"unit,omitempty"`
}

// CommandTheory is a curve over a metric: a formula of the params.
type CommandTheory struct {
	Metric  string `json:"metric"`
	Formula string `json:"formula"`
}

// CommandFile is a file that the program finds in its working directory.
type CommandFile struct {
	Name string `json:"name"`
	Text string `json:"text"`
}

// commandPrefix begins the names of experiments that are commands.
const commandPrefix = "command-"

// AnyCommand is the name of no experiment: a worker says it can run version 1 of it if it
// runs the commands of any sweep.
const AnyCommand = commandPrefix + "any"

// Bounds of a command's files: they travel with every block and stand in the sweep's
// record.
const (
	maxCommandFiles = 256 << 10 // bytes in all
	maxCommandBytes = 768 << 10 // of the encoding
)

// IsCommand reports whether an experiment of that name is a command.
func IsCommand(name string) bool { return strings.HasPrefix(name, commandPrefix) }

// Encode returns the canonical encoding, JSON.
func (c *Command) Encode() []byte {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(c); err != nil {
		panic(fmt.Sprintf("sweeps: encode a command: %v", err)) // no type in it can fail
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n"))
}

// decodeCommand makes an experiment of what Encode wrote; other notation of the same is refused. The bytes
// may be hostile.
func decodeCommand(data []byte) (*Experiment, error) {
	if len(data) > maxCommandBytes {
		return nil, fmt.Errorf("a command's declaration has %d bytes; it may have %d", len(data), maxCommandBytes)
	}
	c := &Command{}
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(c); err != nil {
		return nil, fmt.Errorf("a command's declaration: %w", err)
	}
	if !bytes.Equal(c.Encode(), data) {
		return nil, errors.New("a command's declaration is not in its canonical form")
	}
	return c.experiment()
}

// name is "command-" and a hash of what results depend on, but for the version.
func (c *Command) name() string {
	essence := Command{Command: c.Command, Files: c.Files}
	for _, p := range c.Params {
		essence.Params = append(essence.Params, CommandParam{Name: p.Name, Kind: p.Kind, Default: p.Default, Inner: p.Inner, Treatment: p.Treatment})
	}
	for _, m := range c.Metrics {
		essence.Metrics = append(essence.Metrics, CommandMetric{Name: m.Name, Kind: m.Kind, Edges: m.Edges})
	}
	sum := sha256.Sum256(essence.Encode())
	return commandPrefix + hex.EncodeToString(sum[:8])
}

// experiment makes an experiment of the declaration, or says what is wrong with it.
func (c *Command) experiment() (*Experiment, error) {
	if err := c.check(); err != nil {
		return nil, err
	}
	e := &Experiment{Name: c.name(), Version: c.Version, Doc: c.Doc, Run: c.run, Cost: c.cost, command: c}
	if e.Doc == "" {
		e.Doc = strings.Join(c.Command, " ")
	}
	for i := range c.Params {
		p, err := c.Params[i].param()
		if err != nil {
			return nil, err
		}
		e.Params = append(e.Params, p)
	}
	for _, m := range c.Metrics {
		kind, ok := metricKinds[m.Kind]
		if !ok {
			return nil, fmt.Errorf("metric %s has the kind %q; it is number, count, vector or histogram", m.Name, clip(m.Kind))
		}
		e.Metrics = append(e.Metrics, Metric{Name: m.Name, Doc: orName(m.Doc, m.Name), Unit: m.Unit, Kind: kind, Edges: m.Edges})
	}
	if err := c.theory(e); err != nil {
		return nil, err
	}
	if err := e.validate(); err != nil {
		return nil, errors.New(strings.TrimPrefix(err.Error(), "experiment "+e.Name+": "))
	}
	return e, nil
}

// check finds mistakes outside of params and metrics.
func (c *Command) check() error {
	switch {
	case len(c.Command) == 0 || c.Command[0] == "":
		return errors.New("the command is empty; write command: [python3, mine.py]")
	case c.Version < 1 || c.Version > 1<<30:
		return fmt.Errorf("the version %d is not from 1 to 2^30", c.Version)
	case len(c.Metrics) == 0:
		return errors.New("it has no metrics; write metrics: [rate] for a program that answers {\"rate\": 1.5}")
	case !(c.Seconds >= 0 && c.Seconds <= 1e9):
		return fmt.Errorf("seconds is %g; it is about what a task takes on one core", c.Seconds)
	}
	for _, a := range c.Command {
		if strings.ContainsRune(a, 0) || !utf8.ValidString(a) {
			return fmt.Errorf("the argument %q is not a text", clip(a))
		}
	}
	total, last := 0, ""
	for _, f := range c.Files {
		switch {
		case !goodFileName(f.Name):
			return fmt.Errorf("the file name %q is not one relative to the sweep file's folder and within it", clip(f.Name))
		case f.Name <= last:
			return fmt.Errorf("the file %q stands twice", clip(f.Name))
		case !utf8.ValidString(f.Text):
			return fmt.Errorf("the file %s is not text; name a compiled program by its path in command:, and step version: when it changes", f.Name)
		}
		last = f.Name
		total += len(f.Text)
	}
	if total > maxCommandFiles {
		return fmt.Errorf("the files have %d bytes; they travel with every block and may have %d", total, maxCommandFiles)
	}
	return nil
}

// goodFileName reports whether a name stays inside the folder it is put into.
func goodFileName(name string) bool {
	return name != "" && len(name) <= 255 && utf8.ValidString(name) && !strings.ContainsAny(name, "\x00\\") &&
		!path.IsAbs(name) && path.Clean(name) == name && name != "." && name != ".." && !strings.HasPrefix(name, "../")
}

var metricKinds = map[string]MetricKind{"number": MetricNumber, "count": MetricCount, "vector": MetricVector, "histogram": MetricHistogram}

var paramKinds = map[string]Kind{"number": Number, "integer": Integer, "choice": Choice, "text": Text, "bool": Bool}

// param makes a Param of a declaration.
func (c *CommandParam) param() (Param, error) {
	kind, ok := paramKinds[c.Kind]
	if !ok {
		return Param{}, fmt.Errorf("param %s has the kind %q; it is number, integer, choice, text or bool", c.Name, clip(c.Kind))
	}
	p := Param{Name: c.Name, Doc: orName(c.Doc, c.Name), Unit: c.Unit, Kind: kind, Default: c.Default, Choices: c.Choices, Inner: c.Inner, Treatment: c.Treatment}
	if !goodIdentifier(c.Name) {
		return p, fmt.Errorf("the param name %q is not letters, digits and '_'", clip(c.Name))
	}
	var err error
	if p.Min, p.Max, err = c.bounds(); err != nil {
		return p, err
	}
	if p.Default, err = p.Coerce(c.Default); err != nil {
		return p, fmt.Errorf("the default of %s: %w", c.Name, err)
	}
	if (kind == Choice) != (len(c.Choices) > 0) {
		return p, fmt.Errorf("param %s: choices go with a text, and a choice needs some", c.Name)
	}
	return p, nil
}

// bounds are the least and the greatest value, infinite where none is given.
func (c *CommandParam) bounds() (lo, hi float64, err error) {
	if c.Min == nil && c.Max == nil {
		return 0, 0, nil
	}
	if c.Kind != "number" && c.Kind != "integer" {
		return 0, 0, fmt.Errorf("param %s: min and max are for numbers", c.Name)
	}
	lo, hi = math.Inf(-1), math.Inf(1)
	for _, b := range []struct {
		value *Value
		to    *float64
	}{{c.Min, &lo}, {c.Max, &hi}} {
		if b.value == nil {
			continue
		}
		v, err := (&Param{Name: c.Name, Doc: "a bound", Kind: Number, Default: Num(0)}).Coerce(*b.value)
		if err != nil {
			return 0, 0, err
		}
		*b.to, _ = v.Number()
	}
	if lo > hi || lo == 0 && hi == 0 {
		return 0, 0, fmt.Errorf("param %s: nothing is between %g and %g", c.Name, lo, hi)
	}
	return lo, hi, nil
}

// goodIdentifier reports whether a name can stand in an expression.
func goodIdentifier(s string) bool {
	if s == "" || len(s) > 64 || s[0] >= '0' && s[0] <= '9' {
		return false
	}
	for _, r := range s {
		if (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && r != '_' {
			return false
		}
	}
	return true
}

func orName(doc, name string) string {
	if doc == "" {
		return name
	}
	return doc
}
