package coordinator

import (
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"gardner/coordinator/chart"
	"gardner/coordinator/figure"
	"gardner/coordinator/query"
	gardnerv1 "gardner/proto/gardner/v1"
)

// Plot implements the Control service.
func (c *Coordinator) Plot(r *gardnerv1.PlotRequest, stream gardnerv1.Control_PlotServer) error {
	ctx := stream.Context()
	fig, numbers, err := chart.Build(ctx, c.st, c.cfg.Registry, chart.Request{Sweep: r.Sweep, Where: r.Where,
		X: r.X, Y: r.Y, Series: r.Series, Facet: r.Facet, Heat: r.Heat, LogX: r.LogX, LogY: r.LogY, Columns: r.Columns})
	if err != nil {
		return wireError(err)
	}
	out := chunks{stream}
	switch r.Format {
	case "csv", "table":
		return wireError(query.Write(ctx, out, numbers, query.Format(r.Format)))
	case "summary":
		return wireError(chart.Summary(ctx, out, numbers))
	case "svg", "png", "pdf":
		size := figure.Double
		if r.WidthMm > 0 {
			size.Width = r.WidthMm
		}
		data, err := figure.Draw(fig, r.Format, size)
		if err != nil {
			return wireError(err)
		}
		_, err = out.Write(data)
		return err
	default:
		return status.Errorf(codes.InvalidArgument, "unknown format %q of a figure: it is svg, png, pdf, or csv, table or summary for its numbers", r.Format)
	}
}
