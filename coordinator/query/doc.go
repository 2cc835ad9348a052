// Package query answers questions about sweeps: aggregates per group of points,
// or the raw rows. Command line, HTTP and figures all ask here.
//
//	res, err := query.Run(st, registry, query.Request{Sweep: "capacity", Where: `kappa <= 1`, By: []string{"N", "kappa"}})
//	err = query.Write(ctx, os.Stdout, res, query.CSV)
//
// # Which rows
//
// A sweep's rows are those of the blocks of its latest revision, in plan order:
// block after block, task after task, inner row after inner row. A row may have
// been computed under another block (an earlier, smaller grid, another sweep);
// [Reader] finds it there by set algebra between the blocks. Where keeps the rows
// for which an expression over params, metrics, status and replicate holds.
//
// # Aggregates
//
// One line per group and metric (long, or tidy, form). A group is one combination
// of the values of the By params; by default these are all params that vary in
// the sweep, so that a group is one point and its rows are the replicates. A
// param that varies and is not in By is pooled: its rows are treated as
// independent, which they are not if they share random numbers (inner params,
// treatments); intervals are then too narrow.
//
// Columns, in this order (those in brackets only if a selected metric needs them):
//
//	the By params
//	metric, unit    which metric the line is about
//	[index]         element of a vector, bin of a histogram
//	n               rows that have a value of the metric, whatever their status
//	mean            number: arithmetic mean; count: all successes / all trials
//	sem             number: sd/sqrt(n); count: sqrt(p(1-p)/trials)
//	ci95_low, _high number: mean -+ t(0.975, n-1) sem; count: Wilson score interval
//	sd              number: sample standard deviation; count: sqrt(p(1-p))
//	min, q05, q25, median, q75, q95, max    see [quantile]; counts have min and max only
//	[count_k, count_n]   successes and trials of a count, bin and total of a histogram
//	n_infeasible, n_undefined   rows of the group with that status
//	n_failed        rows of the group whose task is quarantined
//	theory, z       prediction, and (mean-theory)/sem; further theories of a metric
//	                follow as theory_NAME, z_NAME
//
// A line appears if n > 0, or if all rows of its group are infeasible, undefined or
// failed; a metric that even sound rows of a group do not have has no line there.
// z of a count is the score (mean-theory)/sqrt(theory(1-theory)/trials). theory is
// empty where the points of a group have different predictions.
//
// Sums are formed in plan order with compensated addition, variances by Welford's
// recurrence. A large block is cut into ranges of tasks, whose aggregates are merged
// in a tree (see tree.go); the cuts follow from plan and query alone, so that the
// output has the same bits however results arrived. Aggregates of ranges that are
// complete are kept beside the database, in [CacheDir], so that asking again reads
// only what is being filled; they are checked, and computed again if they are gone or
// damaged. Blocks of which rows lie under other blocks' keys, and differences, are
// read in full each time.
// Quantiles interpolate linearly between order statistics (Hyndman and Fan, type
// 7) and are exact up to at least 64 values a group, 4096 when there are few
// groups; beyond, a deterministic compacting sketch answers with a rank error of
// about a percent.
//
// A derived metric (Request.Columns) is an expression over a row; a truth is a count.
// Request.Bootstrap resamples clusters of rows that share random numbers
// ([resampler.interval]) and adds the column interval. Request.Compare aggregates
// paired differences and adds the columns difference and n_unpaired.
//
// # Crossings
//
// Request.Crossing gives one line for each place where a metric's mean, interpolated
// along a param, crosses a level, with a resampled interval; a curve that does not
// cross has a line without a place. docs/formats.md lists the columns.
//
// # Raw rows
//
// Columns: block, ordinal, replicate, seed, the outer params, the inner params,
// status, the metrics. A count metric m is two columns, m_k and m_n; a histogram
// is its counts m and its total m_n. Tasks without a result have no rows.
//
// # Formats
//
// CSV (RFC 4180, shortest decimals that give the number back, empty = no value,
// inf and -inf), JSON (an array of objects; no value is null, infinities are the
// strings "inf" and "-inf"), NDJSON (an object a line), Parquet (zstd, typed
// columns, units in the metadata) and a table for people (rounded, without the
// columns that are rarely read). All are written as they are computed.
package query
