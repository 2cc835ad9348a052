package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"path/filepath"
	"runtime"
	"strings"

	"github.com/spf13/cobra"

	gardnerv1 "gardner/proto/gardner/v1"
	"gardner/sweeps"
	"gardner/sweeps/data"
	"gardner/sweeps/problem"
)

// taskCommand runs one task here and now.
func taskCommand() *cobra.Command {
	var w where
	var export, format string
	var commands commandsFlag
	cmd := &cobra.Command{
		Use:   "task SWEEP KEY",
		Short: "run one task of a sweep here and now: reproduce it, or export what it trained",
		Long: `Run one task again in this process and print its rows; nothing is stored. KEY is
BLOCK:ORDINAL as ` + "`gardner status SWEEP --failed`" + ` and raw rows show it; the first digits of
the block are enough. With --export, write patterns, labels, cell types, physical weights
and theta of each row into a folder of its own below DIR; of a network, which all rows of
a task share, memories, cell types, couplings and thresholds into DIR itself.`,
		Example:           "  gardner task capacity 5fe2:17\n  gardner task robustness 41c0:3 --export neuron --format npy",
		Args:              exactArgs("SWEEP", "KEY"),
		ValidArgsFunction: completeSweeps(&w),
		RunE: func(cmd *cobra.Command, args []string) error {
			if format != string(data.NPY) && format != string(data.CSV) {
				return usagef("unknown format %q: it is npy or csv", format)
			}
			var task *sweeps.Task
			// What the task needs is fetched first: it may run for long, and the database is free meanwhile.
			err := w.each(cmd, func(ctx context.Context, s *session) error {
				r, err := s.FindTask(ctx, &gardnerv1.FindTaskRequest{Sweep: args[0], Key: args[1]})
				if err != nil {
					return err
				}
				block, err := sweeps.DecodeBlock(r.Block)
				if err != nil {
					return err
				}
				if task, err = block.TaskAt(sweeps.Builtin(), r.Ordinal, nil); err != nil {
					return err
				}
				return s.lendSets(ctx, block, task)
			})
			if err != nil {
				return err
			}
			task.Threads = runtime.NumCPU()
			task.Commands = commands.runner()
			fmt.Fprintln(cmd.ErrOrStderr(), task)
			if export != "" {
				return exportTask(cmd, task, export, data.Format(format))
			}
			rows, err := task.Run(cmd.Context())
			if err != nil {
				return err
			}
			return printRows(cmd.OutOrStdout(), task, rows)
		},
	}
	w.flags(cmd)
	cmd.Flags().StringVar(&export, "export", "", "write what each row was computed from into this folder")
	commands.flag(cmd.Flags(), "run the program of a sweep whose experiment is a command, on this machine as you")
	cmd.Flags().StringVar(&format, "format", "npy", "with --export: npy or csv")
	return cmd
}

// printRows prints a JSON object a row: inner params, status, metrics.
func printRows(w io.Writer, task *sweeps.Task, rows []sweeps.Row) error {
	e := task.Experiment()
	for i, row := range rows {
		object := map[string]any{"status": row.Status.String()}
		for _, p := range e.Params {
			if p.Inner {
				object[p.Name] = task.Inner[i].Value(p.Name)
			}
		}
		for m, metric := range e.Metrics {
			c := row.Cells[m]
			switch {
			case c.IsEmpty(metric.Kind):
				object[metric.Name] = nil
			case metric.Kind == sweeps.MetricCount:
				object[metric.Name] = []problem.Number{problem.Number(c.V), problem.Number(c.N)}
			case c.Vec != nil:
				object[metric.Name] = c.Vec
			default:
				object[metric.Name] = problem.Number(c.V)
			}
		}
		line, err := json.Marshal(object)
		if err != nil {
			return err
		}
		if _, err := fmt.Fprintf(w, "%s\n", line); err != nil {
			return err
		}
	}
	return nil
}

// exportTask writes a folder for each row, named after its inner params, or dir alone
// where rows share what they were computed from.
func exportTask(cmd *cobra.Command, task *sweeps.Task, dir string, format data.Format) error {
	e := task.Experiment()
	if e.Export == nil {
		return usagef("experiment %s trains nothing that could be exported", e.Name)
	}
	points := task.Inner
	if e.ExportShared {
		points = points[:1]
	}
	for _, inner := range points {
		var name []string
		for _, p := range e.Params {
			if p.Inner && !e.ExportShared {
				name = append(name, p.Name+"="+inner.Value(p.Name).String())
			}
		}
		x, err := e.Export(cmd.Context(), task, inner)
		if err != nil {
			return err
		}
		paths, err := x.Write(filepath.Join(dir, strings.Join(name, ",")), format)
		if err != nil {
			return err
		}
		for _, p := range paths {
			fmt.Fprintln(cmd.OutOrStdout(), p)
		}
	}
	return nil
}
