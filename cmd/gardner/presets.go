package main

import (
	"encoding/json"
	"fmt"
	"io"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"gardner/sweeps"
)

// presetsCommand lists the sweeps that the binary brings along.
func presetsCommand() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "presets [NAME]",
		Short: "the sweeps that can be run by name; with NAME, its sweep file",
		Long: `List the presets: sweep files inside the binary, each small (about a minute on two
cores) and as NAME-full at the literature's size. With a name, print that file: a good
start for one of your own.`,
		Example:           "  gardner presets\n  gardner presets capacity > mine.yaml && gardner run mine.yaml",
		Args:              rangeArgs(0, "NAME"),
		ValidArgsFunction: completePresets,
		RunE: func(cmd *cobra.Command, args []string) error {
			out := cmd.OutOrStdout()
			if len(args) == 1 {
				preset, err := sweeps.Preset(args[0])
				if err != nil {
					return usage(err)
				}
				_, err = out.Write(preset.YAML)
				return err
			}
			if asJSON {
				all := []map[string]string{}
				for _, p := range sweeps.Presets() {
					all = append(all, map[string]string{"name": p.Name, "doc": p.Doc, "yaml": string(p.YAML)})
				}
				return printJSON(out, all)
			}
			w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
			for _, p := range sweeps.Presets() {
				fmt.Fprintf(w, "%s\t%s\n", p.Name, p.Doc)
			}
			return w.Flush()
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "the list as JSON: name, doc and sweep file of each")
	return cmd
}

// experimentsCommand describes what can be swept.
func experimentsCommand() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "experiments [NAME]",
		Short: "what can be swept: params, axes, metrics, units, theory",
		Long: `List the experiments, or describe one: its params with defaults, ranges and units, which
of them are outer axes (split into tasks) or inner ones (evaluated inside a task), its
metrics, and the theory that is drawn over them. An experiment may also be a program of your
own, declared in the sweep file: see docs/own-experiment.md.`,
		Example: "  gardner experiments\n  gardner experiments capacity",
		Args:    rangeArgs(0, "NAME"),
		ValidArgsFunction: func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
			return sweeps.Builtin().Names(), cobra.ShellCompDirectiveNoFileComp
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			registry := sweeps.Builtin()
			out := cmd.OutOrStdout()
			if len(args) == 1 {
				e, err := registry.Lookup(args[0])
				if err != nil {
					return usage(err)
				}
				if asJSON {
					return printJSON(out, e.Declaration())
				}
				_, err = fmt.Fprint(out, e.Help())
				return err
			}
			if asJSON {
				var all []sweeps.Declaration
				for _, name := range registry.Names() {
					e, err := registry.Lookup(name)
					if err != nil {
						return err
					}
					all = append(all, e.Declaration())
				}
				return printJSON(out, all)
			}
			w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
			for _, name := range registry.Names() {
				e, err := registry.Lookup(name)
				if err != nil {
					return err
				}
				fmt.Fprintf(w, "%s\t%s\n", name, e.Doc)
			}
			return w.Flush()
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "the declarations as JSON")
	return cmd
}

// printJSON writes indented JSON.
func printJSON(w io.Writer, v any) error {
	encoder := json.NewEncoder(w)
	encoder.SetIndent("", "  ")
	return encoder.Encode(v)
}

func completePresets(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	var names []string
	for _, p := range sweeps.Presets() {
		names = append(names, p.Name+"\t"+p.Doc)
	}
	return names, cobra.ShellCompDirectiveDefault // a sweep file is right too
}
