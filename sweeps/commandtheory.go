package sweeps

import (
	"fmt"
	"math"

	"gardner/sweeps/formula"
)

// theory compiles the formulas of a command.
func (c *Command) theory(e *Experiment) error {
	env := map[string]any{}
	for i := range e.Params {
		env[e.Params[i].Name] = formulaValue(e.Params[i].Default)
	}
	for _, th := range c.Theory {
		i := e.Metric(th.Metric)
		if i < 0 {
			return fmt.Errorf("theory: %w", e.unknownMetric(clip(th.Metric)))
		}
		if k := e.Metrics[i].Kind; k != MetricNumber && k != MetricCount {
			return fmt.Errorf("theory: %s is a %s; a formula gives a number", th.Metric, k)
		}
		f, err := formula.Compile(th.Formula, env)
		if err != nil {
			return fmt.Errorf("theory of %s: %w", th.Metric, err)
		}
		e.Theory = append(e.Theory, Theory{Metric: th.Metric, Name: "theory", Doc: th.Formula, Eval: func(p Point) float64 {
			at := map[string]any{}
			for i, name := range p.Names() {
				at[name] = formulaValue(p.At(i))
			}
			y, err := f.Eval(at)
			if err != nil || math.IsInf(y, 0) {
				return math.NaN()
			}
			return y
		}})
	}
	return nil
}

// formulaValue is a param's value as formulas see it.
func formulaValue(v Value) any {
	if x, ok := v.Number(); ok {
		return x
	}
	if b, ok := v.Bool(); ok {
		return b
	}
	return v.String()
}
