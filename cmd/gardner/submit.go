package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	gardnerv1 "gardner/proto/gardner/v1"
	"gardner/sweeps"
	"gardner/sweeps/data"
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
			request, set, err := change.request(args[0])
			if err != nil {
				return err
			}
			request.DryRun = dryRun
			return w.each(cmd, func(ctx context.Context, s *session) error {
				if err := s.hand(ctx, set, dryRun); err != nil {
					return err
				}
				r, err := s.Submit(ctx, request)
				if err != nil {
					return err
				}
				if err := printSubmitted(cmd, r, &w, s, dryRun); err != nil || !dryRun || calibrate < 1 {
					return err
				}
				return printCalibration(ctx, cmd.OutOrStdout(), request, set, calibrate)
			})
		},
	}
	w.flags(cmd)
	change.flags(cmd)
	cmd.Flags().BoolVar(&dryRun, "dry-run", false, "check, count and measure only")
	cmd.Flags().IntVar(&calibrate, "calibrate", 12, "with --dry-run: how many tasks to run here (about 10 s at most; 0: none)")
	return cmd
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

// changes are what the command line changes in a sweep file.
type changes struct {
	set        []string
	seed       uint64
	replicates int
	priority   int32
	audit      string
	cmd        *cobra.Command
}

func (c *changes) flags(cmd *cobra.Command) {
	c.cmd = cmd
	f := cmd.Flags()
	defer complete(cmd, completeSet, "set")
	f.StringArrayVar(&c.set, "set", nil, "change a parameter: param=value, param=a,b,c, param=linspace(0,1,11); may be repeated")
	f.Uint64Var(&c.seed, "seed", 0, "seed of all random streams, instead of the sweep's")
	f.Int32Var(&c.priority, "priority", 0, "sweeps of a higher priority are served first; those of equal share the workers")
	f.StringVar(&c.audit, "audit", "", "share of the tasks to compute a second time, on another worker, and to compare: 1%, 0.05")
	f.IntVar(&c.replicates, "replicates", 0, "replicates of each point, instead of the sweep's")
}

// request reads a sweep from a file or the presets, and the data set that it names,
// if any. All mistakes in it, and in the changes, are found here, with their places.
func (c *changes) request(name string) (*gardnerv1.SubmitRequest, *data.Set, error) {
	file, data, err := sweepFile(name)
	if err != nil {
		return nil, nil, err
	}
	spec, err := sweeps.ParseSpec(file, data, sweeps.Builtin())
	if err != nil {
		return nil, nil, err
	}
	for _, s := range c.set {
		if err := spec.Set(s); err != nil {
			return nil, nil, usagef("--set %s: %w", s, err)
		}
	}
	if c.cmd.Flags().Changed("seed") {
		spec.Seed = c.seed
	}
	if c.cmd.Flags().Changed("replicates") {
		if c.replicates < 1 {
			return nil, nil, usagef("--replicates %d: it must be at least 1", c.replicates)
		}
		spec.Replicates, spec.Adaptive = c.replicates, nil
	}
	if spec.Adaptive != nil {
		fmt.Fprintln(c.cmd.ErrOrStderr(), "note:", spec.Adaptive)
	}
	if spec.Refine != nil {
		fmt.Fprintln(c.cmd.ErrOrStderr(), "note:", spec.Refine)
	}
	set, err := spec.ReadPatterns(filepath.Dir(file))
	if err != nil {
		return nil, nil, usage(err)
	}
	if set != nil {
		if _, err := spec.Blocks(sweeps.Builtin()); err != nil {
			return nil, nil, usagef("%s: %w", file, err)
		}
		for _, note := range set.Notes {
			fmt.Fprintln(c.cmd.ErrOrStderr(), "note:", note)
		}
	}
	request := &gardnerv1.SubmitRequest{Yaml: spec.YAML(), File: file}
	if c.cmd.Flags().Changed("priority") {
		request.Priority = &c.priority
	}
	if c.cmd.Flags().Changed("audit") {
		x, err := parseShare(c.audit)
		if err != nil {
			return nil, nil, usagef("--audit %s: %w", c.audit, err)
		}
		request.Audit = &x
	}
	return request, set, nil
}

// parseShare reads 1% or 0.01.
func parseShare(s string) (float64, error) {
	text, percent := strings.CutSuffix(strings.TrimSpace(s), "%")
	x, err := strconv.ParseFloat(strings.TrimSpace(text), 64)
	if percent {
		x /= 100
	}
	if err != nil || !(x >= 0 && x <= 1) {
		return 0, errors.New("it is a share such as 1% or 0.01")
	}
	return x, nil
}

// sweepFile finds SWEEP: a file if there is one or the name looks like one,
// else a preset.
func sweepFile(name string) (file string, data []byte, err error) {
	looksLikeFile := strings.HasSuffix(name, ".yaml") || strings.HasSuffix(name, ".yml") || strings.ContainsRune(name, os.PathSeparator)
	data, err = os.ReadFile(name)
	switch {
	case err == nil:
		return name, data, nil
	case looksLikeFile && errors.Is(err, fs.ErrNotExist):
		return "", nil, usagef("there is no sweep file %q", name)
	case looksLikeFile:
		return "", nil, usage(err)
	}
	preset, err := sweeps.Preset(name)
	if err != nil {
		return "", nil, usage(err)
	}
	return "preset " + name, preset.YAML, nil
}
