package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"github.com/spf13/cobra"

	"gardner/coordinator/store"
)

// bundleCommand writes a database of some sweeps only, for others to query and to check.
func bundleCommand() *cobra.Command {
	var db, output string
	cmd := &cobra.Command{
		Use:   "bundle SWEEP...",
		Short: "write a database of some sweeps only, to publish or to hand on",
		Long: `Write a new database that holds what the sweeps consist of and nothing else, without this
database's tokens; also while a coordinator has it open. Whoever gets it can query, plot and
check it: gardner verify FILE --sample 2%.`,
		Example: "  gardner bundle capacity -o fig1.bundle\n  gardner verify fig1.bundle --sample 20%",
		Args:    someArgs("SWEEP"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if output == "" {
				output = args[0] + ".bundle"
			}
			m, err := bundle(cmd.Context(), db, output, args)
			if err != nil {
				return err
			}
			_, err = fmt.Fprintf(cmd.OutOrStdout(), "%s: %d sweeps, %d blocks, %d results\n", output, m.Sweeps, m.Blocks, m.Results[store.Stored])
			return err
		},
	}
	cmd.Flags().StringVar(&db, "db", defaultDB, "the database; if another process has it open, that process is asked")
	cmd.Flags().StringVarP(&output, "output", "o", "", "file to write (default: SWEEP.bundle)")
	return cmd
}

// bundle appears complete or not at all.
func bundle(ctx context.Context, db, output string, names []string) (m *store.Merged, err error) {
	if _, err := os.Lstat(output); !errors.Is(err, fs.ErrNotExist) {
		return nil, usagef("%s is there already; name a new file with -o", output)
	}
	from, s, err := openOrAsk(db)
	if err != nil {
		return nil, err
	}
	if from == nil {
		if from, err = copyOf(ctx, s, output+".copy"); err != nil {
			return nil, err
		}
		defer func() { _ = os.Remove(output + ".copy") }()
	}
	defer func() { err = errors.Join(err, from.Close()) }()
	part := output + ".part"
	if err := os.Remove(part); err != nil && !errors.Is(err, fs.ErrNotExist) { // of a run that was interrupted
		return nil, err
	}
	into, err := store.Open(part, store.Options{})
	if err != nil {
		return nil, err
	}
	m, err = into.MergeSweeps(ctx, from, names...)
	if errors.Is(err, store.ErrUnknownSweep) {
		err = usage(err)
	}
	if err = errors.Join(err, into.Close()); err == nil {
		_, _, err = store.Compact(part, store.Options{})
	}
	if err != nil {
		_ = os.Remove(part)
		return nil, err
	}
	return m, os.Rename(part, output)
}

// copyOf has the process that has a database open write a copy of it, and opens that.
func copyOf(ctx context.Context, s *session, path string) (st *store.Store, err error) {
	defer func() { err = errors.Join(err, s.close()) }()
	if _, err := s.backup(ctx, path); err != nil {
		return nil, err
	}
	return openExisting(path)
}
