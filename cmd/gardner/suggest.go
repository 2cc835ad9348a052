package main

import (
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"gardner/sweeps"
)

// unknownCommand says which command was probably meant.
func unknownCommand(parent *cobra.Command, name string) error {
	parent.SuggestionsMinimumDistance = 2
	hint := "see `" + parent.CommandPath() + " --help`"
	if near := parent.SuggestionsFor(name); len(near) > 0 {
		hint = "did you mean " + quoteAll(near) + "?"
	}
	return usagef("unknown command %q; %s", name, hint)
}

// flagHint names the flag that an unknown one probably means.
func flagHint(cmd *cobra.Command, err error) string {
	_, wrong, found := strings.Cut(err.Error(), "unknown flag: --")
	if !found {
		return ""
	}
	var names []string
	cmd.Flags().VisitAll(func(f *pflag.Flag) { names = append(names, f.Name) })
	best, ok := sweeps.Nearest(wrong, names)
	if !ok {
		return ""
	}
	return "; did you mean --" + best + "?"
}

func quoteAll(words []string) string {
	quoted := make([]string, len(words))
	for i, w := range words {
		quoted[i] = "\"" + w + "\""
	}
	return strings.Join(quoted, ", ")
}
