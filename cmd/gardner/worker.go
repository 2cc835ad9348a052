package main

import (
	"errors"
	"fmt"
	"log/slog"
	"os"
	"runtime"
	"time"

	"github.com/spf13/cobra"

	"gardner/core/fingerprint"
	"gardner/proto/join"
	"gardner/sweeps"
	"gardner/worker"
)

// workerCommand computes for a coordinator.
func workerCommand() *cobra.Command {
	var slots int
	var idle, grace time.Duration
	var limits limitFlags
	var insecure, verbose bool
	var commands commandsFlag
	var taskLog, db string
	var artefacts cacheFlags
	cmd := &cobra.Command{
		Use:   "worker JOIN|ADDR",
		Short: "compute for a coordinator, on this machine or another one",
		Long: `Pull tasks from a coordinator, run them and hand in the results. JOIN is what the
coordinator printed, or @FILE, a file that holds it (read again at each reconnect, so that
no secret stands in a process list); a plain HOST:PORT finds the token in the join file
beside --db. Workers may be added, killed and restarted at any time.

SIGTERM and Ctrl-C drain: what has not begun, or cannot end in time, goes back at once;
running tasks may finish within --grace.`,
		Example: "  gardner worker @gardner.db.join\n  gardner worker @/project/sweeps.join --slots 8 --exit-when-idle 5m",
		Args:    exactArgs("JOIN"),
		RunE: func(cmd *cobra.Command, args []string) (err error) {
			if slots < 1 {
				return usagef("--slots %d: it must be at least 1", slots)
			}
			target, err := join.ParseTarget(args[0], join.Options{Insecure: insecure, JoinFile: join.JoinFile(db)})
			if err != nil {
				return usage(err)
			}
			log := logger(verbose)
			kept, err := artefacts.open(log)
			if err != nil {
				return err
			}
			cfg := worker.Config{Target: target, Registry: sweeps.Builtin(), Slots: slots, Version: version, Artefacts: kept,
				Fingerprint: fingerprint.Compute(), ExitWhenIdle: idle, Grace: grace, Logger: log}
			limits.set(&cfg)
			cfg.Commands = commands.runner()
			if taskLog != "" {
				f, err := os.OpenFile(taskLog, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
				if err != nil {
					return usagef("cannot open the task log: %w", err)
				}
				defer func() {
					if closeErr := f.Close(); err == nil {
						err = closeErr
					}
				}()
				cfg.TaskLog = f
			}
			fmt.Fprintf(cmd.ErrOrStderr(), "worker for %s, %d slots; Ctrl-C drains\n", target, slots)
			err = worker.Run(cmd.Context(), cfg)
			if errors.Is(err, worker.ErrRestart) {
				return restart()
			}
			return err
		},
	}
	f := cmd.Flags()
	f.IntVar(&slots, "slots", runtime.NumCPU(), "tasks run at the same time; each may use cores/slots threads")
	f.DurationVar(&idle, "exit-when-idle", 0, "end when there has been nothing to do for so long (0: never)")
	f.DurationVar(&grace, "grace", 20*time.Second, "how long running tasks may go on after SIGTERM or Ctrl-C")
	limits.flags(f)
	artefacts.flags(f)
	f.StringVar(&taskLog, "task-log", "", "append a line (block and ordinal) to this file at the start of each execution")
	f.StringVar(&db, "db", defaultDB, "with HOST:PORT: the database beside which the token is read")
	commands.flag(f, "run the programs of sweeps whose experiment is a command: whoever may submit sweeps then runs programs as you")
	f.BoolVar(&insecure, "insecure", false, "with HOST:PORT: clear text, no token")
	f.BoolVarP(&verbose, "verbose", "v", false, "log each lease")
	return cmd
}

// logger writes to standard error, for services and batch jobs.
func logger(verbose bool) *slog.Logger {
	level := slog.LevelInfo
	if verbose {
		level = slog.LevelDebug
	}
	return slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: level}))
}
