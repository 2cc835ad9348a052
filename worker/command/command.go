// Package command runs the programs of sweeps whose experiment is a command.
//
//	cfg := worker.Config{Target: target, Registry: registry, Commands: command.Run}
//
// A program runs as the worker's user, with the worker's environment, in a folder of its
// own that holds the sweep's files and goes when it ends: it is not contained.
package command

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"gardner/sweeps"
)

// Bounds on what is kept of what a program writes.
const (
	maxOutput = 64 << 20
	maxErrors = 4 << 10 // of standard error, its end
)

// patience is how long pipes may stay open once a program has been killed: a process that it
// started may hold them.
const patience = 2 * time.Second

// Run implements [sweeps.Commands]. When ctx ends, the program and what it started are
// killed. The numerical libraries it may use are told how many threads to take.
func Run(ctx context.Context, call *sweeps.CommandCall) (out []byte, err error) {
	dir, err := os.MkdirTemp("", "gardner-command-")
	if err != nil {
		return nil, fmt.Errorf("no folder for the command: %w", err)
	}
	defer func() {
		if gone := os.RemoveAll(dir); err == nil && gone != nil {
			err = fmt.Errorf("the command's folder stays: %w", gone)
		}
	}()
	for _, f := range call.Files {
		at := filepath.Join(dir, filepath.FromSlash(f.Name))
		if err := os.MkdirAll(filepath.Dir(at), 0o700); err != nil {
			return nil, err
		}
		if err := os.WriteFile(at, []byte(f.Text), 0o700); err != nil { //nolint:gosec // it may be the program
			return nil, err
		}
	}
	cmd := exec.CommandContext(ctx, call.Argv[0], call.Argv[1:]...) //nolint:gosec // what it is for; the worker's user has allowed it
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "PWD="+dir, "PYTHONHASHSEED=0", "PYTHONDONTWRITEBYTECODE=1")
	for _, name := range []string{"OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "JULIA_NUM_THREADS"} {
		cmd.Env = append(cmd.Env, fmt.Sprintf("%s=%d", name, call.Threads))
	}
	cmd.Stdin = bytes.NewReader(call.Input)
	stdout, stderr := &head{limit: maxOutput}, &tail{limit: maxErrors}
	cmd.Stdout, cmd.Stderr = stdout, stderr
	cmd.WaitDelay = patience
	alone(cmd)
	// Where the program is to end with the worker, the system watches the thread that started it.
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	err = cmd.Run()
	switch {
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case errors.Is(err, exec.ErrNotFound) || errors.Is(err, os.ErrNotExist):
		return nil, fmt.Errorf("%s: there is no such program on this machine: %w", call.Argv[0], err)
	case stdout.over:
		return nil, fmt.Errorf("%s: it wrote more than %d bytes to standard output", call.Argv[0], maxOutput)
	case err != nil:
		said := strings.TrimSpace(stderr.String())
		if said == "" {
			said = "it wrote nothing to standard error"
		}
		return nil, fmt.Errorf("%s: %w: %s", strings.Join(call.Argv, " "), err, said)
	}
	return stdout.b.Bytes(), nil
}

// head keeps the first bytes written to it.
type head struct {
	b     bytes.Buffer
	limit int
	over  bool
}

func (h *head) Write(p []byte) (int, error) {
	if room := h.limit - h.b.Len(); len(p) > room {
		h.over = true
		h.b.Write(p[:room])
		return len(p), nil
	}
	return h.b.Write(p)
}

// tail keeps the last bytes written to it.
type tail struct {
	b     []byte
	limit int
	cut   bool
}

func (t *tail) Write(p []byte) (int, error) {
	t.b = append(t.b, p...)
	if over := len(t.b) - t.limit; over > 0 {
		t.b = append(t.b[:0], t.b[over:]...)
		t.cut = true
	}
	return len(p), nil
}

func (t *tail) String() string {
	text := strings.ToValidUTF8(string(t.b), "")
	if t.cut {
		return "..." + text
	}
	return text
}
