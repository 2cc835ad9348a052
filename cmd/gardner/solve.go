package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"gardner/sweeps/problem"
)

// solveCommand answers one problem from a file.
func solveCommand() *cobra.Command {
	var format string
	cmd := &cobra.Command{
		Use:   "solve FILE.json",
		Short: "solve one perceptron problem from a file, with its certificate",
		Long: `Solve one problem. The file is JSON:

  {"problem": "max-kappa-in" | "max-kappa-out" | "feasible" | "capacity-curve",
   "patterns": P rows of N numbers, "labels": P of +1/-1, "signs": N of +1/-1/0 (0: unconstrained),
   "gamma": bound on |w|/theta (absent: infinite),
   optional: "drive": P numbers I_ext, "margins": P numbers, "equal": row numbers from 0,
   "free_threshold": true (drops theta >= 0 and the norm: UF)}

Each array may be {"file": "x.npy"} or a CSV file, relative to FILE.json's folder.

Weights are physical, in units of the threshold (w/theta). An infeasible problem is an
answer with a certificate, not an error: exit code 0. A problem that could be neither
solved nor proved infeasible is a numerical error: exit code 1.`,
		Example: "  gardner solve problem.json\n  gardner solve problem.json --format json\n  generate | gardner solve - --format json",
		Args:    exactArgs("FILE.json"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if format != "text" && format != "json" {
				return usagef("unknown format %q: it is text or json", format)
			}
			data, err := readInput(cmd, args[0])
			if err != nil {
				return usage(err)
			}
			file, err := problem.Parse(args[0], data)
			if err != nil {
				return usage(err)
			}
			answer, err := file.Solve(cmd.Context())
			if err != nil {
				return err
			}
			if format == "json" {
				return json.NewEncoder(cmd.OutOrStdout()).Encode(answer)
			}
			return printAnswer(cmd.OutOrStdout(), answer)
		},
	}
	cmd.Flags().StringVar(&format, "format", "text", "text (a summary) or json (everything, full precision)")
	return cmd
}

// readInput reads a file, or standard input for "-".
func readInput(cmd *cobra.Command, name string) ([]byte, error) {
	if name == "-" {
		return io.ReadAll(cmd.InOrStdin())
	}
	data, err := os.ReadFile(name)
	if errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("there is no file %q", name)
	}
	return data, err
}

func printAnswer(w io.Writer, answer any) error {
	switch a := answer.(type) {
	case *problem.Answer:
		fmt.Fprintf(w, "status         %s\n", a.Status)
		for _, line := range []struct {
			name  string
			value problem.Number
			unit  string
		}{
			{"kappa_in", a.KappaIn, "units of the inputs"}, {"kappa_out", a.KappaOut, "units of the threshold"},
			{"theta", a.Theta, "canonical"}, {"norm", a.Norm, "|w|/theta"}, {"imbalance", a.Imbalance, ""},
			{"signed_margin", a.SignedMargin, ""}, {"gap", a.Gap, a.Certificate.Describe()},
		} {
			text, err := line.value.MarshalJSON()
			if err != nil {
				return err
			}
			fmt.Fprintf(w, "%-14s %-24s %s\n", line.name, text, line.unit)
		}
		for _, note := range a.Notes {
			fmt.Fprintf(w, "note           %s\n", note)
		}
		_, err := fmt.Fprintf(w, "iterations     %d\nweights and multipliers: --format json\n", a.Iterations)
		return err
	case *problem.CurveAnswer:
		fmt.Fprintf(w, "%8s %22s %22s\n", "patterns", "kappa_in", "kappa_out")
		for i, row := range a.Curve {
			fmt.Fprintf(w, "%8d %22.12g %22.12g\n", i+1, float64(row[0]), float64(row[1]))
		}
		_, err := fmt.Fprintf(w, "capacity %d patterns, worst gap %.2g\n", a.Capacity, float64(a.Gap))
		return err
	}
	return fmt.Errorf("an answer of type %T cannot be printed", answer)
}
