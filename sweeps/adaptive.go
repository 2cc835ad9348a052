package sweeps

import (
	"bytes"
	"fmt"
	"math"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// Adaptive are replicates that are added, point by point, until metrics are known
// well enough. Where one stops depends on what was seen, so that intervals of
// small samples are a little too narrow; let Min be 20 or more.
type Adaptive struct {
	Min, Max int
	Until    []Precision // all of them, at every row of the point
}

// Precision is what is known well enough of a metric: the 95 % interval of its
// mean reaches no further than HalfWidth to either side.
type Precision struct {
	Metric    string
	HalfWidth Size
}

// Size is a length, or a share of what it is compared with.
type Size struct {
	Value    float64
	Relative bool
}

// Of is the length where the size is of x.
func (s Size) Of(x float64) float64 {
	if s.Relative {
		return s.Value * math.Abs(x)
	}
	return s.Value
}

func (s Size) String() string {
	if s.Relative {
		return strconv.FormatFloat(100*s.Value, 'g', 12, 64) + "%"
	}
	return strconv.FormatFloat(s.Value, 'g', 12, 64)
}

// parseSize reads 0.01 or 1%.
func parseSize(text string) (Size, error) {
	number, percent := strings.CutSuffix(strings.TrimSpace(text), "%")
	x, err := strconv.ParseFloat(strings.TrimSpace(number), 64)
	if percent {
		x /= 100
	}
	if err != nil || !(x > 0) || math.IsInf(x, 0) {
		return Size{}, fmt.Errorf("%s is neither a positive number nor a share such as 1%%", clip(text))
	}
	return Size{x, percent}, nil
}

// More is how many replicates a point goes on to that has n: half as many again,
// so that no more than a third of them were not needed.
func (a *Adaptive) More(n int) int { return min(a.Max, max(n+1, n+(n+1)/2)) }

// String says it in words.
func (a *Adaptive) String() string {
	parts := make([]string, len(a.Until))
	for i, u := range a.Until {
		parts[i] = fmt.Sprintf("%s is known within %v", u.Metric, u.HalfWidth)
	}
	return fmt.Sprintf("%d to %d replicates a point, until %s", a.Min, a.Max, strings.Join(parts, " and "))
}

func (a *Adaptive) yaml(b *bytes.Buffer) {
	parts := make([]string, len(a.Until))
	for i, u := range a.Until {
		parts[i] = fmt.Sprintf("%s: %v", yamlText(u.Metric), u.HalfWidth)
	}
	fmt.Fprintf(b, "replicates: {min: %d, max: %d, until: {%s}}\n", a.Min, a.Max, strings.Join(parts, ", "))
}

// Refine are values that are added to an axis where a curve crosses a level, until
// those on both sides of it are close enough.
type Refine struct {
	Axis   string // a number or an integer, on an axis of its own
	Metric string
	Level  float64
	To     Size // of the step, or relative to the axis' value
	Log    bool // halve steps in the logarithm
}

// Between is the value halfway between two neighbours, ok false where they are
// close enough or nothing lies between them.
func (r *Refine) Between(p *Param, low, high float64) (v Value, ok bool) {
	x := low + (high-low)/2
	if r.Log {
		x = math.Sqrt(low) * math.Sqrt(high)
	}
	if math.Abs(high-low) <= r.To.Of(x) {
		return Value{}, false
	}
	if p.Kind == Integer {
		x = math.Round(x)
	}
	v, err := p.Coerce(Num(x))
	if err != nil {
		return Value{}, false
	}
	x, _ = v.Number()
	return v, x > min(low, high) && x < max(low, high)
}

// String says it in words.
func (r *Refine) String() string {
	return fmt.Sprintf("values of %s are added where %s crosses %g, until its neighbours are within %v", r.Axis, r.Metric, r.Level, r.To)
}

func (r *Refine) yaml(b *bytes.Buffer) {
	log := ""
	if r.Log {
		log = ", log: true"
	}
	fmt.Fprintf(b, "refine: {axis: %s, crossing: %s, to: %v%s}\n", yamlText(r.Axis), yamlText(fmt.Sprintf("%s=%s", r.Metric, strconv.FormatFloat(r.Level, 'g', 12, 64))), r.To, log)
}

// Grows reports whether the sweep goes on by itself when all of it is computed.
func (s *Spec) Grows() bool { return s.Adaptive != nil || s.Refine != nil }

// adaptive reads replicates: {min: 20, max: 400, until: {metric: 1%}}.
func (p *specParser) adaptive(n *yaml.Node) {
	a := &Adaptive{Min: 20}
	given := map[string]bool{}
	for _, e := range p.entries(n, "replicates", []string{"min", "max", "until"}) {
		given[e.key.Value] = true
		switch e.key.Value {
		case "min", "max":
			v, err := strconv.ParseInt(e.value.Value, 10, 31)
			if e.value.Kind != yaml.ScalarNode || err != nil || v < 2 {
				p.errorf(e.value, "%s is %s; it must be a whole number of at least 2: one replicate has no interval", e.key.Value, nodeKind(e.value))
				return
			}
			*map[string]*int{"min": &a.Min, "max": &a.Max}[e.key.Value] = int(v)
		case "until":
			for _, u := range p.entries(e.value, "until", nil) {
				size, err := parseSize(u.value.Value)
				if u.value.Kind != yaml.ScalarNode || err != nil {
					p.errorf(u.value, "the half-width of %s's interval is %s; it must be a positive number or a share such as 1%%", clip(u.key.Value), nodeKind(u.value))
				}
				p.measurable(u.key, u.key.Value)
				a.Until = append(a.Until, Precision{u.key.Value, size})
			}
		}
	}
	switch {
	case !given["max"] || len(a.Until) == 0:
		p.errorf(n, "adaptive replicates need max and until, as in replicates: {min: 20, max: 400, until: {alpha_in: 1%%}}")
	case a.Max < a.Min:
		p.errorf(n, "max: %d is less than min: %d", a.Max, a.Min)
	}
	p.spec.Adaptive, p.spec.Replicates = a, a.Min
}

// measurable reports a metric that the experiment does not have, or that has no
// mean with an interval.
func (p *specParser) measurable(n *yaml.Node, name string) {
	e := p.spec.experiment
	if e == nil {
		return
	}
	i := e.Metric(name)
	switch {
	case i < 0:
		p.errorf(n, "%v", e.unknownMetric(clip(name)))
	case e.Metrics[i].Kind != MetricNumber && e.Metrics[i].Kind != MetricCount:
		p.errorf(n, "%s is a %v; what is asked for here must be a number or a count", name, e.Metrics[i].Kind)
	}
}

// refine reads refine: {axis: sigma_out, crossing: stable=0.5, to: 1%}.
func (p *specParser) refine(n *yaml.Node) {
	r := &Refine{}
	at := map[string]*yaml.Node{}
	for _, e := range p.entries(n, "refine", []string{"axis", "crossing", "to", "log"}) {
		at[e.key.Value] = e.value
		switch e.key.Value {
		case "axis":
			r.Axis = p.text(e.value, "axis")
		case "crossing":
			name, level, ok := strings.Cut(p.text(e.value, "crossing"), "=")
			x, err := strconv.ParseFloat(strings.TrimSpace(level), 64)
			if !ok || err != nil || math.IsInf(x, 0) || math.IsNaN(x) {
				p.errorf(e.value, "crossing is %s; it must be metric=value, as in stable=0.5", nodeKind(e.value))
				return
			}
			r.Metric = strings.TrimSpace(name)
			r.Level, _ = Num(x).Number() // as precise as params
			p.measurable(e.value, r.Metric)
		case "to":
			var err error
			if r.To, err = parseSize(e.value.Value); e.value.Kind != yaml.ScalarNode || err != nil {
				p.errorf(e.value, "to is %s; it must be a positive number or a share such as 1%%", nodeKind(e.value))
			}
		case "log":
			v, err := strconv.ParseBool(e.value.Value)
			if e.value.Kind != yaml.ScalarNode || err != nil {
				p.errorf(e.value, "log is %s; it must be true or false", nodeKind(e.value))
			}
			r.Log = v
		}
	}
	for _, key := range []string{"axis", "crossing", "to"} {
		if at[key] == nil {
			p.errorf(n, "refine needs axis, crossing and to, as in refine: {axis: sigma_out, crossing: stable=0.5, to: 1%%}; %s is missing", key)
			return
		}
	}
	p.spec.Refine = r
	if e := p.spec.experiment; e != nil && !p.params {
		if e.Param(r.Axis) == nil {
			p.wrong(at["axis"], e.unknownParam(clip(r.Axis)))
		} else if err := p.spec.checkRefine(); err != nil {
			p.wrong(at["axis"], err)
		}
	}
}

// checkRefine says what is wrong with the axis that is to be refined.
func (s *Spec) checkRefine() error {
	r := s.Refine
	if r == nil {
		return nil
	}
	p := s.experiment.Param(r.Axis)
	if p.Kind != Number && p.Kind != Integer {
		return fmt.Errorf("%s has no values between two others: it is a %s", r.Axis, p.Kind)
	}
	for _, a := range s.Grid {
		for _, name := range a.Params {
			switch {
			case name != r.Axis:
			case len(a.Params) > 1:
				return fmt.Errorf("%s is zipped with other params; only an axis of its own can be refined", r.Axis)
			case r.Log && !allPositive(a):
				return fmt.Errorf("%s has values that are not positive; leave out log: true", r.Axis)
			default:
				return nil
			}
		}
	}
	return fmt.Errorf("%s does not vary: give it a few values under grid", r.Axis)
}

func allPositive(a Axis) bool {
	for _, t := range a.Tuples {
		if x, ok := t[0].Number(); !ok || !(x > 0) {
			return false
		}
	}
	return true
}
