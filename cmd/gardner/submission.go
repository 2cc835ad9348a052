package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	gardnerv1 "gardner/proto/gardner/v1"
	"gardner/sweeps"
	"gardner/sweeps/data"
)

// changes are what the command line changes in a sweep file.
type changes struct {
	set        []string
	seed       uint64
	replicates int
	priority   int32
	audit      string
	cmd        *cobra.Command
}

func (c *changes) flags(cmd *cobra.Command) {
	c.cmd = cmd
	f := cmd.Flags()
	defer complete(cmd, completeSet, "set")
	f.StringArrayVar(&c.set, "set", nil, "change a parameter: param=value, param=a,b,c, param=linspace(0,1,11); may be repeated")
	f.Uint64Var(&c.seed, "seed", 0, "seed of all random streams, instead of the sweep's")
	f.Int32Var(&c.priority, "priority", 0, "sweeps of a higher priority are served first; those of equal share the workers")
	f.StringVar(&c.audit, "audit", "", "share of the tasks to compute a second time, on another worker, and to compare: 1%, 0.05")
	f.IntVar(&c.replicates, "replicates", 0, "replicates of each point, instead of the sweep's")
}

// submission is a sweep as it is handed in, and what goes with it.
type submission struct {
	request *gardnerv1.SubmitRequest
	set     *data.Set          // nil: none
	command *sweeps.Experiment // the experiment if it is a command, a program of the user's own
}

// read reads a sweep from a file or the presets, and the files that it names, if any. All
// mistakes in it, and in the changes, are found here, with their places.
func (c *changes) read(name string) (*submission, error) {
	file, data, err := sweepFile(name)
	if err != nil {
		return nil, err
	}
	spec, err := sweeps.ParseSpec(file, data, sweeps.Builtin())
	if err != nil {
		return nil, err
	}
	for _, s := range c.set {
		if err := spec.Set(s); err != nil {
			return nil, usagef("--set %s: %w", s, err)
		}
	}
	if c.cmd.Flags().Changed("seed") {
		spec.Seed = c.seed
	}
	if c.cmd.Flags().Changed("replicates") {
		if c.replicates < 1 {
			return nil, usagef("--replicates %d: it must be at least 1", c.replicates)
		}
		spec.Replicates, spec.Adaptive = c.replicates, nil
	}
	if spec.Adaptive != nil {
		fmt.Fprintln(c.cmd.ErrOrStderr(), "note:", spec.Adaptive)
	}
	if spec.Refine != nil {
		fmt.Fprintln(c.cmd.ErrOrStderr(), "note:", spec.Refine)
	}
	set, err := spec.ReadPatterns(filepath.Dir(file))
	if err != nil {
		return nil, usage(err)
	}
	if err := spec.ReadCommand(filepath.Dir(file)); err != nil {
		return nil, usage(err)
	}
	if set != nil || spec.Command != nil {
		if _, err := spec.Blocks(sweeps.Builtin()); err != nil {
			return nil, usagef("%s: %w", file, err)
		}
	}
	if set != nil {
		for _, note := range set.Notes {
			fmt.Fprintln(c.cmd.ErrOrStderr(), "note:", note)
		}
	}
	request := &gardnerv1.SubmitRequest{Yaml: spec.YAML(), File: file}
	out := &submission{request: request, set: set}
	if spec.Command != nil {
		if out.command, err = spec.Declared(sweeps.Builtin()); err != nil {
			return nil, err
		}
	}
	if c.cmd.Flags().Changed("priority") {
		request.Priority = &c.priority
	}
	if c.cmd.Flags().Changed("audit") {
		x, err := parseShare(c.audit)
		if err != nil {
			return nil, usagef("--audit %s: %w", c.audit, err)
		}
		request.Audit = &x
	}
	return out, nil
}

// parseShare reads 1% or 0.01.
func parseShare(s string) (float64, error) {
	text, percent := strings.CutSuffix(strings.TrimSpace(s), "%")
	x, err := strconv.ParseFloat(strings.TrimSpace(text), 64)
	if percent {
		x /= 100
	}
	if err != nil || !(x >= 0 && x <= 1) {
		return 0, errors.New("it is a share such as 1% or 0.01")
	}
	return x, nil
}

// sweepFile finds SWEEP: a file if there is one or the name looks like one,
// else a preset.
func sweepFile(name string) (file string, data []byte, err error) {
	looksLikeFile := strings.HasSuffix(name, ".yaml") || strings.HasSuffix(name, ".yml") || strings.ContainsRune(name, os.PathSeparator)
	data, err = os.ReadFile(name)
	switch {
	case err == nil:
		return name, data, nil
	case looksLikeFile && errors.Is(err, fs.ErrNotExist):
		return "", nil, usagef("there is no sweep file %q", name)
	case looksLikeFile:
		return "", nil, usage(err)
	}
	preset, err := sweeps.Preset(name)
	if err != nil {
		return "", nil, usage(err)
	}
	return "preset " + name, preset.YAML, nil
}
