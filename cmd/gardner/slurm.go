package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"gardner/deploy/slurm"
	gardnerv1 "gardner/proto/gardner/v1"
	"gardner/proto/join"
	"gardner/sweeps"
)

// slurmCommand asks Slurm for workers.
func slurmCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "slurm",
		Short: "ask Slurm for workers",
		Long: `Ask Slurm for workers of a running coordinator. They are an ordinary array job: squeue and
scancel show and end them; each gives back what it holds when it is told to stop.`,
		Example: "  gardner slurm up capacity --dry-run",
		Args:    noArgs,
		RunE:    func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(slurmUpCommand(), slurmScriptCommand())
	return cmd
}

// slurmJob is what is asked for.
type slurmJob struct {
	workers, cores int
	time           string
	extra          []string
	dryRun         bool
	commands       commandsFlag
}

func slurmUpCommand() *cobra.Command {
	var w where
	var job slurmJob
	cmd := &cobra.Command{
		Use:   "up SWEEP",
		Short: "submit an array of workers, no more than a sweep has use for",
		Long: `Submit an array job whose tasks are workers of the coordinator that has the database open,
no more than SWEEP has tasks left for. Workers serve all sweeps of the database, and leave
when there has been nothing to do for five minutes. --sbatch hands options on, such as a partition.`,
		Example:           "  gardner slurm up capacity --workers 400 --time 4:00:00 --dry-run\n  gardner slurm up capacity --workers 20 --cores 8 --sbatch=--partition=short --dry-run",
		Args:              exactArgs("SWEEP"),
		ValidArgsFunction: completeSweeps(&w),
		RunE: func(cmd *cobra.Command, args []string) error {
			if job.workers < 1 || job.cores < 1 {
				return usagef("--workers %d --cores %d: both must be at least 1", job.workers, job.cores)
			}
			return w.each(cmd, func(ctx context.Context, s *session) error {
				r, err := s.Status(ctx, &gardnerv1.StatusRequest{Sweep: args[0]})
				if err != nil {
					return err
				}
				return job.submit(cmd, s, w.db, r.Sweeps[0])
			})
		},
	}
	w.flags(cmd)
	f := cmd.Flags()
	f.IntVar(&job.workers, "workers", 10, "array tasks, each a worker")
	f.IntVar(&job.cores, "cores", 4, "cores of a worker, each a slot")
	f.StringVar(&job.time, "time", "4:00:00", "time limit of a worker, as Slurm writes it")
	f.StringArrayVar(&job.extra, "sbatch", nil, "an option for sbatch; may be repeated")
	job.commands.flag(f, "let the workers run the programs of sweeps whose experiment is a command")
	f.BoolVar(&job.dryRun, "dry-run", false, "print the command and the script only")
	return cmd
}

// submit hands the array to sbatch.
func (j *slurmJob) submit(cmd *cobra.Command, s *session, db string, sweep *gardnerv1.SweepStatus) error {
	out := cmd.OutOrStdout()
	left := sweep.Tasks - sweep.Done - sweep.Failed
	if left == 0 && !j.dryRun {
		_, err := fmt.Fprintf(out, "%s has no tasks left: no workers are needed\n", sweep.Name)
		return err
	}
	joinFile, err := filepath.Abs(join.JoinFile(db))
	if err != nil {
		return err
	}
	if _, err := os.Stat(joinFile); err != nil && !j.dryRun {
		return usagef("there is no %s: start `gardner coordinator --db %s --listen 0.0.0.0:7071` first, where the nodes can reach it", joinFile, db)
	}
	if s.local && !j.dryRun {
		return usagef("no coordinator has %s open: start `gardner coordinator --db %s --listen 0.0.0.0:7071` first", db, db)
	}
	if sweeps.IsCommand(sweep.Experiment) && !bool(j.commands) {
		return usagef("the experiment of %s is a command: give --allow-commands, and the workers run the programs of whoever may submit sweeps as you", sweep.Name)
	}
	self, err := os.Executable()
	if err != nil {
		return err
	}
	if useful := (left + uint64(j.cores) - 1) / uint64(j.cores); useful < uint64(j.workers) && left > 0 {
		fmt.Fprintf(cmd.ErrOrStderr(), "note: %d tasks are left, enough for %d workers of %d cores\n", left, useful, j.cores)
		j.workers = int(useful)
	}
	export := "--export=ALL,GARDNER_JOIN=" + joinFile + ",GARDNER=" + self
	if j.commands {
		export += ",GARDNER_OPTIONS=--allow-commands"
	}
	args := append([]string{"--parsable", "--job-name=gardner-" + sweep.Name, "--array=1-" + strconv.Itoa(j.workers),
		"--cpus-per-task=" + strconv.Itoa(j.cores), "--time=" + j.time, export}, j.extra...)
	if j.dryRun {
		_, err := fmt.Fprintf(out, "sbatch %s\n%s", strings.Join(args, " "), slurm.Workers)
		return err
	}
	sbatch := exec.CommandContext(cmd.Context(), "sbatch", args...)
	sbatch.Stdin = bytes.NewReader(slurm.Workers)
	var answer, complaint bytes.Buffer
	sbatch.Stdout, sbatch.Stderr = &answer, &complaint
	switch err := sbatch.Run(); {
	case errors.Is(err, exec.ErrNotFound):
		return usagef("there is no sbatch here: run this on a node from which Slurm jobs are submitted, or see it with --dry-run")
	case err != nil:
		return fmt.Errorf("sbatch: %w: %s", err, strings.TrimSpace(complaint.String()))
	}
	id, _, _ := strings.Cut(strings.TrimSpace(answer.String()), ";") // a cluster's name may follow
	_, err = fmt.Fprintf(out, "job %s: %d workers of %d cores; see `gardner status --watch`, end them with `scancel %s`\n", id, j.workers, j.cores, id)
	return err
}

func slurmScriptCommand() *cobra.Command {
	return &cobra.Command{
		Use:     "script",
		Short:   "print the batch script, to be changed and submitted by hand",
		Example: "  gardner slurm script > workers.sbatch",
		Args:    noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			_, err := cmd.OutOrStdout().Write(slurm.Workers)
			return err
		},
	}
}
