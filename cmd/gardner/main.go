// Command gardner runs distributed parameter sweeps over the theory of
// balanced, noise-robust neurons. See `gardner help`.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"
)

// version is set by the linker (make build); a plain `go build` leaves it.
var version = "dev"

func main() { os.Exit(Main()) }

// Main runs the command line and returns its exit code. The first SIGINT or
// SIGTERM cancels the context, so that commands drain; a second one ends the
// process at once.
func Main() int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop)

	err := rootCommand().ExecuteContext(ctx)
	if msg := message(err); msg != "" {
		fmt.Fprintln(os.Stderr, msg)
	}
	return exitCode(err)
}
