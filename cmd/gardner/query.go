package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	gardnerv1 "gardner/proto/gardner/v1"
	"gardner/sweeps"
)

// queryCommand aggregates results.
func queryCommand() *cobra.Command {
	var w where
	var output string
	var by, metrics []string
	request := &gardnerv1.QueryRequest{}
	cmd := &cobra.Command{
		Use:   "query SWEEP",
		Short: "aggregate results: mean, error, quantiles, theory; or the raw rows",
		Long: `Print one line for each group and metric: n, mean, standard error, 95 % interval,
quantiles, the theory and z against it; rows that are infeasible, undefined or failed are
counted in columns of their own. It works on a running sweep and on a closed database.

--column adds a metric computed from each row; --crossing says where a metric's mean
crosses a level; --compare gives paired differences between two values of a param, in rows
that share all else, random numbers included. Intervals are normal for numbers and
Wilson's for k-of-n, or resampled by --bootstrap, which keeps rows that share random numbers
together: then pooled rows are judged rightly, too.`,
		Example: `  gardner query capacity
  gardner query capacity --by kappa,N --metric alpha_in
  gardner query capacity --where 'N == 200 && kappa < 0.5' --format csv -o c.csv
  gardner query capacity --column 'count=alpha_in*N' --metric count --bootstrap 1000
  gardner query capacity --crossing 'alpha_in=1' --along kappa
  gardner query capacity --compare N=50,200 --metric alpha_in
  gardner query capacity --raw --format parquet -o rows.parquet`,
		Args:              exactArgs("SWEEP"),
		ValidArgsFunction: completeSweeps(&w),
		RunE: func(cmd *cobra.Command, args []string) error {
			request.Sweep, request.By, request.Metrics = args[0], by, metrics
			if !cmd.Flags().Changed("format") {
				request.Format = formatOf(output, "table", "csv", "json", "parquet")
			}
			return w.each(cmd, func(ctx context.Context, s *session) error {
				return toFile(cmd, output, func(out io.Writer) error { return s.QueryTo(ctx, out, request) })
			})
		},
	}
	w.flags(cmd)
	f := cmd.Flags()
	f.StringVar(&request.Where, "where", "", "keep rows for which this expression over params and metrics is true")
	f.StringSliceVar(&by, "by", nil, "params to group by (default: all that vary)")
	f.StringSliceVar(&metrics, "metric", nil, "metrics to show (default: all)")
	f.StringArrayVar(&request.Columns, "column", nil, "NAME=EXPRESSION: a metric computed from each row; may be repeated")
	f.Uint32Var(&request.Bootstrap, "bootstrap", 0, "resample so many times (1000 will do) for the intervals")
	f.StringVar(&request.Crossing, "crossing", "", "METRIC=VALUE: where the mean crosses the value, with its interval, one line a curve")
	f.StringVar(&request.Along, "along", "", "with --crossing: along which param (default: the first of --by)")
	f.BoolVar(&request.Log, "log", false, "with --crossing: interpolate in the param's logarithm")
	f.StringVar(&request.Compare, "compare", "", "PARAM=A,B: paired differences, B less A")
	f.Uint64Var(&request.Limit, "limit", 0, "print at most so many lines (0: all)")
	f.BoolVar(&request.Raw, "raw", false, "every row as it was computed, in plan order")
	f.StringVar(&request.Format, "format", "table", "table, csv, json or parquet (default: from the name of -o)")
	f.StringVarP(&output, "output", "o", "", "write to this file instead of standard output")
	complete(cmd, completeColumns(&w, (*sweeps.Experiment).ParamNames), "by")
	complete(cmd, completeColumns(&w, (*sweeps.Experiment).MetricNames), "metric")
	return cmd
}

// formatOf takes the format from a file name's ending, if it is one of known;
// the first of them is the default.
func formatOf(file string, known ...string) string {
	ending := strings.TrimPrefix(strings.ToLower(filepath.Ext(file)), ".")
	for _, k := range known {
		if ending == k {
			return k
		}
	}
	return known[0]
}

// toFile lets write fill the file in one step, or standard output where no file
// is named.
func toFile(cmd *cobra.Command, file string, write func(io.Writer) error) error {
	if file == "" {
		return write(cmd.OutOrStdout())
	}
	part, err := os.CreateTemp(filepath.Dir(file), "."+filepath.Base(file)+"-*")
	if err != nil {
		return fmt.Errorf("cannot write %s: %w", file, err)
	}
	err = write(part)
	if closeErr := part.Close(); err == nil {
		err = closeErr
	}
	if err == nil {
		err = os.Chmod(part.Name(), 0o644)
	}
	if err == nil {
		err = os.Rename(part.Name(), file)
	}
	if err != nil {
		return errors.Join(err, os.Remove(part.Name()))
	}
	return nil
}
