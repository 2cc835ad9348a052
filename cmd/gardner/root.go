package main

import (
	"github.com/spf13/cobra"
)

const rootLong = `gardner runs parameter sweeps over the theory of balanced, noise-robust neurons
(Rubin, Abbott and Sompolinsky, PNAS 2017): on this machine with one command, on a
cluster by starting the same binary on more machines. Every result is kept in one
file, an interrupted sweep is resumed by the same command, and nothing that has been
computed is computed again.`

const rootExample = `  gardner run capacity                      a figure with the theory over it, in about half a minute
  gardner run capacity --set f_exc=0.5      another point; what is shared is not computed again
  gardner query capacity --by kappa,N       the numbers, as a table, CSV, JSON or Parquet
  gardner presets                           what can be run by name
  gardner coordinator & gardner worker @gardner.db.join     the same on several machines`

// rootCommand builds the whole command line. Each file adds one command.
func rootCommand() *cobra.Command {
	root := &cobra.Command{
		Use:           "gardner",
		Short:         "distributed parameter sweeps over balanced, noise-robust neurons",
		Long:          rootLong,
		Example:       rootExample,
		SilenceErrors: true,
		SilenceUsage:  true,
		Version:       version,
		Args:          noArgs,
		RunE:          func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		return usagef("%w%s; see `%s --help`", err, flagHint(cmd, err), cmd.CommandPath())
	})
	root.AddGroup(
		&cobra.Group{ID: "sweep", Title: "Sweeps:"},
		&cobra.Group{ID: "cluster", Title: "Several machines:"},
		&cobra.Group{ID: "science", Title: "Science:"},
	)
	add := func(group string, commands ...*cobra.Command) {
		for _, c := range commands {
			c.GroupID = group
			root.AddCommand(c)
		}
	}
	add("sweep", runCommand(), submitCommand(), statusCommand(), queryCommand(), plotCommand(), taskCommand(),
		pauseCommand(), resumeCommand(), cancelCommand(), retryCommand(), extendCommand(), verifyCommand(), backupCommand(), compactCommand(), mergeCommand(), bundleCommand())
	add("cluster", coordinatorCommand(), workerCommand(), proxyCommand(), slurmCommand())
	add("science", paperCommand(), presetsCommand(), experimentsCommand(), theoryCommand(), solveCommand(), compareWeightsCommand())
	root.AddCommand(doctorCommand(), versionCommand())
	return root
}
