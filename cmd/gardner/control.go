package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	gardnerv1 "gardner/proto/gardner/v1"
)

// defaultDB is the database of commands that are not told another.
const defaultDB = "gardner.db"

// where holds the flags of every command that asks a coordinator or a database.
type where struct {
	db          string
	coordinator string
	insecure    bool
	create      bool // make the database if there is none
}

func (w *where) flags(cmd *cobra.Command) {
	f := cmd.Flags()
	f.StringVar(&w.db, "db", defaultDB, "the database; if another process has it open, that process is asked")
	f.StringVar(&w.coordinator, "coordinator", "", "ask a running coordinator instead: a join text, @FILE that holds one, HOST:PORT or unix:SOCKET")
	f.BoolVar(&w.insecure, "insecure", false, "with --coordinator HOST:PORT: clear text, no token")
}

// options repeats the flags for another command, without those at their default; a token is not repeated.
func (w *where) options() (text string) {
	switch {
	case strings.HasPrefix(w.coordinator, "@") || strings.HasPrefix(w.coordinator, "unix:"):
		text = " --coordinator " + w.coordinator
	case w.coordinator != "":
		text = " --coordinator ..."
	case w.db != defaultDB:
		text = " --db " + w.db
	}
	return text
}

// each calls fn with a Control client for what the flags name.
func (w *where) each(cmd *cobra.Command, fn func(context.Context, *session) error) error {
	ctx := cmd.Context()
	s, err := w.open()
	if err != nil {
		return err
	}
	err = s.explain(fn(ctx, s))
	if closeErr := s.close(); err == nil {
		err = closeErr
	}
	return err
}

// stateCommand builds pause, resume and cancel, which differ in one call.
func stateCommand(name, short, long string, call func(context.Context, *session, string) error) *cobra.Command {
	var w where
	cmd := &cobra.Command{
		Use: name + " SWEEP", Short: short, Long: long,
		Example:           "  gardner " + name + " capacity",
		Args:              exactArgs("SWEEP"),
		ValidArgsFunction: completeSweeps(&w),
		RunE: func(cmd *cobra.Command, args []string) error {
			return w.each(cmd, func(ctx context.Context, s *session) error { return call(ctx, s, args[0]) })
		},
	}
	w.flags(cmd)
	return cmd
}

func pauseCommand() *cobra.Command {
	return stateCommand("pause", "hand out no more tasks of a sweep",
		"Hand out no more tasks of a sweep. Tasks under way are finished and stored.",
		func(ctx context.Context, s *session, name string) error {
			_, err := s.Pause(ctx, &gardnerv1.PauseRequest{Sweep: name})
			return err
		})
}

func resumeCommand() *cobra.Command {
	return stateCommand("resume", "go on with a paused or cancelled sweep",
		"Go on with a paused or cancelled sweep where it stopped.",
		func(ctx context.Context, s *session, name string) error {
			_, err := s.Resume(ctx, &gardnerv1.ResumeRequest{Sweep: name})
			return err
		})
}

func cancelCommand() *cobra.Command {
	return stateCommand("cancel", "stop a sweep and give up the tasks under way",
		"Stop a sweep and give up the tasks under way. Results that are stored stay; `gardner resume` goes on.",
		func(ctx context.Context, s *session, name string) error {
			_, err := s.Cancel(ctx, &gardnerv1.CancelRequest{Sweep: name})
			return err
		})
}

func retryCommand() *cobra.Command {
	var w where
	cmd := &cobra.Command{
		Use:               "retry SWEEP",
		Short:             "run the quarantined tasks of a sweep again",
		Long:              "Take the quarantined tasks of a sweep out of quarantine, so that workers run them again.",
		Example:           "  gardner status capacity --failed\n  gardner retry capacity",
		Args:              exactArgs("SWEEP"),
		ValidArgsFunction: completeSweeps(&w),
		RunE: func(cmd *cobra.Command, args []string) error {
			return w.each(cmd, func(ctx context.Context, s *session) error {
				r, err := s.Retry(ctx, &gardnerv1.RetryRequest{Sweep: args[0]})
				if err != nil {
					return err
				}
				_, err = fmt.Fprintf(cmd.OutOrStdout(), "%s: %d tasks will run again\n", args[0], r.Tasks)
				return err
			})
		},
	}
	w.flags(cmd)
	return cmd
}
