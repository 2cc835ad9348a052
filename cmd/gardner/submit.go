package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	gardnerv1 "gardner/proto/gardner/v1"
)

// submitCommand hands a sweep to a coordinator and returns.
func submitCommand() *cobra.Command {
	var w where
	var change changes
	var dryRun bool
	var calibrate int
	cmd := &cobra.Command{
		Use:   "submit SWEEP",
		Short: "hand a sweep to a running coordinator",
		Long: `Hand a sweep, a preset's name or a YAML file, to a running coordinator; its workers compute
it. Submitting a changed sweep under the same name makes a new revision of it: what is
stored already is not computed again. With --dry-run, nothing is submitted: a few tasks are
run here, and what all of it would take is said.`,
		Example:           "  gardner submit capacity --db sweeps.db\n  gardner submit mine.yaml --set N=50,100 --dry-run",
		Args:              exactArgs("SWEEP"),
		ValidArgsFunction: completePresets,
		RunE: func(cmd *cobra.Command, args []string) error {
			sub, err := change.read(args[0])
			if err != nil {
				return err
			}
			sub.request.DryRun = dryRun
			if dryRun {
				remove, err := w.imagine()
				if err != nil {
					return err
				}
				defer remove()
			}
			return w.each(cmd, func(ctx context.Context, s *session) error {
				if err := s.hand(ctx, sub.set, dryRun); err != nil {
					return err
				}
				r, err := s.Submit(ctx, sub.request)
				if err != nil {
					return err
				}
				if err := printSubmitted(cmd, r, &w, s, dryRun); err != nil {
					return err
				}
				if dryRun && calibrate > 0 {
					return printCalibration(ctx, cmd.OutOrStdout(), sub, calibrate)
				}
				return noteCommand(cmd.OutOrStdout(), sub)
			})
		},
	}
	w.flags(cmd)
	change.flags(cmd)
	cmd.Flags().BoolVar(&dryRun, "dry-run", false, "check, count and measure only")
	cmd.Flags().IntVar(&calibrate, "calibrate", 12, "with --dry-run: how many tasks to run here (about 10 s at most; 0: none)")
	return cmd
}

// imagine names an empty database in a folder of its own where a dry run finds none, so that what a sweep takes can be asked
// before there is anything. The returned function removes it.
func (w *where) imagine() (remove func(), err error) {
	if w.coordinator != "" {
		return func() {}, nil
	}
	if _, err := os.Stat(w.db); !errors.Is(err, fs.ErrNotExist) {
		return func() {}, nil // open says what is wrong with it, if anything
	}
	dir, err := os.MkdirTemp("", "gardner-dry-run-")
	if err != nil {
		return nil, err
	}
	w.db, w.create = filepath.Join(dir, "empty.db"), true
	return func() { _ = os.RemoveAll(dir) }, nil
}

// noteCommand says who computes a sweep whose experiment is a command.
func noteCommand(out io.Writer, sub *submission) error {
	if sub.command == nil {
		return nil
	}
	_, err := fmt.Fprintln(out, "its experiment is a command: workers started with --allow-commands compute it")
	return err
}

// extendCommand widens a sweep that has been submitted.
func extendCommand() *cobra.Command {
	var w where
	request := &gardnerv1.ExtendRequest{}
	cmd := &cobra.Command{
		Use:   "extend SWEEP",
		Short: "add values to a sweep's axes, or replicates",
		Long: `Add values to the axes of a sweep, or raise its replicates, while it runs or after. A fixed
param becomes an axis. What is computed stays; only what is new is computed.`,
		Example:           "  gardner extend capacity --add N=400,800\n  gardner extend capacity --add replicates=80 --dry-run",
		Args:              exactArgs("SWEEP"),
		ValidArgsFunction: completeSweeps(&w),
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(request.Add) == 0 {
				return usagef("--add is missing: say what to add, such as --add N=400 or --add replicates=80")
			}
			request.Sweep = args[0]
			return w.each(cmd, func(ctx context.Context, s *session) error {
				r, err := s.Extend(ctx, request)
				if err != nil {
					return err
				}
				return printSubmitted(cmd, r, &w, s, request.DryRun)
			})
		},
	}
	w.flags(cmd)
	f := cmd.Flags()
	f.StringArrayVar(&request.Add, "add", nil, "param=values to add, or replicates=N; may be repeated")
	f.BoolVar(&request.DryRun, "dry-run", false, "check and count only")
	return cmd
}

// printSubmitted says what a submission comes to, and who will compute it.
func printSubmitted(cmd *cobra.Command, r *gardnerv1.SubmitResponse, w *where, s *session, dryRun bool) error {
	out := cmd.OutOrStdout()
	_, err := fmt.Fprintf(out, "%s, revision %s: %d tasks, %d rows, %d stored already; about %s of one core left\n",
		r.Sweep, r.Revision, r.Tasks, r.Rows, r.Stored, left(r, 1))
	switch {
	case dryRun:
		_, err = fmt.Fprintln(out, "dry run: nothing was submitted")
	case s.local:
		_, err = fmt.Fprintf(out, "no coordinator has %s open: the sweep waits in it; start `gardner coordinator --db %s` and workers, or `gardner run`\n", w.db, w.db)
	}
	return err
}

// left is the estimated time of what is not stored, on so many cores.
func left(r *gardnerv1.SubmitResponse, cores int) string {
	share := float64(r.Tasks-r.Stored) / float64(max(r.Tasks, 1))
	return duration(time.Duration(r.CpuSeconds * share / float64(cores) * float64(time.Second)))
}
