package main

import (
	"bytes"
	"context"
	"math"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/spf13/cobra"

	"gardner/sweeps/data"
)

// examples are the commands of every --help text, in order; pipelines are taken
// apart, redirections and remarks left out.
func examples() (all []string) {
	var walk func(*cobra.Command)
	walk = func(c *cobra.Command) {
		for _, line := range strings.Split(c.Example, "\n") {
			for _, command := range strings.Split(strings.NewReplacer("&&", "\n", "|", "\n", " & ", "\n").Replace(line), "\n") {
				command, _, _ = strings.Cut(strings.TrimSpace(command), "   ")
				command, _, _ = strings.Cut(command, " > ")
				if strings.HasPrefix(command, "gardner ") {
					all = append(all, command)
				}
			}
		}
		for _, sub := range c.Commands() {
			walk(sub)
		}
	}
	walk(rootCommand())
	return all
}

// exampleFolder holds what the examples speak of: databases with the sweeps of two
// replicates each, a sweep file, a problem, measured weights.
func exampleFolder(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	write(t, filepath.Join(dir, "mine.yaml"), "name: mine\nexperiment: single-neuron\nreplicates: 2\ngrid: {N: [20, 30], alpha: [0.5]}\n")
	write(t, filepath.Join(dir, "problem.json"), `{"problem": "max-kappa-in", "patterns": [[2, 1], [1, 2]], "labels": [1, -1], "signs": [1, -1], "gamma": 5}`)
	weights := make([]float64, 200)
	for i := range weights {
		weights[i] = math.Max(0, math.Sin(float64(i))) // half of them silent
	}
	inhibitory := make([]float64, 0, len(weights))
	for _, w := range weights {
		if w > 0 {
			inhibitory = append(inhibitory, -w)
		}
	}
	for name, values := range map[string][]float64{"epsp.csv": weights, "w.csv": weights, "connected-pairs.npy": inhibitory} {
		var b bytes.Buffer
		var err error
		if strings.HasSuffix(name, ".npy") {
			err = data.WriteNPY(&b, data.Vector(values))
		} else {
			err = data.WriteCSV(&b, data.Matrix(len(values), 1, values), nil)
		}
		if err != nil {
			t.Fatal(err)
		}
		write(t, filepath.Join(dir, name), b.String())
	}
	for _, args := range [][]string{
		{"run", "capacity", "--replicates", "2", "--set", "N=20,200", "--no-figure"},
		{"run", "robustness", "--replicates", "2", "--set", "N=20", "--no-figure"},
		{"run", "noise", "--replicates", "2", "--set", "N=20", "--no-figure"},
		{"run", "mine.yaml", "--db", "laptop.db", "--no-figure"},
		{"run", "mine.yaml", "--db", "all.db", "--no-figure"},
		{"run", "mine.yaml", "--db", "cluster.db", "--no-figure"},
	} {
		if out, err := gardner(t, dir, args...).CombinedOutput(); err != nil {
			t.Fatalf("%v: %v\n%s", args, err, out)
		}
	}
	return dir
}

// taskKey is a placeholder for the key of a task, which depends on the sweep.
var taskKey = regexp.MustCompile(`^[0-9a-f]{4}:[0-9]+$`)

// arguments are those of an example, with what depends on the machine replaced:
// ports by any free one, keys of tasks by one that exists, join files elsewhere by
// the one beside; and with less work.
func arguments(t *testing.T, dir, command string) []string {
	t.Helper()
	args := words(command)[1:]
	for i, a := range args {
		switch {
		case taskKey.MatchString(a):
			out, err := gardner(t, dir, "query", args[1], "--raw", "--format", "csv").Output()
			if err != nil {
				t.Fatal(err)
			}
			args[i] = string(bytes.Split(out, []byte("\n"))[1][:8]) + ":1"
		case strings.HasPrefix(a, "@"):
			args[i] = "@gardner.db.join"
		case strings.HasPrefix(a, "0.0.0.0:"), strings.HasPrefix(a, "127.0.0.1:"):
			args[i] = "127.0.0.1:0"
		case a == "-" && args[0] == "solve":
			args[i] = "problem.json"
		}
	}
	switch args[0] {
	case "run":
		args = append(args, "--replicates", "2")
	case "paper":
		if !slices.Contains(args, "--only") {
			args = append(args, "--only", "capacity,noise") // as much as the first example has stored
		}
	case "status":
		if slices.Contains(args, "--watch") {
			args = append(args, "--db", "gardner.db")
		}
	case "coordinator":
		args = append(args, "--listen", "127.0.0.1:0")
	}
	return args
}

// TestHelpExamplesRun runs every example of every --help text, servers until they
// serve, in the folder where the examples before them ran.
func TestHelpExamplesRun(t *testing.T) {
	t.Parallel()
	dir := exampleFolder(t)
	ran := 0
	for _, command := range examples() {
		args := arguments(t, dir, command)
		ran++
		switch args[0] {
		case "coordinator":
			background(t, dir, "join", args...)()
		case "worker", "proxy":
			stop := background(t, dir, "join", "coordinator", "--db", "gardner.db", "--listen", "127.0.0.1:0", "--http", "127.0.0.1:0")
			background(t, dir, "", args...)()
			stop()
		default:
			ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
			cmd := gardner(t, dir, args...)
			bound := exec.CommandContext(ctx, cmd.Path, cmd.Args[1:]...)
			bound.Dir, bound.Env = cmd.Dir, cmd.Env
			if out, err := bound.CombinedOutput(); err != nil {
				t.Errorf("%s (as %v): %v\n%s", command, args, err, out)
			}
			cancel()
		}
	}
	if ran < 30 {
		t.Errorf("only %d examples found", ran)
	}
}

// background starts a process, waits until its output holds ready (or anything), and
// returns what interrupts it and wants a clean end.
func background(t *testing.T, dir, ready string, args ...string) (stop func()) {
	t.Helper()
	cmd := gardner(t, dir, args...)
	out := &watched{want: ready, seen: make(chan struct{})}
	cmd.Stdout, cmd.Stderr = out, out
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	select {
	case <-out.seen:
	case err := <-ended:
		t.Errorf("%v ended: %v\n%s", args, err, out.String())
		return func() {}
	case <-time.After(time.Minute):
		t.Errorf("%v says nothing of %q\n%s", args, ready, out.String())
	}
	return func() {
		if err := cmd.Process.Signal(syscall.SIGINT); err != nil {
			t.Errorf("%v: %v", args, err)
		}
		select {
		case err := <-ended:
			if code := cmd.ProcessState.ExitCode(); code != 0 && code != 130 {
				t.Errorf("%v: %v\n%s", args, err, out.String())
			}
		case <-time.After(time.Minute):
			t.Errorf("%v does not end\n%s", args, out.String())
			_ = cmd.Process.Kill()
			<-ended
		}
	}
}

// watched keeps a process' output and tells when it holds a text.
type watched struct {
	want string
	seen chan struct{}

	mu   sync.Mutex // guards what follows
	text []byte
	told bool
}

func (w *watched) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.text = append(w.text, p...)
	if !w.told && bytes.Contains(w.text, []byte(w.want)) {
		w.told = true
		close(w.seen)
	}
	return len(p), nil
}

func (w *watched) String() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return string(w.text)
}
