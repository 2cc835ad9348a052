package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"gardner/coordinator/store"
	"gardner/core/fingerprint"
	gardnerv1 "gardner/proto/gardner/v1"
	"gardner/worker/cache"
	"gardner/worker/doctor"
)

// doctorCommand examines this machine, its database and a coordinator.
func doctorCommand() *cobra.Command {
	var w where
	var cacheDir string
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "doctor",
		Short: "examine this machine, the database and a coordinator",
		Long: `Examine whether gardner works well here: equal bits from all kernels, a certified solution,
how fast the disk makes results durable, room and limits, the database, and, with
--coordinator, whether a coordinator is reached and computes the same numbers. Run it on a
node before you start workers there. Exit code 1 if something does not work.`,
		Example: "  gardner doctor\n  gardner doctor --db gardner.db --json",
		Args:    noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if cacheDir == "" {
				cacheDir, _ = cache.DefaultDir() // none: it will say so
			}
			found := doctor.Machine(cmd.Context(), w.db, cacheDir)
			if warning := store.FileSystemWarning(filepath.Dir(w.db)); warning != "" {
				found = append(found, doctor.Finding{Level: doctor.Warn, Name: "file system", Text: warning})
			}
			if w.coordinator != "" {
				found = append(found, ask(cmd.Context(), &w, "coordinator"))
			} else {
				found = append(found, database(cmd.Context(), &w))
			}
			return printFindings(cmd.OutOrStdout(), found, asJSON)
		},
	}
	w.flags(cmd)
	cmd.Flags().StringVar(&cacheDir, "cache", "", "folder where artefacts (trained networks) would be kept (default: gardner in the user's cache folder)")
	cmd.Flags().BoolVar(&asJSON, "json", false, "as JSON")
	return cmd
}

// database looks at the file of --db, or asks whoever has it open.
func database(ctx context.Context, w *where) doctor.Finding {
	if _, err := os.Stat(w.db); errors.Is(err, os.ErrNotExist) {
		return doctor.Finding{Level: doctor.OK, Name: "database", Text: fmt.Sprintf("there is no %s yet; `gardner run SWEEP` makes it", w.db)}
	}
	return ask(ctx, w, "database")
}

// ask reports what a coordinator, or the database's owner, says of itself.
func ask(ctx context.Context, w *where, name string) doctor.Finding {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	fail := func(err error) doctor.Finding {
		return doctor.Finding{Level: doctor.Fail, Name: name, Text: err.Error()}
	}
	s, err := w.open()
	if err != nil {
		return fail(err)
	}
	defer func() { _ = s.close() }()
	v, err := s.Version(ctx, &gardnerv1.VersionRequest{})
	if err != nil {
		return fail(s.explain(err))
	}
	start := time.Now()
	r, err := s.Status(ctx, &gardnerv1.StatusRequest{})
	if err != nil {
		return fail(s.explain(err))
	}
	took := time.Since(start)
	connected := 0
	for _, x := range r.Workers {
		if x.Connected {
			connected++
		}
	}
	f := doctor.Finding{Level: doctor.OK, Name: name, Text: fmt.Sprintf("%s: %d sweeps", r.Database, len(r.Sweeps))}
	if !s.local {
		f.Text += fmt.Sprintf(", %d workers; gardner %s answers after %v", connected, v.Version, took.Round(10*time.Microsecond))
	}
	switch here := fingerprint.Compute(); {
	case r.StoreTrouble != "":
		f.Level, f.Text = doctor.Fail, f.Text+"; nothing is being acknowledged: "+r.StoreTrouble
	case r.Conflicts > 0:
		f.Level, f.Text = doctor.Warn, f.Text+fmt.Sprintf("; %d tasks were computed with different results: see `gardner status`", r.Conflicts)
	case v.Fingerprint != here:
		f.Level, f.Text = doctor.Warn, f.Text+fmt.Sprintf("; its numerics are %s, those here %s: bits may differ", v.Fingerprint, here)
	}
	return f
}

func printFindings(out io.Writer, found []doctor.Finding, asJSON bool) error {
	failed := 0
	for _, f := range found {
		if f.Level == doctor.Fail {
			failed++
		}
	}
	if asJSON {
		if err := printJSON(out, found); err != nil {
			return err
		}
	} else {
		w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
		for _, f := range found {
			fmt.Fprintf(w, "%s\t%s\t%s\n", f.Level, f.Name, f.Text)
		}
		if err := w.Flush(); err != nil {
			return err
		}
	}
	if failed > 0 {
		return fmt.Errorf("%d of %d things do not work", failed, len(found))
	}
	return nil
}
