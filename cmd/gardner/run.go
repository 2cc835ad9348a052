package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"gardner/coordinator"
	gardnerv1 "gardner/proto/gardner/v1"
	"gardner/proto/join"
	"gardner/worker"
)

// runCommand computes a sweep in this process and draws it.
func runCommand() *cobra.Command {
	r := &runner{}
	cmd := &cobra.Command{
		Use:   "run SWEEP",
		Short: "compute a sweep on this machine and draw it",
		Long: `Compute a sweep, a preset's name or a YAML file, with a coordinator and workers in this
process, and write its figure (SVG, PNG, PDF) and the numbers behind it (CSV). The same
command resumes an interrupted run; results of other sweeps in the database are reused, and
what these left unfinished waits.
If another process has the database open, the sweep is handed to that one. Tasks beyond
--task-timeout or --memory-limit are tried once more and then quarantined; the others go on.`,
		Example: `  gardner run capacity
  gardner run capacity --set f_exc=0.5 --set N=50,100
  gardner run capacity --http 127.0.0.1:7070
  gardner run mine.yaml --db mine.db --workers 4 --out figures`,
		Args:              exactArgs("SWEEP"),
		ValidArgsFunction: completePresets,
		RunE: func(cmd *cobra.Command, args []string) error {
			sub, err := r.change.read(args[0])
			if err != nil {
				return err
			}
			if r.workers < 1 {
				return usagef("--workers %d: it must be at least 1", r.workers)
			}
			r.again = "gardner " + strings.Join(os.Args[1:], " ")
			err = r.run(cmd, sub)
			if errors.Is(err, worker.ErrRestart) {
				fmt.Fprintln(cmd.ErrOrStderr(), "a task does not stop at its limit: it is reported, and this process starts again")
				return restart() // it resumes
			}
			return err
		},
	}
	f := cmd.Flags()
	f.StringVar(&r.db, "db", defaultDB, "the database: every result is kept here")
	f.IntVar(&r.workers, "workers", runtime.NumCPU(), "tasks computed at the same time")
	f.StringVar(&r.out, "out", ".", "folder for the figure and its numbers")
	f.BoolVar(&r.noFigure, "no-figure", false, "compute only")
	f.StringVar(&r.http, "http", noHTTP, "address for the page and the HTTP API while it runs, such as 127.0.0.1:7070, or off")
	f.BoolVar(&r.json, "json", false, "print the final status as one JSON object")
	r.cache.flags(f)
	r.limits.flags(f)
	r.change.flags(cmd)
	return cmd
}

type runner struct {
	db       string
	workers  int
	out      string
	noFigure bool
	json     bool
	quiet    bool // no table of the numbers
	http     string
	change   changes
	cache    cacheFlags
	limits   limitFlags
	again    string // the command that resumes
}

func (r *runner) run(cmd *cobra.Command, sub *submission) (err error) {
	ctx, gone := context.WithCancelCause(cmd.Context())
	defer gone(nil)
	info := cmd.ErrOrStderr()
	if err := os.MkdirAll(r.out, 0o755); err != nil {
		return usagef("cannot make the folder --out %s: %w", r.out, err)
	}
	w := where{db: r.db, create: true}
	s, err := w.open()
	if err != nil {
		return err
	}
	defer func() {
		if closeErr := s.close(); err == nil {
			err = closeErr
		}
	}()
	if err := r.page(info, s); err != nil {
		return err
	}
	// What follows must be able to speak to the coordinator after Ctrl-C, too.
	calm := context.WithoutCancel(ctx)
	start := time.Now()
	if err := s.hand(calm, sub.set, false); err != nil {
		return err
	}
	submitted, err := s.Submit(calm, sub.request)
	if err != nil {
		return s.explain(err)
	}
	r.announce(info, s, submitted)
	if submitted.Unchanged {
		// To run a sweep that was paused or cancelled is to go on with it.
		if _, err := s.Resume(calm, &gardnerv1.ResumeRequest{Sweep: submitted.Sweep}); err != nil {
			return s.explain(err)
		}
	}
	if !s.local {
		if err := noteCommand(info, sub); err != nil {
			return err
		}
	}
	stopWorkers := func() error { return nil }
	if s.local && submitted.Stored < submitted.Tasks {
		kept, err := r.cache.open(logger(false))
		if err != nil {
			return err
		}
		stopWorkers = s.work(r.workers, kept, &r.limits, sub.command, gone)
	}
	last, err := r.follow(ctx, calm, info, s, submitted.Sweep)
	if stopErr := stopWorkers(); err == nil {
		err = stopErr
	}
	if errors.Is(err, context.Canceled) {
		fmt.Fprintf(info, "done. Nothing is lost; resume with: %s\n", r.again)
		return &codedError{code: exitInterrupted}
	}
	if err != nil {
		return s.explain(err)
	}
	return r.finish(calm, cmd, s, last, time.Since(start))
}

// page serves the live page while the run goes on. Where another process computes, the page is that one's.
func (r *runner) page(info io.Writer, s *session) error {
	if r.http == noHTTP || r.http == "" {
		return nil
	}
	if !s.local {
		fmt.Fprintf(info, "--http: the page is that of the process that has %s open; its address is in %s if it serves one\n", r.db, join.PageFile(r.db))
		return nil
	}
	return servePage(info, s.coordinator, coordinator.HTTP{Addr: r.http}, r.db, false)
}

func (r *runner) announce(info io.Writer, s *session, m *gardnerv1.SubmitResponse) {
	if !s.local {
		fmt.Fprintf(info, "%s is open in another process: it computes the sweep with its workers\n", r.db)
	}
	switch {
	case m.Stored == m.Tasks:
		fmt.Fprintf(info, "%s: all %d tasks are stored already in %s\n", m.Sweep, m.Tasks, r.db)
	case m.Stored > 0:
		fmt.Fprintf(info, "%s, resuming: %d of %d tasks are stored in %s\n", m.Sweep, m.Stored, m.Tasks, r.db)
	default:
		fmt.Fprintf(info, "%s: %d tasks, %d rows; about %s with %d workers; results in %s (Ctrl-C stops, the same command resumes)\n",
			m.Sweep, m.Tasks, m.Rows, left(m, min(r.workers, runtime.NumCPU())), r.workers, r.db)
	}
}

// follow shows progress until the sweep has ended or ctx does.
func (r *runner) follow(ctx, calm context.Context, info io.Writer, s *session, name string) (*gardnerv1.SweepStatus, error) {
	p := newProgress(info)
	defer p.clear()
	var seen headline
	tick := time.NewTicker(200 * time.Millisecond)
	defer tick.Stop()
	for {
		m, err := s.Status(calm, &gardnerv1.StatusRequest{Sweep: name})
		if err != nil {
			return nil, err
		}
		if len(m.Sweeps) != 1 {
			return nil, fmt.Errorf("the coordinator knows %d sweeps of the name %s", len(m.Sweeps), name)
		}
		sweep := m.Sweeps[0]
		aside := ""
		if sweep.State == gardnerv1.SweepState_SWEEP_STATE_ACTIVE && !r.noFigure {
			aside = seen.at(ctx, s, sweep)
		}
		p.show(sweep, m.StoreTrouble, aside, time.Now())
		switch sweep.State {
		case gardnerv1.SweepState_SWEEP_STATE_DONE:
			return sweep, nil
		case gardnerv1.SweepState_SWEEP_STATE_PAUSED, gardnerv1.SweepState_SWEEP_STATE_CANCELLED:
			p.clear()
			return sweep, fmt.Errorf("sweep %s is %s: %s; see `gardner status %s --failed`, go on with `gardner resume %s`",
				name, stateName(sweep.State), sweep.Reason, name, name)
		}
		select {
		case <-ctx.Done():
			p.clear()
			if why := context.Cause(ctx); !errors.Is(why, context.Canceled) {
				return sweep, why // the workers have ended
			}
			fmt.Fprintf(info, "stopping: running tasks finish (Ctrl-C again ends at once; nothing stored is lost) ... ")
			return sweep, ctx.Err()
		case <-tick.C:
		}
	}
}

// finish prints the results and writes the figure.
func (r *runner) finish(ctx context.Context, cmd *cobra.Command, s *session, last *gardnerv1.SweepStatus, took time.Duration) error {
	info := cmd.ErrOrStderr()
	gap, err := s.gapText(ctx, last)
	if err != nil {
		return s.explain(err)
	}
	fmt.Fprintf(info, "done in %s: %d tasks, %d failed%s\n", duration(took), last.Done, last.Failed, gap)
	if r.json {
		if err := printStatus(cmd.OutOrStdout(), &gardnerv1.StatusResponse{Sweeps: []*gardnerv1.SweepStatus{last}}, true); err != nil {
			return err
		}
	}
	if !r.noFigure {
		err := r.figure(ctx, cmd, s, last.Name)
		var wire interface{ GRPCStatus() *status.Status }
		switch {
		case errors.As(err, &wire) && wire.GRPCStatus().Code() == codes.InvalidArgument:
			// Nothing to draw against is no failure: all results are there.
			fmt.Fprintf(info, "no figure: %s\nthe numbers: gardner query %s --db %s\n", wire.GRPCStatus().Message(), last.Name, r.db)
		case err != nil:
			return s.explain(err)
		}
	}
	if last.Failed > 0 {
		fmt.Fprintf(info, "%d tasks are quarantined: gardner status %s --failed --db %s\n", last.Failed, last.Name, r.db)
		return &codedError{code: exitQuarantined}
	}
	return nil
}

// figure writes the figure in three formats and its numbers, and prints the
// numbers as a table.
func (r *runner) figure(ctx context.Context, cmd *cobra.Command, s *session, name string) error {
	base := filepath.Join(r.out, name)
	for _, format := range []string{"svg", "png", "pdf", "csv", "summary"} {
		file := base + "." + format
		if format == "summary" {
			if r.json || r.quiet {
				continue
			}
			file = ""
		}
		if err := toFile(cmd, file, func(w io.Writer) error {
			return s.PlotTo(ctx, w, &gardnerv1.PlotRequest{Sweep: name, Format: format})
		}); err != nil {
			return err
		}
	}
	_, err := fmt.Fprintf(cmd.ErrOrStderr(), "figure: %s.svg (and .png, .pdf; numbers in %s.csv)\n", base, base)
	return err
}
