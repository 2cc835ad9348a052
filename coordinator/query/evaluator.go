package query

import (
	"github.com/expr-lang/expr/vm"

	"gardner/sweeps"
)

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

// evaluator evaluates an expression on one goroutine.
type evaluator struct {
	*expression
	vm    vm.VM
	env   map[string]any
	boxes map[boxKey]any // values as the expression sees them, made once
}

func newEvaluator(x *expression) *evaluator {
	return &evaluator{expression: x, env: map[string]any{}, boxes: map[boxKey]any{}}
}

// pass reports whether a row passes a filter; without an expression all do.
func (f *evaluator) pass(p sweeps.Point, replicate int, status string, cells []sweeps.Cell) (bool, error) {
	if f.program == nil {
		return true, nil
	}
	out, err := f.eval(p, replicate, status, cells)
	return out == true, err
}

// eval gives the expression's value of a row. p is the row's complete point; cells
// is nil for a row that has none.
func (f *evaluator) eval(p sweeps.Point, replicate int, status string, cells []sweeps.Cell) (any, error) {
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
		m := &f.metricList[i]
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
		return nil, &InputError{f.field, err.Error()}
	}
	return out, nil
}
