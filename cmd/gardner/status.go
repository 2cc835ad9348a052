package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/term"
	"google.golang.org/protobuf/encoding/protojson"

	gardnerv1 "gardner/proto/gardner/v1"
	"gardner/sweeps"
)

// statusCommand shows sweeps and workers.
func statusCommand() *cobra.Command {
	var w where
	var watch, failed, asJSON bool
	cmd := &cobra.Command{
		Use:   "status [SWEEP]",
		Short: "sweeps, progress, rate and ETA; workers; failures",
		Long: `Show the sweeps and the workers. With --watch, go on until the named sweep (or every
sweep) has ended; with --failed, show the failed tasks of SWEEP. The exit code is 3 if
tasks of SWEEP are quarantined.`,
		Example:           "  gardner status\n  gardner status capacity --watch\n  gardner status capacity --failed",
		Args:              rangeArgs(0, "SWEEP"),
		ValidArgsFunction: completeSweeps(&w),
		RunE: func(cmd *cobra.Command, args []string) error {
			name := ""
			if len(args) == 1 {
				name = args[0]
			}
			if failed && name == "" {
				return usagef("--failed needs the sweep's name: gardner status SWEEP --failed")
			}
			return w.each(cmd, func(ctx context.Context, s *session) error {
				out := cmd.OutOrStdout()
				switch {
				case failed:
					return printFailures(ctx, out, s, name, w.options())
				case watch:
					return watchStatus(ctx, out, s, name, asJSON)
				}
				r, err := s.Status(ctx, &gardnerv1.StatusRequest{Sweep: name})
				if err != nil {
					return err
				}
				if err := printStatus(out, r, asJSON); err != nil {
					return err
				}
				return quarantined(r, name)
			})
		},
	}
	w.flags(cmd)
	f := cmd.Flags()
	f.BoolVar(&watch, "watch", false, "show again every second until all has ended")
	f.BoolVar(&failed, "failed", false, "show each failed task with its error")
	f.BoolVar(&asJSON, "json", false, "one JSON object, or one per update with --watch")
	return cmd
}

// quarantined is exit code 3 where it applies.
func quarantined(r *gardnerv1.StatusResponse, name string) error {
	for _, s := range r.GetSweeps() {
		if s.Name == name && s.Failed > 0 {
			return &codedError{code: exitQuarantined}
		}
	}
	return nil
}

func printStatus(out io.Writer, r *gardnerv1.StatusResponse, asJSON bool) error {
	if asJSON {
		data, err := protojson.MarshalOptions{UseProtoNames: true, EmitUnpopulated: true}.Marshal(r)
		if err != nil {
			return err
		}
		_, err = fmt.Fprintf(out, "%s\n", data)
		return err
	}
	if r.StoreTrouble != "" {
		fmt.Fprintf(out, "nothing is being acknowledged at the moment: %s\n", r.StoreTrouble)
	}
	if r.ConnectionTrouble != "" {
		fmt.Fprintln(out, r.ConnectionTrouble)
	}
	if len(r.Fingerprints) > 1 {
		fmt.Fprintf(out, "workers of %d numerics fingerprints have joined this database: bits may differ between them\n", len(r.Fingerprints))
	}
	for _, s := range r.Sweeps {
		if n := len(s.Fingerprints); n > 1 {
			fmt.Fprintf(out, "the results of %s are of workers of %d numerics fingerprints: they agree within 1e-6, not to the bit\n", s.Name, n)
		}
	}
	printConflicts(out, r)
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	if len(r.Sweeps) == 0 {
		fmt.Fprintln(w, "no sweeps yet: gardner run SWEEP or gardner submit SWEEP")
	}
	for _, s := range r.Sweeps {
		fmt.Fprintf(w, "%s\t%s\t%3.0f %%\t%s\n", s.Name, s.Experiment, 100*share(s), counts(s, ""))
	}
	if len(r.Workers) > 0 {
		fmt.Fprintln(w, "\nworker\thost\tslots\tdone\tfailed\tholds\tlast seen")
		for _, v := range r.Workers {
			seen := duration(time.Duration(v.SilentSeconds*float64(time.Second))) + " ago"
			if !v.Connected {
				seen += ", not connected"
			}
			fmt.Fprintf(w, "%.8s\t%s/%d\t%d\t%d\t%d\t%d\t%s\n", v.Id, v.Host, v.Pid, v.Slots, v.Done, v.Failed, v.LeasedTasks, seen)
		}
	}
	return w.Flush()
}

// printConflicts says which tasks were computed with different results.
func printConflicts(out io.Writer, r *gardnerv1.StatusResponse) {
	if r.Conflicts == 0 {
		return
	}
	fmt.Fprintf(out, "%d tasks were computed with different results (outvoted: replaced by what two workers agree on; else what was stored stays):\n", r.Conflicts)
	newest := r.Disputes[max(0, len(r.Disputes)-10):]
	for _, c := range newest {
		fmt.Fprintf(out, "  %.8s:%d  %s", c.Block, c.Ordinal, c.Verdict)
		for i, v := range c.Votes {
			if worker := cmp.Or(v.Worker, "unknown worker"); i == 0 {
				fmt.Fprintf(out, "; stored by %s", worker)
			} else {
				fmt.Fprintf(out, ", against %s (numerics %s)", worker, v.Fingerprint)
			}
		}
		if c.Message != "" {
			fmt.Fprintf(out, ": %s", c.Message)
		}
		fmt.Fprintln(out)
	}
}

// watchStatus repeats the picture until the coordinator ends the stream.
func watchStatus(ctx context.Context, out io.Writer, s *session, name string, asJSON bool) error {
	stream, err := s.Watch(ctx, &gardnerv1.WatchRequest{Sweep: name})
	if err != nil {
		return err
	}
	var last *gardnerv1.StatusResponse
	for {
		r, err := stream.Recv()
		if errors.Is(err, io.EOF) {
			return quarantined(last, name)
		}
		if err != nil {
			return err
		}
		last = r
		if f, ok := out.(*os.File); ok && !asJSON && term.IsTerminal(int(f.Fd())) {
			fmt.Fprint(out, "\x1b[H\x1b[2J")
		}
		if err := printStatus(out, r, asJSON); err != nil {
			return err
		}
		if name == "" && allEnded(r) {
			return nil
		}
	}
}

func allEnded(r *gardnerv1.StatusResponse) bool {
	for _, s := range r.Sweeps {
		if s.State == gardnerv1.SweepState_SWEEP_STATE_ACTIVE {
			return false
		}
	}
	return true
}

// printFailures shows the failed tasks of a sweep, each with the command that runs it again; options are what that needs to
// find it.
func printFailures(ctx context.Context, out io.Writer, s *session, name, options string) error {
	r, err := s.Status(ctx, &gardnerv1.StatusRequest{Sweep: name})
	if err != nil {
		return err
	}
	for _, sweep := range r.Sweeps {
		if sweeps.IsCommand(sweep.Experiment) {
			options += " --allow-commands"
		}
	}
	bad := 0
	total, err := s.EachFailure(ctx, name, func(t *gardnerv1.FailedTask) error {
		state := "will be tried again"
		if t.Quarantined {
			state, bad = "quarantined", bad+1
		}
		_, err := fmt.Fprintf(out, "%.8s:%d  %s after %d attempts, %s, last on worker %.8s\n    %s\n    here and now: gardner task %s %.8s:%d%s\n", t.Block, t.Ordinal, t.Kind, t.Attempts, state, t.Worker, t.Message, name, t.Block, t.Ordinal, options)
		return err
	})
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "%d failed tasks, %d of them quarantined\n", total, bad)
	if bad > 0 {
		return &codedError{code: exitQuarantined}
	}
	return nil
}
