package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"
	"google.golang.org/grpc/status"

	"gardner/coordinator/client"
	"gardner/coordinator/httpapi"
	"gardner/coordinator/page"
	gardnerv1 "gardner/proto/gardner/v1"
	"gardner/proto/join"
	"gardner/sweeps"
)

// proxyCommand serves a remote coordinator's page and HTTP API on this machine.
func proxyCommand() *cobra.Command {
	var listen, db string
	var insecure, verbose bool
	cmd := &cobra.Command{
		Use:   "proxy JOIN|ADDR",
		Short: "a coordinator's page and HTTP API on this machine's loopback",
		Long: `Serve the page and the HTTP API of a coordinator elsewhere on a port of this machine, so
that a browser, pandas, R or DuckDB here reads a running sweep there. The way between is
the workers' own: TLS to the coordinator whose authority JOIN pins. Here a token is needed,
too, for loopback is shared; it is the one of the coordinator's own page. The coordinator
may be restarted meanwhile.`,
		Example: "  gardner proxy @sweeps.db.join\n  gardner proxy @/project/sweeps.db.join --listen 127.0.0.1:7070",
		Args:    exactArgs("JOIN"),
		RunE: func(cmd *cobra.Command, args []string) error {
			target, err := join.ParseTarget(args[0], join.Options{Insecure: insecure, JoinFile: join.JoinFile(db)})
			if err != nil {
				return usage(err)
			}
			control, end := client.Lasting(target)
			defer end()
			return proxy(cmd, target, control, listen, verbose)
		},
	}
	f := cmd.Flags()
	f.StringVar(&listen, "listen", "127.0.0.1:0", "loopback address to serve on (port 0: a free one)")
	f.StringVar(&db, "db", defaultDB, "with HOST:PORT: the database beside which the token is read")
	f.BoolVar(&insecure, "insecure", false, "with HOST:PORT: clear text to the coordinator, no token")
	f.BoolVarP(&verbose, "verbose", "v", false, "log more")
	return cmd
}

func proxy(cmd *cobra.Command, target *join.Target, control gardnerv1.ControlClient, listen string, verbose bool) error {
	ctx := cmd.Context()
	first, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	v, err := control.Version(first, &gardnerv1.VersionRequest{})
	if err != nil {
		return errors.New(status.Convert(err).Message())
	}
	s, err := httpapi.Listen(listen, httpapi.Config{Control: control, Keys: proxyKeys(target), Page: page.New(control, sweeps.Builtin()), Logger: logger(verbose)})
	if err != nil {
		return usage(err)
	}
	out := cmd.OutOrStdout()
	fmt.Fprintf(out, "coordinator %s, version %s\n", target, v.Version)
	fmt.Fprintf(out, "page      %s\n          %s  (to look only, and for notebooks)\n", s.URL(httpapi.Operate), s.URL(httpapi.Read))
	<-ctx.Done()
	ending, stop := context.WithTimeout(context.WithoutCancel(ctx), proxyGrace)
	defer stop()
	if err := s.Close(ending); err != nil {
		return err
	}
	return nil
}

// proxyGrace is how long answers under way may take after Ctrl-C; a page's events never end by themselves.
const proxyGrace = 2 * time.Second

// proxyKeys are the coordinator's own where its token is known, so that addresses in notebooks stay the same.
func proxyKeys(target *join.Target) *httpapi.Keys {
	if secret, ok := target.Secret(); ok {
		return httpapi.NewKeys([]byte(secret), secret)
	}
	fresh := make([]byte, join.TokenSecretSize)
	rand.Read(fresh)
	return httpapi.NewKeys(fresh)
}
