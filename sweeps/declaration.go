package sweeps

// Declaration is an experiment's declaration for programs, as JSON.
type Declaration struct {
	Name    string              `json:"name"`
	Version int                 `json:"version"`
	Doc     string              `json:"doc"`
	Long    string              `json:"long,omitempty"`
	Params  []ParamDeclaration  `json:"params"`
	Metrics []MetricDeclaration `json:"metrics"`
	Theory  []TheoryDeclaration `json:"theory,omitempty"`
}

// ParamDeclaration declares a param; Range is in words.
type ParamDeclaration struct {
	Name      string   `json:"name"`
	Doc       string   `json:"doc"`
	Unit      string   `json:"unit,omitempty"`
	Kind      string   `json:"kind"`
	Default   Value    `json:"default"`
	Range     string   `json:"range,omitempty"`
	Choices   []string `json:"choices,omitempty"`
	Inner     bool     `json:"inner"`
	Treatment bool     `json:"treatment"`
}

// MetricDeclaration declares a metric; Edges are the borders of a histogram's bins.
type MetricDeclaration struct {
	Name  string    `json:"name"`
	Doc   string    `json:"doc"`
	Unit  string    `json:"unit,omitempty"`
	Kind  string    `json:"kind"`
	Edges []float64 `json:"edges,omitempty"`
}

// TheoryDeclaration declares a curve that is drawn over a metric.
type TheoryDeclaration struct {
	Metric  string `json:"metric"`
	Name    string `json:"name"`
	Doc     string `json:"doc"`
	FiniteN bool   `json:"finite_n"`
	Limit   bool   `json:"limit"` // a bound or a trend: nothing is compared with it
	// AtPoints: it jumps between values that lie close, so only its values at the data's points are of use.
	AtPoints bool `json:"at_points"`
}

// Declaration returns the experiment's declaration for programs.
func (e *Experiment) Declaration() Declaration {
	d := Declaration{Name: e.Name, Version: e.Version, Doc: e.Doc, Long: e.Long}
	for i := range e.Params {
		p := &e.Params[i]
		d.Params = append(d.Params, ParamDeclaration{Name: p.Name, Doc: p.Doc, Unit: p.Unit, Kind: p.Kind.String(), Default: p.Default,
			Range: p.Range(), Choices: p.Choices, Inner: p.Inner, Treatment: p.Treatment})
	}
	for _, m := range e.Metrics {
		d.Metrics = append(d.Metrics, MetricDeclaration{Name: m.Name, Doc: m.Doc, Unit: m.Unit, Kind: m.Kind.String(), Edges: m.Edges})
	}
	for _, t := range e.Theory {
		d.Theory = append(d.Theory, TheoryDeclaration{Metric: t.Metric, Name: t.Name, Doc: t.Doc, FiniteN: t.FiniteN, Limit: t.Limit, AtPoints: t.AtPoints})
	}
	return d
}
