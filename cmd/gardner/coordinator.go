package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"gardner/coordinator"
	"gardner/coordinator/httpapi"
	"gardner/core/fingerprint"
	"gardner/proto/join"
	"gardner/sweeps"
)

// coordinatorCommand serves a database to workers and commands.
func coordinatorCommand() *cobra.Command {
	var db, listen, http string
	var advertise []string
	var insecure, verbose bool
	cmd := &cobra.Command{
		Use:   "coordinator",
		Short: "serve a database to workers and commands",
		Long: `Serve a database: hand out its sweeps' tasks to workers, store what they compute, answer
commands. It prints the line that starts a worker, and writes the same join text into a
file of mode 0600 beside the database. TLS and a token are always on unless --insecure.

It may be killed and restarted at any time: workers come back by themselves and hand in
what they hold. SIGTERM and Ctrl-C store what has arrived and leave.`,
		Example: "  gardner coordinator --db sweeps.db --listen 0.0.0.0:7071\n  gardner submit capacity-full --db sweeps.db\n  gardner coordinator --http 127.0.0.1:8080\n  gardner worker @sweeps.db.join",
		Args:    noArgs,
		RunE: func(cmd *cobra.Command, _ []string) (err error) {
			ctx := cmd.Context()
			coordinator.TuneProcess()
			c, err := coordinator.New(coordinator.Config{DB: db, Registry: sweeps.Builtin(), Version: version,
				Fingerprint: fingerprint.Compute(), Logger: logger(verbose), Socket: true})
			if err != nil {
				return err
			}
			defer func() {
				closing, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Minute)
				defer cancel()
				err = errors.Join(err, c.Close(closing))
			}()
			out := cmd.OutOrStdout()
			if insecure {
				addr, err := c.ListenInsecure(listen)
				if err != nil {
					return usage(err)
				}
				fmt.Fprintf(out, "join      gardner worker %s --insecure\n", addr)
			} else {
				j, err := c.Listen(listen, advertise...)
				if err != nil {
					return usage(err)
				}
				fmt.Fprintf(out, "join      gardner worker @%s\n          gardner worker %s\n", join.JoinFile(db), j)
			}
			if err := servePage(out, c, coordinator.HTTP{Addr: http, Names: hosts(advertise), Insecure: insecure}, db, !cmd.Flags().Changed("http")); err != nil {
				return err
			}
			fmt.Fprintf(out, "database  %s\n", db)
			<-ctx.Done()
			fmt.Fprintln(cmd.ErrOrStderr(), "stopping: what has arrived is stored; workers wait for the next coordinator")
			return nil
		},
	}
	f := cmd.Flags()
	f.StringVar(&db, "db", defaultDB, "the database")
	f.StringVar(&listen, "listen", "127.0.0.1:7071", "address for workers and commands; 0.0.0.0:7071 lets other machines in")
	f.StringVar(&http, "http", defaultHTTP, "address for the page and the HTTP API (another port where this one is taken), or off")
	f.StringSliceVar(&advertise, "advertise", nil, "addresses others should use, HOST or HOST:PORT (default: the one listened on)")
	f.BoolVar(&insecure, "insecure", false, "clear text and no token: whoever reaches the address can read and write everything")
	f.BoolVarP(&verbose, "verbose", "v", false, "log each lease")
	return cmd
}

const (
	defaultHTTP = "127.0.0.1:7070"
	noHTTP      = "off"
)

// servePage listens for HTTP and says where. A port that may yield gives way to a free one where it is taken.
func servePage(out io.Writer, c *coordinator.Coordinator, h coordinator.HTTP, db string, yields bool) error {
	if h.Addr == noHTTP {
		return nil
	}
	s, err := c.ListenHTTP(h)
	if errors.Is(err, syscall.EADDRINUSE) && yields {
		h.Addr = "127.0.0.1:0"
		s, err = c.ListenHTTP(h)
	}
	if err != nil {
		return usage(err)
	}
	fmt.Fprintf(out, "page      %s%s\n", s.URL(httpapi.Operate), tunnel(s))
	fmt.Fprintf(out, "          %s  (to look only, and for notebooks; both are in %s)\n", s.URL(httpapi.Read), join.PageFile(db))
	return nil
}

// tunnel says how to reach a page on loopback from elsewhere.
func tunnel(s *httpapi.Server) string {
	if !s.Addr().IP.IsLoopback() {
		return ""
	}
	host, err := os.Hostname()
	if err != nil {
		return ""
	}
	return fmt.Sprintf("  (from elsewhere: ssh -L %d:%s %s, or gardner proxy)", s.Addr().Port, s.Addr(), host)
}

// hosts are the names in a list of HOST or HOST:PORT.
func hosts(advertise []string) (out []string) {
	for _, a := range advertise {
		if host, _, err := net.SplitHostPort(a); err == nil {
			a = host
		}
		out = append(out, a)
	}
	return out
}
