package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"gardner/coordinator/store"
	"gardner/sweeps"
)

// killSweep has tasks of some milliseconds, enough of them to be interrupted.
const killSweep = `name: kill
experiment: capacity
replicates: 100
grid:
  N: [60, 80]
  f_exc: [0.5, 0.8]
  solution: [A, B]
  kappa: [0, 0.5, 1]
`

const killTasks = 100 * 2 * 2

// TestSameBitsWhateverHappens: the same sweep with 1, 2 and 5 workers in one
// process, and with a coordinator and workers that are killed again and again,
// gives equal bytes, and little more is computed than what had to be.
func TestSameBitsWhateverHappens(t *testing.T) {
	t.Parallel()
	seed := rand.Uint64()
	t.Logf("seed of the schedule of kills: %d", seed)
	var want [2][sha256.Size]byte
	for _, workers := range []int{1, 2, 5} {
		dir := workdir(t)
		out, err := gardner(t, dir, "run", "kill.yaml", "--workers", fmt.Sprint(workers), "--no-figure").CombinedOutput()
		if err != nil {
			t.Fatalf("run with %d workers: %v\n%s", workers, err, out)
		}
		got := sums(t, dir)
		if workers == 1 {
			want = got
		}
		if got != want {
			t.Errorf("%d workers: other bytes than with one", workers)
		}
	}
	dir := workdir(t)
	executed, allowed := killAround(t, dir, rand.New(rand.NewPCG(seed, 1)))
	if got := sums(t, dir); got != want {
		t.Error("after kills: other bytes than without")
	}
	t.Logf("%d tasks, %d executions, at most %d allowed", killTasks, executed, killTasks+allowed)
	if executed > killTasks+allowed {
		t.Errorf("%d executions of %d tasks: more than the %d under way at the kills were computed again", executed, killTasks, allowed)
	}
}

func workdir(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "kill.yaml"), []byte(killSweep), 0o600); err != nil {
		t.Fatal(err)
	}
	return dir
}

// sums hashes the raw rows and the aggregates of the finished sweep.
func sums(t *testing.T, dir string) (s [2][sha256.Size]byte) {
	t.Helper()
	for i, args := range [][]string{{"query", "kill", "--raw", "--format", "csv"}, {"query", "kill", "--format", "csv"}} {
		out, err := gardner(t, dir, args...).Output()
		if err != nil {
			var exit *exec.ExitError
			if errors.As(err, &exit) {
				t.Fatalf("%v: %v\n%s", args, err, exit.Stderr)
			}
			t.Fatal(err)
		}
		if i == 0 && bytes.Count(out, []byte{'\n'}) != 1+killTasks*6 {
			t.Fatalf("%d lines of raw rows, want %d", bytes.Count(out, []byte{'\n'}), 1+killTasks*6)
		}
		s[i] = sha256.Sum256(out)
	}
	return s
}

// killAround runs the sweep with a coordinator and two workers, killing one of
// the three at a time, each at least five times. It returns the executions
// counted in the workers' logs, and how many tasks were begun and not durable at
// the kills: those may be computed twice.
func killAround(t *testing.T, dir string, random *rand.Rand) (executed, allowed int) {
	t.Helper()
	c := &cluster{t: t, dir: dir, listen: []string{"--listen", "127.0.0.1:0"}}
	defer c.stop()
	c.coordinator = c.serve()
	c.eventually("the coordinator's join file", func() bool {
		_, err := os.Stat(filepath.Join(dir, "gardner.db.join"))
		return err == nil
	})
	c.eventually("submit", func() bool {
		out, err := gardner(t, dir, "submit", "kill.yaml").CombinedOutput()
		if err != nil {
			t.Logf("submit: %v: %s", err, out)
		}
		return err == nil
	})
	for i := range c.workers {
		c.workers[i] = c.worker(i)
	}
	c.eventually("the first task", func() bool { return c.executions() > 0 })
	// Seven kills in quick succession, in random order, before the sweep can end; then now and then until it does.
	victims := []int{0, 0, 1, 1, 1, 2, 2}
	random.Shuffle(len(victims), func(i, j int) { victims[i], victims[j] = victims[j], victims[i] })
	kills := [3]int{}
	for len(victims) > 0 {
		victim := victims[0]
		victims = victims[1:]
		kills[victim]++
		allowed += c.kill(victim)
		time.Sleep(time.Duration(20+random.IntN(100)) * time.Millisecond) // tasks need real time to be interrupted in
	}
	for c.done() < killTasks {
		time.Sleep(time.Duration(100+random.IntN(400)) * time.Millisecond)
		if kills[0]+kills[1]+kills[2] < 12 {
			victim := random.IntN(3)
			kills[victim]++
			allowed += c.kill(victim)
		}
	}
	t.Logf("killed: coordinator %d times, workers %d and %d times", kills[0], kills[1], kills[2])
	return c.executions(), allowed
}

// cluster is a coordinator and two workers, each a real process.
type cluster struct {
	t           *testing.T
	dir         string
	listen      []string // the coordinator's flags
	coordinator *exec.Cmd
	workers     [2]*exec.Cmd
	// watch, if not nil, sees every result that is durable at a kill.
	watch func(block sweeps.BlockID, ordinal uint64, record []byte)
}

// serve starts the coordinator.
func (c *cluster) serve() *exec.Cmd {
	return c.start(append([]string{"coordinator", "--http", "off"}, c.listen...)...)
}

func (c *cluster) start(args ...string) *exec.Cmd {
	c.t.Helper()
	cmd := gardner(c.t, c.dir, args...)
	log, err := os.OpenFile(filepath.Join(c.dir, args[0]+".log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		c.t.Fatal(err)
	}
	defer log.Close() // the child has its own
	cmd.Stdout, cmd.Stderr = log, log
	if err := cmd.Start(); err != nil {
		c.t.Fatal(err)
	}
	return cmd
}

func (c *cluster) worker(i int) *exec.Cmd {
	return c.start("worker", "@gardner.db.join", "--slots", "1", "--task-log", fmt.Sprintf("tasks-%d.log", i))
}

func (c *cluster) all() []*exec.Cmd { return []*exec.Cmd{c.coordinator, c.workers[0], c.workers[1]} }

// kill stops the world, counts what is begun and not durable, kills the victim,
// lets the others go on, and starts the victim again.
func (c *cluster) kill(victim int) (underway int) {
	for _, p := range c.all() {
		c.signal(p, syscall.SIGSTOP)
	}
	underway = c.executions() - c.durable()
	p := c.all()[victim]
	c.signal(p, syscall.SIGKILL)
	_ = p.Wait() // says that it was killed
	for i, other := range c.all() {
		if i != victim {
			c.signal(other, syscall.SIGCONT)
		}
	}
	if victim == 0 {
		c.coordinator = c.serve()
	} else {
		c.workers[victim-1] = c.worker(victim - 1)
	}
	return underway
}

func (c *cluster) signal(p *exec.Cmd, s os.Signal) {
	if err := p.Process.Signal(s); err != nil {
		c.t.Errorf("%v to %v: %v", s, p.Args[1:], err)
	}
}

// durable counts the results in a copy of the database's file, as a crash at
// this moment would leave it.
func (c *cluster) durable() (n int) {
	c.t.Helper()
	copied := filepath.Join(c.dir, "copy.db")
	data, err := os.ReadFile(filepath.Join(c.dir, "gardner.db"))
	if err != nil {
		c.t.Fatal(err)
	}
	if err := os.WriteFile(copied, data, 0o600); err != nil {
		c.t.Fatal(err)
	}
	st, err := store.Open(copied, store.Options{})
	if err != nil {
		c.t.Fatalf("the database as a crash would leave it does not open: %v", err)
	}
	defer st.Close()
	for _, b := range st.Blocks() {
		err := st.Scan(context.Background(), b.ID, 0, func(ordinal uint64, record []byte) error {
			if c.watch != nil {
				c.watch(b.ID, ordinal, record)
			}
			n++
			return nil
		})
		if err != nil {
			c.t.Fatal(err)
		}
	}
	return n
}

func (c *cluster) executions() (n int) {
	c.t.Helper()
	for i := range c.workers {
		data, err := os.ReadFile(filepath.Join(c.dir, fmt.Sprintf("tasks-%d.log", i)))
		if err != nil && !errors.Is(err, os.ErrNotExist) {
			c.t.Fatal(err)
		}
		n += bytes.Count(data, []byte{'\n'})
	}
	return n
}

// done asks the coordinator; -1 while it does not answer.
func (c *cluster) done() int {
	out, err := gardner(c.t, c.dir, "query", "kill", "--raw", "--metric", "alpha_in", "--where", `solution == "A" && kappa == 0`, "--format", "csv").Output()
	if err != nil {
		return -1
	}
	return strings.Count(string(out), "\n") - 1
}

func (c *cluster) eventually(what string, ok func() bool) {
	c.t.Helper()
	c.eventuallyWithin(30*time.Second, what, ok)
}

func (c *cluster) eventuallyWithin(patience time.Duration, what string, ok func() bool) {
	c.t.Helper()
	for deadline := time.Now().Add(patience); !ok(); time.Sleep(50 * time.Millisecond) {
		if time.Now().After(deadline) {
			log, _ := os.ReadFile(filepath.Join(c.dir, "coordinator.log"))
			c.t.Fatalf("%s: not within %v; the coordinator says\n%s", what, patience, log)
		}
	}
}

// stop ends the processes in good order and shows their logs if the test failed.
func (c *cluster) stop() {
	for _, p := range c.all() {
		if p == nil {
			continue
		}
		_ = p.Process.Signal(syscall.SIGTERM)
		_ = p.Wait()
	}
	if c.t.Failed() {
		for _, name := range []string{"coordinator.log", "worker.log"} {
			if f, err := os.Open(filepath.Join(c.dir, name)); err == nil {
				data, _ := io.ReadAll(f)
				_ = f.Close()
				c.t.Logf("%s:\n%s", name, data)
			}
		}
	}
}
