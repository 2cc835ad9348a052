// Package sweeps is what can be swept: experiments, the points they are
// evaluated at, the blocks that plan them and the sweep files that ask for them.
//
// An [Experiment] declares its params (with default, range, unit and doc), its
// metrics and a Run function. A [Spec], read from a sweep file, is a grid over
// those params; it becomes a list of [Block]s, immutable product grids whose
// tasks are numbered by arithmetic alone:
//
//	spec, err := sweeps.ParseSpec("mine.yaml", data, sweeps.Builtin())
//	blocks, err := spec.Blocks(sweeps.Builtin())
//	task, err := blocks[0].TaskAt(sweeps.Builtin(), 17, nil)
//	rows, err := task.Run(ctx)
//	record := sweeps.EncodeRecord(task.Experiment(), blocks[0].Rows(), nil, rows)
//
// Outer params split a block into tasks, inner params are evaluated inside one
// task because they share expensive state: a task returns one [Row] per inner
// point. A result is a pure function of experiment@version, point, replicate
// and seed: [Task.Stream] derives every random stream from those, by value and
// never by position in a grid, so [Overlap] may reuse what another block has.
//
// Adding an experiment is adding one file that returns an *Experiment, and one
// line in [Builtin]. A [Command] is an experiment that a sweep file declares: a
// program of its user's own.
package sweeps
