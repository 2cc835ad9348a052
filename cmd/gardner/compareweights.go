package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math"

	"github.com/spf13/cobra"

	"gardner/core/rng"
	"gardner/core/theory"
	"gardner/core/weightfit"
	"gardner/sweeps/data"
	"gardner/sweeps/problem"
)

// compareWeightsCommand holds measured synaptic weights against theory.
func compareWeightsCommand() *cobra.Command {
	c := &weightComparison{neuron: theory.Neuron{FExc: 0.8, Phi: math.Sqrt2, POut: 0.1, Lambda: 1}}
	var format string
	cmd := &cobra.Command{
		Use:   "compare-weights FILE",
		Short: "a measured weight sample against the theory's distribution",
		Long: `Fit measured weights of one cell type (CSV or NPY, any shape) with the distribution that
theory predicts, |w| = scale (z - B)_+ with z normal and a delta mass of silent synapses at
0 (B stands for -phi B of inhibitory weights): B, scale and silent fraction with bootstrap
errors, and the Kolmogorov-Smirnov distance with its probability. With --alpha the sample
is also held against theory's B at that load (the scale stays free).`,
		Example: `  gardner compare-weights epsp.csv --type exc --threshold 0.05
  gardner compare-weights connected-pairs.npy --type inh --active-only --format json
  gardner compare-weights w.csv --type exc --alpha 1 --solution B`,
		Args: exactArgs("FILE"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if format != "text" && format != "json" {
				return usagef("unknown format %q: it is text or json", format)
			}
			report, err := c.run(cmd.Context(), args[0])
			if err != nil {
				return err
			}
			if format == "json" {
				return json.NewEncoder(cmd.OutOrStdout()).Encode(report)
			}
			return report.print(cmd.OutOrStdout())
		},
	}
	f := cmd.Flags()
	f.StringVar(&c.cell, "type", "", "cell type of the presynaptic neurons: exc (weights >= 0) or inh (weights <= 0)")
	f.Float64Var(&c.threshold, "threshold", 0, "detection threshold: smaller weights count as silent")
	f.BoolVar(&c.activeOnly, "active-only", false, "the number of silent synapses is unknown: only connected pairs were recorded")
	f.IntVar(&c.resamples, "bootstrap", 400, "resamples for the errors, at least 10")
	f.Uint64Var(&c.seed, "seed", 1, "seed of the resamples")
	f.Float64Var(&c.alpha, "alpha", 0, "compare with theory at this load, too")
	f.StringVar(&c.solution, "solution", "B", "with --alpha: solution A (max kappa_in) or B (max kappa_out)")
	f.Float64Var(&c.neuron.FExc, "f-exc", c.neuron.FExc, "with --alpha: excitatory fraction")
	f.Float64Var(&c.neuron.Phi, "phi", c.neuron.Phi, "with --alpha: CV_exc/CV_inh")
	f.Float64Var(&c.neuron.POut, "p-out", c.neuron.POut, "with --alpha: probability of the label +1")
	f.Float64Var(&c.neuron.Lambda, "lambda", c.neuron.Lambda, "with --alpha: sigma_inh/sigma_exc")
	f.StringVar(&format, "format", "text", "text or json")
	return cmd
}

type weightComparison struct {
	cell       string
	threshold  float64
	activeOnly bool
	resamples  int
	seed       uint64
	alpha      float64
	solution   string
	neuron     theory.Neuron
}

// estimate is a value with its bootstrap standard error and 95 % interval.
type estimate struct {
	Value problem.Number `json:"value"`
	SE    problem.Number `json:"se"`
	Low   problem.Number `json:"ci95_low"`
	High  problem.Number `json:"ci95_high"`
}

func estimated(v float64, i weightfit.Interval) estimate {
	return estimate{problem.Number(v), problem.Number(i.SE), problem.Number(i.Low), problem.Number(i.High)}
}

// weightReport is what the command prints; undefined numbers are null.
type weightReport struct {
	Weights        int            `json:"weights"` // silent ones included, where known
	Active         int            `json:"active"`
	B              estimate       `json:"b"` // -phi B of inhibitory weights
	Scale          estimate       `json:"scale"`
	Silent         estimate       `json:"silent_fit"`
	SilentObserved problem.Number `json:"silent_observed"`
	KS             problem.Number `json:"ks"`
	KSP            problem.Number `json:"ks_p"`
	Theory         *theoryReport  `json:"theory,omitempty"`
}

type theoryReport struct {
	B       problem.Number `json:"b"`
	Silent  problem.Number `json:"silent"` // below the threshold
	SilentZ problem.Number `json:"silent_z"`
	KS      problem.Number `json:"ks"`
	P       problem.Number `json:"p"` // of the likelihood ratio
}

func (c *weightComparison) run(ctx context.Context, file string) (*weightReport, error) {
	sign, ok := map[string]int{"exc": 1, "inh": -1}[c.cell]
	if !ok {
		return nil, usagef("--type %q: it is exc or inh", c.cell)
	}
	if c.resamples < 10 {
		return nil, usagef("--bootstrap %d: at least 10 resamples are needed", c.resamples)
	}
	array, err := data.ReadFile(file)
	if err != nil {
		return nil, usage(err)
	}
	take := weightfit.NewSample
	if c.activeOnly {
		take = weightfit.NewActiveSample
	}
	sample, err := take(array.Values, sign, c.threshold)
	if err != nil {
		return nil, usagef("%s: %w", file, err)
	}
	fit, err := weightfit.Fit(sample)
	if err != nil {
		return nil, err
	}
	errors, err := fit.Bootstrap(ctx, rng.New(rng.NewKey("compare-weights", fmt.Sprint(c.seed))), c.resamples)
	if err != nil {
		return nil, err
	}
	r := &weightReport{Weights: sample.Size(), Active: len(sample.Active), B: estimated(fit.Shift, errors.Shift), Scale: estimated(fit.Scale, errors.Scale),
		Silent: estimated(fit.Silent, errors.Silent), SilentObserved: problem.Number(fit.Observed), KS: problem.Number(fit.KS), KSP: problem.Number(errors.KSP)}
	if c.alpha != 0 {
		r.Theory, err = c.theory(fit, sign)
	}
	return r, err
}

// theory compares the sample with the prediction at the load asked for; its
// scale is free, for measured weights are rarely in units of the threshold.
func (c *weightComparison) theory(fit *weightfit.Result, sign int) (*theoryReport, error) {
	order, ok := map[string]func(float64) (theory.Order, error){"A": c.neuron.OrderIn, "B": c.neuron.OrderBalanced}[c.solution]
	if !ok {
		return nil, usagef("--solution %q: it is A or B", c.solution)
	}
	if err := c.neuron.Validate(); err != nil {
		return nil, usage(err)
	}
	o, err := order(c.alpha)
	if err != nil {
		return nil, usage(err)
	}
	exc, inh, err := c.neuron.WeightDensities(o, 1, 1)
	if err != nil {
		return nil, err
	}
	density := exc
	if sign < 0 {
		density = inh
	}
	against, err := fit.Against(density, true)
	if err != nil {
		return nil, err
	}
	return &theoryReport{B: problem.Number(density.Shift), Silent: problem.Number(against.SilentTheory),
		SilentZ: problem.Number(against.SilentZ), KS: problem.Number(against.KS), P: problem.Number(against.P)}, nil
}

func (r *weightReport) print(w io.Writer) error {
	fmt.Fprintf(w, "weights         %d, %d of them active\n", r.Weights, r.Active)
	for _, line := range []struct {
		name string
		e    estimate
	}{{"B", r.B}, {"scale", r.Scale}, {"silent, fitted", r.Silent}} {
		fmt.Fprintf(w, "%-15s %.4g +- %.2g   (95 %%: %.4g to %.4g)\n", line.name, float64(line.e.Value), float64(line.e.SE), float64(line.e.Low), float64(line.e.High))
	}
	fmt.Fprintf(w, "silent, seen    %s\n", orUnknown(r.SilentObserved))
	_, err := fmt.Fprintf(w, "KS distance     %.4g (probability of more if the fit holds: %.3g)\n", float64(r.KS), float64(r.KSP))
	if t := r.Theory; t != nil {
		_, err = fmt.Fprintf(w, "theory          B %.4g, silent %.4g (z = %s), KS %.4g, likelihood ratio p = %.3g\n",
			float64(t.B), float64(t.Silent), orUnknown(t.SilentZ), float64(t.KS), float64(t.P))
	}
	return err
}

func orUnknown(v problem.Number) string {
	if math.IsNaN(float64(v)) {
		return "unknown"
	}
	return fmt.Sprintf("%.4g", float64(v))
}
