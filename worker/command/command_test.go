//go:build unix

package command

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"gardner/sweeps"
)

func call(script, input string) *sweeps.CommandCall {
	return &sweeps.CommandCall{Argv: []string{"sh", "mine.sh"}, Input: []byte(input), Threads: 3,
		Files: []sweeps.CommandFile{{Name: "mine.sh", Text: script}, {Name: "sub/data.txt", Text: "42\n"}}}
}

func TestRun(t *testing.T) {
	out, err := Run(context.Background(), call(`pwd; cat; cat sub/data.txt; echo $OMP_NUM_THREADS; ./sub/data.txt 2>/dev/null; echo noise >&2`, "in\n"))
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(string(out)), "\n")
	if len(lines) != 4 || lines[1] != "in" || lines[2] != "42" || lines[3] != "3" {
		t.Fatalf("it wrote %q", out)
	}
	if _, err := os.Stat(lines[0]); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("its folder stays: %v", err)
	}
	if here, _ := os.Getwd(); lines[0] == here {
		t.Error("it ran here")
	}
}

func TestRunSaysWhatWentWrong(t *testing.T) {
	_, err := Run(context.Background(), call(`echo wrong >&2; exit 7`, ""))
	if err == nil || err.Error() != "sh mine.sh: exit status 7: wrong" {
		t.Errorf("an exit code: %v", err)
	}
	_, err = Run(context.Background(), call(`i=0; while [ $i -lt 2000 ]; do echo line $i >&2; i=$((i+1)); done; exit 1`, ""))
	if err == nil || !strings.HasSuffix(err.Error(), "line 1999") || len(err.Error()) > maxErrors+100 {
		t.Errorf("much on standard error: %.100v ...", err)
	}
	gone := call("", "")
	gone.Argv = []string{"no-such-program-of-gardner"}
	if _, err = Run(context.Background(), gone); err == nil || !strings.Contains(err.Error(), "there is no such program on this machine") {
		t.Errorf("no program: %v", err)
	}
	if _, err = Run(context.Background(), call(`exit 0`, strings.Repeat("x", 1<<20))); err != nil {
		t.Errorf("input that nobody reads: %v", err)
	}
}

// A task that is over takes with it what its program has started.
func TestRunEndsAllProcesses(t *testing.T) {
	file := filepath.Join(t.TempDir(), "pid")
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() {
		_, err := Run(ctx, call(`sleep 1000 & echo $! > `+file+`.new; mv `+file+`.new `+file+`; wait`, ""))
		done <- err
	}()
	var text []byte
	for begin := time.Now(); len(text) == 0; time.Sleep(10 * time.Millisecond) {
		if text, _ = os.ReadFile(file); time.Since(begin) > time.Minute {
			t.Fatal("it does not start")
		}
	}
	pid, err := strconv.Atoi(strings.TrimSpace(string(text)))
	if err != nil {
		t.Fatal(err)
	}
	cancel()
	if err := <-done; !errors.Is(err, context.Canceled) {
		t.Errorf("it ended with %v", err)
	}
	for begin := time.Now(); syscall.Kill(pid, 0) == nil && !zombie(pid); time.Sleep(10 * time.Millisecond) {
		if time.Since(begin) > time.Minute {
			t.Fatal("its child lives on")
		}
	}
}

// zombie reports whether a process has ended and nobody has waited for it.
func zombie(pid int) bool {
	stat, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	return err == nil && strings.Contains(string(stat), ") Z ")
}
