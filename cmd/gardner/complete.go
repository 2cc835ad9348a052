package main

import (
	"context"
	"strings"
	"time"

	"github.com/spf13/cobra"

	gardnerv1 "gardner/proto/gardner/v1"
	"gardner/sweeps"
)

// completionTime bounds what a press of the tab key may cost.
const completionTime = 2 * time.Second

type completer = func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective)

// completeSweeps completes the first argument with the sweeps of the database or
// coordinator that the flags name.
func completeSweeps(w *where) completer {
	return func(cmd *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
		if len(args) > 0 {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		var names []string
		for _, s := range sweepsOf(cmd, w, "") {
			names = append(names, s.Name+"\t"+s.Experiment)
		}
		return names, cobra.ShellCompDirectiveNoFileComp
	}
}

// sweepsOf asks for a sweep, or all; nothing is an error that a shell could show.
func sweepsOf(cmd *cobra.Command, w *where, name string) []*gardnerv1.SweepStatus {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(cmd.Context()), completionTime)
	defer cancel()
	s, err := w.open()
	if err != nil {
		return nil
	}
	m, err := s.Status(ctx, &gardnerv1.StatusRequest{Sweep: name})
	if closeErr := s.close(); err != nil || closeErr != nil {
		return nil
	}
	return m.Sweeps
}

// completeColumns completes values of --metric, --by and the like with the names
// of the sweep's experiment.
func completeColumns(w *where, names func(*sweeps.Experiment) []string) completer {
	return func(cmd *cobra.Command, args []string, word string) ([]string, cobra.ShellCompDirective) {
		if len(args) == 0 {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		var all []string
		for _, s := range sweepsOf(cmd, w, args[0]) {
			if e, err := sweeps.Builtin().Lookup(s.Experiment); err == nil {
				all = names(e)
			}
		}
		// Lists are separated by commas; the last word of one is completed.
		before := word[:strings.LastIndexByte(word, ',')+1]
		for i := range all {
			all[i] = before + all[i]
		}
		return all, cobra.ShellCompDirectiveNoFileComp
	}
}

// completeSet completes --set with the params of the sweep that the first argument
// names.
func completeSet(_ *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
	directive := cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveNoSpace
	if len(args) == 0 {
		return nil, directive
	}
	file, data, err := sweepFile(args[0])
	if err != nil {
		return nil, directive
	}
	spec, err := sweeps.ParseSpec(file, data, sweeps.Builtin())
	if err != nil {
		return nil, directive
	}
	e, err := sweeps.Builtin().Lookup(spec.Experiment)
	if err != nil {
		return nil, directive
	}
	var all []string
	for i := range e.Params {
		all = append(all, e.Params[i].Name+"=\t"+e.Params[i].Doc)
	}
	return all, directive
}

// complete sets the completion of flags that the command has.
func complete(cmd *cobra.Command, c completer, flags ...string) {
	for _, name := range flags {
		if err := cmd.RegisterFlagCompletionFunc(name, c); err != nil {
			panic("gardner: " + err.Error()) // no such flag: a bug
		}
	}
}
