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
	"gardner/sweeps/formula"
)

// expression is a compiled expression over a row. It is immutable; each goroutine
// makes its own evaluator of it.
type expression struct {
	field      string // of the request, for messages
	experiment *sweeps.Experiment
	metricList []sweeps.Metric // the experiment's, then derived ones
	program    *vm.Program     // nil: no expression
	params     []int           // the params it mentions
	metrics    []int           // and the metrics
	replicate  bool
	status     bool
	perRow     bool // it depends on more than the task
	asksEmpty  bool // it calls empty()
}

const maxExpression = 1 << 16 // bytes of an expression

// compile understands an expression. Names are the experiment's params (numbers,
// texts, bools) and metrics (numbers; a count is k/n, and NAME_k, NAME_n; vectors
// are arrays), derived metrics defined before, status ("ok", "infeasible",
// "undefined"; "failed" for quarantined tasks) and replicate. A metric without a
// value is NaN, so that comparisons with it are false; empty(METRIC) tells. Functions are those of package formula.
func compile(field string, e *sweeps.Experiment, metrics []sweeps.Metric, text string, as ...expr.Option) (*expression, error) {
	x := &expression{field: field, experiment: e, metricList: metrics}
	if len(text) > maxExpression {
		return nil, &InputError{field, fmt.Sprintf("an expression of %d bytes is longer than %d", len(text), maxExpression)}
	}
	env := map[string]any{"status": "ok", "replicate": 0}
	names := []string{"status", "replicate"}
	for i := range e.Params {
		env[e.Params[i].Name] = paramAny(e.Params[i].Kind, e.Params[i].Default)
		names = append(names, e.Params[i].Name)
	}
	for i := range metrics {
		m := &metrics[i]
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
	program, err := expr.Compile(text, slices.Concat(formula.Functions(env), []expr.Option{expr.Env(env),
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
		}, new(func(float64) bool), new(func([]float64) bool))}, as)...)
	if err != nil {
		return nil, &InputError{field, explain(err, e, names)}
	}
	x.program = program
	x.note(program)
	return x, nil
}

// compileWhere understands a row filter; an empty one lets every row pass.
func compileWhere(e *sweeps.Experiment, metrics []sweeps.Metric, text string) (*expression, error) {
	if strings.TrimSpace(text) == "" {
		return &expression{field: "where", experiment: e, metricList: metrics}, nil
	}
	return compile("where", e, metrics, text, expr.AsBool())
}

// identifiers collects the names an expression mentions.
type identifiers map[string]bool

func (ids identifiers) Visit(n *ast.Node) {
	if id, ok := (*n).(*ast.IdentifierNode); ok {
		ids[id.Value] = true
	}
}

// note finds out what the expression depends on.
func (x *expression) note(program *vm.Program) {
	ids := identifiers{}
	root := program.Node()
	ast.Walk(&root, ids)
	x.replicate, x.status, x.asksEmpty = ids["replicate"], ids["status"], ids["empty"]
	x.perRow = x.status
	for i := range x.experiment.Params {
		if ids[x.experiment.Params[i].Name] {
			x.params = append(x.params, i)
			x.perRow = x.perRow || x.experiment.Params[i].Inner
		}
	}
	for i := range x.metricList {
		if n := x.metricList[i].Name; ids[n] || ids[n+"_k"] || ids[n+"_n"] {
			x.metrics = append(x.metrics, i)
			x.perRow = true
		}
	}
	if ids["$env"] { // the whole environment, as in $env["alpha"]: it may be anything
		*x = expression{field: x.field, experiment: x.experiment, metricList: x.metricList, program: x.program, replicate: true, status: true, perRow: true}
		for i := range x.experiment.Params {
			x.params = append(x.params, i)
		}
		for i := range x.metricList {
			x.metrics = append(x.metrics, i)
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
