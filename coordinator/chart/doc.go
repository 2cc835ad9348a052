// Package chart turns a sweep's results into a figure: it asks the query engine
// for the aggregates, evaluates the experiment's theory on a fine grid, and
// arranges both in panels.
//
//	fig, table, err := chart.Build(ctx, st, registry, chart.Request{Sweep: "capacity"})
//	svg, err := figure.Draw(fig, "svg", figure.Double)
//	err = query.Write(ctx, csv, table, query.CSV) // the numbers behind it
//
// What is drawn follows, in this order, from the request, the sweep file's
// figure section, the experiment's hint, and what varies: the numeric param with
// the most values is x, the next the series, the next the facets. There is a
// panel for each metric and facet value. A varying param that is none of these is
// pooled, and the caption says so.
//
// With a heat param the panels are heat maps of x and that param, with contour
// lines of the means and of theory; two facet values that are words have a panel
// with their difference. Metrics that are histograms share a panel for each
// combination of facet and series values, with theory's densities and the shares
// of zeros, which no bin shows.
package chart
