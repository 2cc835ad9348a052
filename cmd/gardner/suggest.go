package main

import (
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
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
	best, distance := "", 3
	cmd.Flags().VisitAll(func(f *pflag.Flag) {
		if d := editDistance(wrong, f.Name); d < distance {
			best, distance = f.Name, d
		}
	})
	if best == "" {
		return ""
	}
	return "; did you mean --" + best + "?"
}

// editDistance is the Levenshtein distance of two short words.
func editDistance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := diagonal
			if a[i] != b[j] {
				cost++
			}
			diagonal = row[j+1]
			row[j+1] = min(cost, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}

func quoteAll(words []string) string {
	quoted := make([]string, len(words))
	for i, w := range words {
		quoted[i] = "\"" + w + "\""
	}
	return strings.Join(quoted, ", ")
}
