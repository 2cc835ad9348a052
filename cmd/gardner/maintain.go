package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"gardner/coordinator/store"
	gardnerv1 "gardner/proto/gardner/v1"
)

// backupCommand copies a database.
func backupCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "backup DB COPY",
		Short: "write a consistent copy of a database",
		Long: `Write a consistent copy of a database, also while a coordinator has it open and results
arrive: the copy holds what was stored when it began. COPY must not exist; it appears
complete or not at all.`,
		Example: "  gardner backup gardner.db copy.db",
		Args:    exactArgs("DB", "COPY"),
		RunE: func(cmd *cobra.Command, args []string) error {
			size, err := backup(cmd.Context(), args[0], args[1])
			if err != nil {
				return err
			}
			_, err = fmt.Fprintf(cmd.OutOrStdout(), "%s: %d bytes\n", args[1], size)
			return err
		},
	}
}

func backup(ctx context.Context, db, to string) (size int64, err error) {
	st, s, err := openOrAsk(db)
	if err != nil {
		return 0, err
	}
	if st != nil {
		defer func() { err = errors.Join(err, st.Close()) }()
		return st.Backup(ctx, to)
	}
	defer func() { err = errors.Join(err, s.close()) }()
	return s.backup(ctx, to)
}

// backup has the process that has the database open write a copy of it.
func (s *session) backup(ctx context.Context, to string) (size int64, err error) {
	to, err = filepath.Abs(to) // the other process' folder is another
	if err != nil {
		return 0, err
	}
	r, err := s.Backup(ctx, &gardnerv1.BackupRequest{Path: to})
	if err != nil {
		return 0, s.explain(err)
	}
	return int64(r.Bytes), nil
}

// openOrAsk opens a database that exists, or, where another process has it open, a session with that one.
func openOrAsk(path string) (*store.Store, *session, error) {
	st, err := openExisting(path)
	if !errors.Is(err, store.ErrLocked) {
		return st, nil, err
	}
	s, err := dialOwner(path)
	return nil, s, err
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
