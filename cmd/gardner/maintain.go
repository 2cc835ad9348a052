package main

import (
	"errors"
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"gardner/coordinator/store"
	"gardner/sweeps"
)

// verifyCommand reads a whole database and says what is wrong with it.
func verifyCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "verify DB...",
		Short: "read whole databases: checksums, progress, every record",
		Long: `Read everything in a database that no other process has open: check the checksum of each
result, decode it, rebuild the progress from the results and compare. Exit code 1 if
anything is wrong.`,
		Example: "  gardner verify gardner.db",
		Args:    someArgs("DB"),
		RunE: func(cmd *cobra.Command, args []string) error {
			bad := 0
			for _, path := range args {
				n, err := verify(cmd, path)
				if err != nil {
					return err
				}
				bad += n
			}
			if bad > 0 {
				return fmt.Errorf("%d problems found; keep the file and restore a backup", bad)
			}
			return nil
		},
	}
	return cmd
}

func verify(cmd *cobra.Command, path string) (problems int, err error) {
	st, err := openExisting(path)
	if err != nil {
		return 0, err
	}
	defer func() {
		if closeErr := st.Close(); err == nil {
			err = closeErr
		}
	}()
	registry := sweeps.Builtin()
	v, err := st.Verify(cmd.Context(), func(b *sweeps.Block, _ uint64, record []byte) error {
		if _, err := registry.Plan(b); errors.Is(err, sweeps.ErrVersion) {
			return nil // of another build: its checksum is all that can be checked
		}
		e, err := registry.Lookup(b.Experiment)
		if err != nil {
			return err
		}
		_, _, err = sweeps.DecodeRecord(e, b.Rows(), record)
		return err
	})
	if err != nil {
		return 0, err
	}
	out := cmd.OutOrStdout()
	for _, p := range v.Problems {
		fmt.Fprintf(out, "%s: %s\n", path, p)
	}
	if v.More > 0 {
		fmt.Fprintf(out, "%s: and %d more\n", path, v.More)
	}
	_, err = fmt.Fprintf(out, "%s: %d blocks, %d results, %d bytes of records, %d failures kept; %d problems\n",
		path, v.Blocks, v.Results, v.Bytes, v.Failures, len(v.Problems)+v.More)
	return len(v.Problems) + v.More, err
}

// backupCommand copies a database.
func backupCommand() *cobra.Command {
	return &cobra.Command{
		Use:     "backup DB COPY",
		Short:   "write a consistent copy of a database",
		Long:    "Write a consistent copy of a database that no other process has open. COPY must not exist; it appears complete or not at all.",
		Example: "  gardner backup gardner.db copy.db",
		Args:    exactArgs("DB", "COPY"),
		RunE: func(cmd *cobra.Command, args []string) (err error) {
			st, err := openExisting(args[0])
			if err != nil {
				return err
			}
			defer func() {
				if closeErr := st.Close(); err == nil {
					err = closeErr
				}
			}()
			size, err := st.Backup(cmd.Context(), args[1])
			if err != nil {
				return err
			}
			_, err = fmt.Fprintf(cmd.OutOrStdout(), "%s: %d bytes\n", args[1], size)
			return err
		},
	}
}

// compactCommand gives back the space that a database no longer uses.
func compactCommand() *cobra.Command {
	return &cobra.Command{
		Use:     "compact DB",
		Short:   "rewrite a database without unused space",
		Long:    "Rewrite a database that no other process has open without the space it no longer uses.",
		Example: "  gardner compact gardner.db",
		Args:    exactArgs("DB"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if _, err := os.Stat(args[0]); err != nil {
				return usage(err)
			}
			before, after, err := store.Compact(args[0], store.Options{})
			if err != nil {
				return err
			}
			_, err = fmt.Fprintf(cmd.OutOrStdout(), "%s: %d bytes, was %d\n", args[0], after, before)
			return err
		},
	}
}

// mergeCommand brings results computed apart into one database.
func mergeCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "merge DB FROM...",
		Short: "copy the results and sweeps of other databases into one",
		Long: `Copy all blocks, results and sweeps of other databases into DB, none of them open elsewhere.
Results that DB has stay: equal ones are counted, others reported as conflicts (exit code
1). An interrupted merge can be run again.`,
		Example: "  gardner merge all.db laptop.db cluster.db",
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) < 2 {
				return usagef("DB and FROM are needed; usage: %s", cmd.UseLine())
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) (err error) {
			into, err := openExisting(args[0])
			if err != nil {
				return err
			}
			defer func() { err = errors.Join(err, into.Close()) }()
			conflicts := 0
			for _, path := range args[1:] {
				n, err := mergeFrom(cmd, into, path)
				if err != nil {
					return err
				}
				conflicts += n
			}
			if conflicts > 0 {
				return fmt.Errorf("%d results differ in their bits; those of %s stay", conflicts, args[0])
			}
			return nil
		},
	}
}

func mergeFrom(cmd *cobra.Command, into *store.Store, path string) (conflicts int, err error) {
	from, err := openExisting(path)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, from.Close()) }()
	m, err := into.Merge(cmd.Context(), from)
	if err != nil {
		return 0, err
	}
	out := cmd.OutOrStdout()
	for _, p := range m.Conflicts {
		fmt.Fprintf(out, "%s: %s\n", path, p)
	}
	_, err = fmt.Fprintf(out, "%s: %d blocks and %d sweeps are new; %d results copied, %d there already, %d conflicts\n",
		path, m.Blocks, m.Sweeps, m.Results[store.Stored], m.Results[store.Duplicate], m.Results[store.Conflict])
	return int(m.Results[store.Conflict]), err
}

// openExisting opens a database and makes none.
func openExisting(path string) (*store.Store, error) {
	if _, err := os.Stat(path); err != nil {
		return nil, usage(err)
	}
	return store.Open(path, store.Options{})
}
