package main

import (
	"fmt"
	"runtime"

	"github.com/spf13/cobra"

	"gardner/core/fingerprint"
)

// versionCommand says what this binary is.
func versionCommand() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "version",
		Short: "version, platform and numerics fingerprint of this binary",
		Long: `Print the version, the platform and the numerics fingerprint: a hash of a small battery
of results. Machines with equal fingerprints compute equal bits.`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if asJSON {
				return printJSON(cmd.OutOrStdout(), map[string]string{"version": version, "platform": platform(),
					"go": runtime.Version(), "fingerprint": fingerprint.Compute()})
			}
			_, err := fmt.Fprintf(cmd.OutOrStdout(), "gardner %s %s %s fingerprint %s\n",
				version, platform(), runtime.Version(), fingerprint.Compute())
			return err
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "as one JSON object")
	return cmd
}

func platform() string { return runtime.GOOS + "/" + runtime.GOARCH }
