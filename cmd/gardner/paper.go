package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"gardner/coordinator/report"
	"gardner/core/fingerprint"
	gardnerv1 "gardner/proto/gardner/v1"
	"gardner/sweeps"
)

// paperCommand computes all presets and puts their figures on one page.
func paperCommand() *cobra.Command {
	r := &runner{quiet: true}
	var full, quick bool
	var only []string
	cmd := &cobra.Command{
		Use:   "paper",
		Short: "compute all figures, and put them on a page with how well each agrees with theory",
		Long: `Compute all presets one after the other, draw them, and write a page of the figures: for
each, how many of its points are within three standard errors of the theory, and the
command that makes it again. --full takes the literature's sizes (hours). What is stored is
not computed again, so the same command resumes.`,
		Example: "  gardner paper --only capacity,noise\n  gardner paper --quick --out paper",
		Args:    noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if full && quick {
				return usagef("--quick and --full: choose one")
			}
			if r.workers < 1 {
				return usagef("--workers %d: it must be at least 1", r.workers)
			}
			chosen, err := chooseFigures(sweeps.Talk(full), only)
			if err != nil {
				return err
			}
			r.again = "gardner " + strings.Join(os.Args[1:], " ")
			return paper(cmd, r, chosen)
		},
	}
	f := cmd.Flags()
	f.StringVar(&r.db, "db", "paper.db", "the database: every result is kept here")
	f.IntVar(&r.workers, "workers", runtime.NumCPU(), "tasks computed at the same time")
	f.StringVar(&r.out, "out", "paper", "folder for the page, the figures and their numbers")
	f.BoolVar(&quick, "quick", false, "the small presets, about a minute each at most (the default)")
	f.BoolVar(&full, "full", false, "the presets of the literature's size")
	f.StringSliceVar(&only, "only", nil, "presets to compute, instead of all")
	r.cache.flags(f)
	r.limits.flags(f)
	return cmd
}

// chooseFigures picks presets by name; a full one also by its small one's.
func chooseFigures(all []sweeps.PresetInfo, only []string) ([]sweeps.PresetInfo, error) {
	if len(only) == 0 {
		return all, nil
	}
	var out []sweeps.PresetInfo
	for _, name := range only {
		found := false
		for _, p := range all {
			if p.Name == name || p.Name == name+"-full" {
				out, found = append(out, p), true
			}
		}
		if !found {
			names := make([]string, len(all))
			for i, p := range all {
				names[i] = p.Name
			}
			return nil, usagef("--only %s: there are %s", name, strings.Join(names, ", "))
		}
	}
	return out, nil
}

func paper(cmd *cobra.Command, r *runner, chosen []sweeps.PresetInfo) error {
	page := report.Page{Title: "Balanced, noise-robust neurons: the figures", Version: version, Platform: platform(), Fingerprint: fingerprint.Compute(), Made: time.Now()}
	quarantined := false
	for i, p := range chosen {
		fmt.Fprintf(cmd.ErrOrStderr(), "figure %d of %d: %s\n", i+1, len(chosen), p.Doc)
		start := time.Now()
		err := r.run(cmd, &submission{request: &gardnerv1.SubmitRequest{Yaml: p.YAML, File: "preset " + p.Name}})
		if exitCode(err) == exitQuarantined {
			quarantined, err = true, nil // the page says how many
		}
		if err != nil {
			return err
		}
		figure := report.Figure{Name: p.Name, Title: p.Doc, File: p.Name, Took: time.Since(start),
			Command: fmt.Sprintf("gardner run %s --db %s", p.Name, r.db)}
		if err := r.describe(cmd, &figure); err != nil {
			return err
		}
		page.Figures = append(page.Figures, figure)
		if err := toFile(cmd, filepath.Join(r.out, "index.html"), page.Write); err != nil { // after each: hours may follow
			return err
		}
		if _, err := fmt.Fprintf(cmd.OutOrStdout(), "%s\t%s\n", p.Name, figure.Verdict()); err != nil {
			return err
		}
	}
	_, err := fmt.Fprintf(cmd.OutOrStdout(), "%s. Report: %s\n", page.Summary(), filepath.Join(r.out, "index.html"))
	if err == nil && quarantined {
		err = &codedError{code: exitQuarantined}
	}
	return err
}

// describe asks the database what a figure consists of and how well it agrees.
func (r *runner) describe(cmd *cobra.Command, f *report.Figure) error {
	w := where{db: r.db}
	return w.each(cmd, func(ctx context.Context, s *session) error {
		status, err := s.Status(ctx, &gardnerv1.StatusRequest{Sweep: f.Name})
		if err != nil {
			return err
		}
		if len(status.Sweeps) != 1 {
			return errors.New("the sweep that has just been computed is not there")
		}
		sweep := status.Sweeps[0]
		f.Experiment, f.Tasks, f.Failed = sweep.Experiment, sweep.Done, sweep.Failed
		var table bytes.Buffer
		if err := s.PlotTo(ctx, &table, &gardnerv1.PlotRequest{Sweep: f.Name, Format: "csv"}); err != nil { // what is drawn
			return err
		}
		f.Agreements, err = report.Agreements(&table)
		return err
	})
}
