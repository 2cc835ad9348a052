// Package formula gives expressions over params the functions that formulas are written with.
//
//	f, err := formula.Compile("sqrt(1 + gain^2)", map[string]any{"gain": 0.0})
//	y, err := f.Eval(map[string]any{"gain": 2.0})
package formula

import (
	"errors"
	"fmt"
	"math"
	"strings"

	"github.com/expr-lang/expr"
	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/file"
	"github.com/expr-lang/expr/vm"
)

// maxFormula bounds the bytes of a formula.
const maxFormula = 4096

// Functions are what formulas and expressions have beside the language's own (+ - * / ^, min, max, abs, a ? b : c): of one
// number exp, log, log10, sqrt, sin, cos, tan, atan, tanh, erf, erfc. A name in env is no function.
func Functions(env map[string]any) []expr.Option {
	var options []expr.Option
	for name, f := range map[string]func(float64) float64{"exp": math.Exp, "log": math.Log, "log10": math.Log10, "sqrt": math.Sqrt,
		"sin": math.Sin, "cos": math.Cos, "tan": math.Tan, "atan": math.Atan, "tanh": math.Tanh, "erf": math.Erf, "erfc": math.Erfc} {
		if _, taken := env[name]; taken {
			continue
		}
		options = append(options, expr.Function(name, func(args ...any) (any, error) {
			switch x := args[0].(type) {
			case float64:
				return f(x), nil
			case int:
				return f(float64(x)), nil
			}
			return nil, fmt.Errorf("%s of %v", name, args[0])
		}, new(func(float64) float64), new(func(int) float64)))
	}
	return options
}

// Formula is a compiled formula. It is immutable and safe for concurrent use.
type Formula struct{ program *vm.Program }

// Compile understands a formula of the names in env, whose values tell their types. pi is known. The result must be a
// number. A formula may come from anyone: nothing in it repeats.
func Compile(text string, env map[string]any) (*Formula, error) {
	if len(text) > maxFormula {
		return nil, fmt.Errorf("a formula of %d bytes is longer than %d", len(text), maxFormula)
	}
	known := map[string]any{"pi": math.Pi}
	for name, v := range env {
		known[name] = v
	}
	program, err := expr.Compile(text, append(Functions(known), expr.Env(known), expr.AsFloat64(), expr.DisableAllBuiltins(), expr.EnableBuiltin("min"), expr.EnableBuiltin("max"), expr.EnableBuiltin("abs"),
		expr.EnableBuiltin("floor"), expr.EnableBuiltin("ceil"), expr.EnableBuiltin("round"))...)
	if err != nil {
		var at *file.Error
		if errors.As(err, &at) {
			return nil, fmt.Errorf("the formula %q: %s, at column %d", text, strings.SplitN(at.Message, "\n", 2)[0], at.Column+1)
		}
		return nil, fmt.Errorf("the formula %q: %w", text, err)
	}
	loops := loops(false)
	root := program.Node()
	ast.Walk(&root, &loops)
	if loops {
		return nil, fmt.Errorf("the formula %q: it may not go through lists", text)
	}
	return &Formula{program}, nil
}

// loops finds what repeats.
type loops bool

func (l *loops) Visit(n *ast.Node) {
	switch n := (*n).(type) {
	case *ast.PredicateNode:
		*l = true
	case *ast.BinaryNode:
		*l = *l || n.Operator == ".."
	}
}

// Eval returns the formula's value; NaN where it has none. The error is for an operation that fails, such as on a text.
func (f *Formula) Eval(env map[string]any) (float64, error) {
	if _, ok := env["pi"]; !ok {
		env["pi"] = math.Pi
	}
	out, err := expr.Run(f.program, env)
	if err != nil {
		return math.NaN(), err
	}
	x, ok := out.(float64)
	if !ok {
		return math.NaN(), fmt.Errorf("the formula gives %v", out)
	}
	return x, nil
}
