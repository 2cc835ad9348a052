package query

import (
	"errors"
	"fmt"
	"math"
	"regexp"
	"slices"
	"strings"

	"github.com/expr-lang/expr"
	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/file"
	"github.com/expr-lang/expr/vm"

	"gardner/sweeps"
)

// where is a compiled row filter. It is immutable; each goroutine makes its own
// filter of it.
type where struct {
	experiment *sweeps.Experiment
	program    *vm.Program // nil: every row passes
	params     []int       // the params it mentions
	metrics    []int       // and the metrics
	replicate  bool
	status     bool
	perRow     bool // it depends on more than the task
}

const maxWhere = 1 << 16 // bytes of an expression

// compileWhere understands an expression. Names are the experiment's params
// (numbers, texts, bools) and metrics (numbers; a count is k/n, and NAME_k, NAME_n;
// vectors are arrays), status ("ok", "infeasible", "undefined"; "failed" for
// quarantined tasks) and replicate. A metric without a value is NaN, so that
// comparisons with it are false; empty(METRIC) tells.
func compileWhere(e *sweeps.Experiment, text string) (*where, error) {
	w := &where{experiment: e}
	if strings.TrimSpace(text) == "" {
		return w, nil
	}
	if len(text) > maxWhere {
		return nil, &InputError{"where", fmt.Sprintf("an expression of %d bytes is longer than %d", len(text), maxWhere)}
	}
	env := map[string]any{"status": "ok", "replicate": 0}
	names := []string{"status", "replicate"}
	for i := range e.Params {
		env[e.Params[i].Name] = paramAny(e.Params[i].Kind, e.Params[i].Default)
		names = append(names, e.Params[i].Name)
	}
	for i := range e.Metrics {
		m := &e.Metrics[i]
		names = append(names, m.Name)
		switch m.Kind {
		case sweeps.MetricVector, sweeps.MetricHistogram:
			env[m.Name] = []float64(nil)
		case sweeps.MetricCount:
			env[m.Name+"_k"], env[m.Name+"_n"] = 0.0, 0.0
			env[m.Name] = 0.0
		default:
			env[m.Name] = 0.0
		}
	}
	program, err := expr.Compile(text, expr.Env(env), expr.AsBool(),
		// The answer must follow from the rows.
		expr.DisableBuiltin("now"),
		expr.Function("empty", func(args ...any) (any, error) {
			switch x := args[0].(type) {
			case float64:
				return math.IsNaN(x), nil
			case []float64:
				return x == nil, nil
			}
			return false, nil
		}, new(func(float64) bool), new(func([]float64) bool)))
	if err != nil {
		return nil, &InputError{"where", explain(err, e, names)}
	}
	w.program = program
	w.note(program)
	return w, nil
}

// identifiers collects the names an expression mentions.
type identifiers map[string]bool

func (ids identifiers) Visit(n *ast.Node) {
	if id, ok := (*n).(*ast.IdentifierNode); ok {
		ids[id.Value] = true
	}
}

// note finds out what the expression depends on.
func (w *where) note(program *vm.Program) {
	ids := identifiers{}
	root := program.Node()
	ast.Walk(&root, ids)
	w.replicate, w.status = ids["replicate"], ids["status"]
	w.perRow = w.status
	for i := range w.experiment.Params {
		if ids[w.experiment.Params[i].Name] {
			w.params = append(w.params, i)
			w.perRow = w.perRow || w.experiment.Params[i].Inner
		}
	}
	for i := range w.experiment.Metrics {
		if n := w.experiment.Metrics[i].Name; ids[n] || ids[n+"_k"] || ids[n+"_n"] {
			w.metrics = append(w.metrics, i)
			w.perRow = true
		}
	}
	if ids["$env"] { // the whole environment, as in $env["alpha"]: it may be anything
		*w = where{experiment: w.experiment, program: w.program, replicate: true, status: true, perRow: true}
		for i := range w.experiment.Params {
			w.params = append(w.params, i)
		}
		for i := range w.experiment.Metrics {
			w.metrics = append(w.metrics, i)
		}
	}
}

var unknownName = regexp.MustCompile(`unknown name (\S+)`)

// explain turns a compile error into a message with the place marked and the
// name that was meant.
func explain(err error, e *sweeps.Experiment, names []string) string {
	var ferr *file.Error
	if !errors.As(err, &ferr) {
		return err.Error()
	}
	msg := ferr.Message
	if m := unknownName.FindStringSubmatch(msg); m != nil {
		msg = fmt.Sprintf("unknown name %q", m[1])
		if best, ok := sweeps.Nearest(m[1], names); ok {
			msg += fmt.Sprintf("; did you mean %q?", best)
		} else {
			slices.Sort(names)
			msg += fmt.Sprintf("; the params and metrics of %s are %s", e.Name, strings.Join(names, ", "))
		}
	}
	return fmt.Sprintf("%s (line %d, column %d)%s", msg, ferr.Line, ferr.Column+1, ferr.Snippet)
}

func paramAny(kind sweeps.Kind, v sweeps.Value) any {
	switch kind {
	case sweeps.Number:
		x, _ := v.Number()
		return x
	case sweeps.Integer:
		x, _ := v.Number()
		return int(x)
	case sweeps.Bool:
		b, _ := v.Bool()
		return b
	default:
		s, _ := v.Text()
		return s
	}
}

type boxKey struct {
	param int
	value sweeps.Value
}

// filter evaluates a where on one goroutine.
type filter struct {
	*where
	vm    vm.VM
	env   map[string]any
	boxes map[boxKey]any // values as the expression sees them, made once
}

func newFilter(w *where) *filter {
	return &filter{where: w, env: map[string]any{}, boxes: map[boxKey]any{}}
}

// pass reports whether a row passes. p is the row's complete point; cells is nil
// for a row that has none.
func (f *filter) pass(p sweeps.Point, replicate int, status string, cells []sweeps.Cell) (bool, error) {
	if f.program == nil {
		return true, nil
	}
	for _, i := range f.params {
		key := boxKey{i, p.At(i)}
		box, ok := f.boxes[key]
		if !ok {
			box = paramAny(f.experiment.Params[i].Kind, key.value)
			f.boxes[key] = box
		}
		f.env[f.experiment.Params[i].Name] = box
	}
	if f.replicate {
		f.env["replicate"] = replicate
	}
	if f.status {
		f.env["status"] = status
	}
	for _, i := range f.metrics {
		m := &f.experiment.Metrics[i]
		c := sweeps.Empty()
		if cells != nil {
			c = cells[i]
		}
		switch m.Kind {
		case sweeps.MetricVector, sweeps.MetricHistogram:
			f.env[m.Name] = c.Vec
		case sweeps.MetricCount:
			f.env[m.Name+"_k"], f.env[m.Name+"_n"] = c.V, float64(c.N)
			f.env[m.Name] = c.V / float64(c.N)
		default:
			f.env[m.Name] = c.V
		}
	}
	out, err := f.vm.Run(f.program, f.env)
	if err != nil {
		return false, &InputError{"where", err.Error()}
	}
	return out == true, nil
}
