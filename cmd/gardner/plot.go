package main

import (
	"context"
	"io"

	"github.com/spf13/cobra"

	gardnerv1 "gardner/proto/gardner/v1"
	"gardner/sweeps"
)

// plotCommand draws a sweep from what is stored.
func plotCommand() *cobra.Command {
	var w where
	var output string
	var y, series, log []string
	request := &gardnerv1.PlotRequest{}
	cmd := &cobra.Command{
		Use:   "plot SWEEP",
		Short: "draw a sweep with its theory, from what is stored",
		Long: `Draw the aggregates of a sweep with error bars and the theory over them, as PNG, SVG or
PDF, at any moment of a running sweep or from a closed database. What is not said follows
from the sweep file, the experiment, and what varies. The numbers behind the figure:
--format csv.`,
		Example: `  gardner plot capacity -o capacity.pdf
  gardner plot capacity --x kappa --y alpha_in --series N --log y -o a.svg
  gardner plot noise --where 'sigma_in == 0.01' --x sigma_out --series solution -o out.pdf
  gardner plot capacity --column 'count=alpha_in*N' -o p.svg
  gardner plot capacity --where 'N == 200' --width 89 -o column.pdf`,
		Args:              exactArgs("SWEEP"),
		ValidArgsFunction: completeSweeps(&w),
		RunE: func(cmd *cobra.Command, args []string) error {
			request.Sweep, request.Y, request.Series = args[0], y, series
			for _, axis := range log {
				switch axis {
				case "x":
					request.LogX = true
				case "y":
					request.LogY = true
				default:
					return usagef("--log %s: it is x, y or x,y", axis)
				}
			}
			if !cmd.Flags().Changed("format") {
				request.Format = formatOf(output, "svg", "png", "pdf", "csv")
			}
			if output == "" {
				output = args[0] + "." + request.Format
			}
			if output == "-" {
				output = ""
			}
			return w.each(cmd, func(ctx context.Context, s *session) error {
				return toFile(cmd, output, func(out io.Writer) error { return s.PlotTo(ctx, out, request) })
			})
		},
	}
	w.flags(cmd)
	f := cmd.Flags()
	f.StringVar(&request.X, "x", "", "param on the horizontal axis")
	f.StringSliceVar(&y, "y", nil, "metrics, a panel each")
	f.StringSliceVar(&series, "series", nil, "params whose values are separate curves")
	f.StringVar(&request.Facet, "facet", "", "param whose values are separate panels")
	f.StringVar(&request.Heat, "heat", "", "param on the vertical axis of heat maps, instead of curves; --log y is then about it")
	f.StringSliceVar(&log, "log", nil, "logarithmic axes: x, y or x,y")
	f.StringArrayVar(&request.Columns, "column", nil, "NAME=EXPRESSION: a metric computed from each row, drawn if --y names no others; may be repeated")
	f.StringVar(&request.Where, "where", "", "keep rows for which this expression is true")
	f.Float64Var(&request.WidthMm, "width", 0, "width in mm: 89 is a journal's column, 183 two of them (default 183)")
	f.StringVar(&request.Format, "format", "svg", "svg, png, pdf, or csv, table or summary for the numbers (default: from the name of -o)")
	f.StringVarP(&output, "output", "o", "", "file (default SWEEP.svg; - for standard output)")
	complete(cmd, completeColumns(&w, (*sweeps.Experiment).ParamNames), "x", "series", "facet", "heat")
	complete(cmd, completeColumns(&w, (*sweeps.Experiment).MetricNames), "y")
	return cmd
}
