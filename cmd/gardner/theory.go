package main

import (
	"fmt"
	"io"
	"math"
	"strconv"

	"github.com/spf13/cobra"

	"gardner/core/theory"
)

// theoryCommand evaluates the large-N theory without any sweep.
func theoryCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "theory",
		Short: "evaluate the large-N theory",
		Long: `Evaluate the large-N theory of the paper. Margins are in units of the inputs'
standard deviation unless --sigma-exc says otherwise: kappa is kappa_in for solution A
and kappa_out/Gamma for solution B.`,
		Args: noArgs,
		// A mistyped table is reported as such, not by its first flag.
		FParseErrWhitelist: cobra.FParseErrWhitelist{UnknownFlags: true},
		RunE:               func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(
		theoryTable("capacity", "kappa", "capacity against the margin",
			`Columns: kappa, alpha_in (largest load with kappa_in >= kappa), alpha_balanced (largest
load of a balanced solution with kappa_out >= kappa Gamma).`,
			"  gardner theory capacity --kappa 0,0.5,1\n  gardner theory capacity --f-exc 0.5 --kappa 0 --format json",
			theory.Neuron.CapacityTable),
		theoryTable("robustness", "alpha", "margins against the load",
			`Columns: alpha, kappa_in, kappa_balanced (kappa_out/Gamma of the balanced solution),
kappa_unbalanced (kappa_out sqrt(N)/CV_exc of the unbalanced solution, between alpha_b
and alpha_c). A cell that is undefined at a load is empty.`,
			"  gardner theory robustness --alpha 0.5,1,1.5,1.8\n  gardner theory robustness --alpha 1 --p-out 0.5 --format csv",
			theory.Neuron.RobustnessTable),
	)
	return cmd
}

func theoryTable(name, x, short, long, example string,
	table func(theory.Neuron, []float64, float64) ([]theory.Column, error)) *cobra.Command {
	neuron := theory.Neuron{FExc: 0.8, Phi: math.Sqrt2, POut: 0.1, Lambda: 1}
	var xs []float64
	var sigmaExc float64
	var format string
	cmd := &cobra.Command{
		Use: name, Short: short, Long: long, Example: example, Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if len(xs) == 0 {
				return usagef("--%s is missing: the values at which to evaluate the theory, such as --%s 0.5,1", x, x)
			}
			write, ok := columnWriters[format]
			if !ok {
				return usagef("unknown format %q: it is one of table, csv, json", format)
			}
			columns, err := table(neuron, xs, sigmaExc)
			if err != nil {
				return usage(err)
			}
			return write(cmd.OutOrStdout(), columns)
		},
	}
	f := cmd.Flags()
	f.Float64Var(&neuron.FExc, "f-exc", neuron.FExc, "excitatory fraction of the afferents, 0 to 1")
	f.Float64Var(&neuron.Phi, "phi", neuron.Phi, "CV_exc/CV_inh, above 0")
	f.Float64Var(&neuron.POut, "p-out", neuron.POut, "probability of the label +1, above 0 to below 1")
	f.Float64Var(&neuron.Lambda, "lambda", neuron.Lambda, "sigma_inh/sigma_exc, above 0")
	f.Float64Var(&sigmaExc, "sigma-exc", 1, "standard deviation of the excitatory inputs: the unit of margins")
	f.Float64SliceVar(&xs, x, nil, "values of "+x+", separated by commas")
	f.StringVar(&format, "format", "table", "table, csv (full precision) or json")
	return cmd
}

// columnWriters print a theory table; an undefined cell is empty, or null in JSON.
var columnWriters = map[string]func(io.Writer, []theory.Column) error{
	"table": func(w io.Writer, columns []theory.Column) error {
		for _, c := range columns {
			fmt.Fprintf(w, "%18s", c.Name)
		}
		fmt.Fprintln(w)
		return eachRow(w, columns, "", func(_ int, v float64) string {
			if math.IsNaN(v) {
				return fmt.Sprintf("%18s", "")
			}
			return fmt.Sprintf("%18.10g", v)
		}, "\n")
	},
	"csv": func(w io.Writer, columns []theory.Column) error {
		for i, c := range columns {
			if i > 0 {
				fmt.Fprint(w, ",")
			}
			fmt.Fprint(w, c.Name)
		}
		fmt.Fprintln(w)
		return eachRow(w, columns, ",", func(_ int, v float64) string { return number(v, "") }, "\n")
	},
	"json": func(w io.Writer, columns []theory.Column) error {
		fmt.Fprintln(w, "[")
		rows := len(columns[0].Values)
		for r := range rows {
			fmt.Fprint(w, "  {")
			for i, c := range columns {
				if i > 0 {
					fmt.Fprint(w, ", ")
				}
				v := number(c.Values[r], "null")
				if math.IsInf(c.Values[r], 0) {
					v = strconv.Quote(v)
				}
				fmt.Fprintf(w, "%q: %s", c.Name, v)
			}
			fmt.Fprint(w, "}")
			if r < rows-1 {
				fmt.Fprint(w, ",")
			}
			fmt.Fprintln(w)
		}
		_, err := fmt.Fprintln(w, "]")
		return err
	},
}

func eachRow(w io.Writer, columns []theory.Column, between string, cell func(int, float64) string, end string) error {
	for r := range columns[0].Values {
		for i, c := range columns {
			if i > 0 {
				fmt.Fprint(w, between)
			}
			fmt.Fprint(w, cell(i, c.Values[r]))
		}
		if _, err := fmt.Fprint(w, end); err != nil {
			return err
		}
	}
	return nil
}

// number prints v with the fewest digits that give it back exactly; undefined
// values print as told, infinite ones as inf.
func number(v float64, undefined string) string {
	switch {
	case math.IsNaN(v):
		return undefined
	case math.IsInf(v, 1):
		return "inf"
	case math.IsInf(v, -1):
		return "-inf"
	}
	return strconv.FormatFloat(v, 'g', -1, 64)
}
