package main

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"gardner/sweeps"
)

// TestChaos: a coordinator and two workers as real processes with a network between them; at random one of the three
// is killed (SIGKILL) or stopped (SIGSTOP) for a while, or connections are cut or held back. GARDNER_CHAOS is the
// number of kills (`make chaos`: 500). In the end the bytes are those of a calm run; what was once durable stays, bit
// for bit; and little more is executed than what was under way at the kills.
func TestChaos(t *testing.T) {
	t.Parallel()
	kills := 8
	if n, err := strconv.Atoi(os.Getenv("GARDNER_CHAOS")); err == nil {
		kills = n
	}
	seed := rand.Uint64()
	t.Logf("seed of the faults: %d", seed)
	dir, calm := chaosDir(t, kills), chaosDir(t, kills)
	c := newChaos(t, dir, seed)
	defer c.stop()
	c.run(kills)
	if out, err := gardner(t, calm, "run", "chaos.yaml", "--workers", "2", "--no-figure").CombinedOutput(); err != nil {
		t.Fatalf("the calm run: %v\n%s", err, out)
	}
	if rows(t, dir) != rows(t, calm) {
		t.Error("other bytes than in calm weather")
	}
	if out, err := gardner(t, dir, "verify", "gardner.db").CombinedOutput(); err != nil && !bytes.Contains(out, []byte("open")) {
		t.Errorf("verify: %v\n%s", err, out)
	}
	again := c.again()
	t.Logf("%d kills (coordinator %d, workers %d), %d stops, %d cuts, %d partitions; %d results watched at the kills; %d tasks, %d executed again, at most %d allowed",
		c.kills[0]+c.kills[1]+c.kills[2], c.kills[0], c.kills[1]+c.kills[2], c.stops, c.net.cuts, c.net.parts, len(c.seen), c.tasks, again, c.allowed)
	if again > c.allowed {
		t.Errorf("%d executed again, %d were under way at the kills", again, c.allowed)
	}
}

// chaosDir holds a sweep that lasts for so many kills. It grows by itself, in about five rounds, to the replicates it may have.
func chaosDir(t *testing.T, kills int) string {
	t.Helper()
	dir := t.TempDir()
	most := chaosReplicates(kills)
	yaml := fmt.Sprintf("name: chaos\nexperiment: capacity\nreplicates: {min: %d, max: %d, until: {alpha_in: 0.01%%}}\ngrid:\n  N: [60, 80]\n  f_exc: [0.5, 0.8]\n  solution: [A, B]\n  kappa: [0, 0.5, 1]\n", most/5, most)
	if err := os.WriteFile(filepath.Join(dir, "chaos.yaml"), []byte(yaml), 0o600); err != nil {
		t.Fatal(err)
	}
	return dir
}

// A strike comes after ten executions on average, five of seven strikes are kills, and while one strikes the others work.
func chaosReplicates(kills int) int { return 50 + 8*kills }

func rows(t *testing.T, dir string) [sha256.Size]byte {
	t.Helper()
	out, err := gardner(t, dir, "query", "chaos", "--raw", "--format", "csv").Output()
	if err != nil {
		t.Fatal(err)
	}
	return sha256.Sum256(out)
}

// chaos is a cluster and what is known of it.
type chaos struct {
	*cluster
	random  *rand.Rand
	net     *tangle
	tasks   int
	kills   [3]int
	stops   int
	allowed int
	seen    map[string][sha256.Size]byte // durable at some kill
	lost    time.Time                    // when the coordinator was last killed
}

func newChaos(t *testing.T, dir string, seed uint64) *chaos {
	t.Helper()
	upstream := freePort(t)
	c := &chaos{net: newTangle(t, upstream), random: rand.New(rand.NewPCG(seed, 7)), seen: map[string][sha256.Size]byte{}}
	c.cluster = &cluster{t: t, dir: dir, listen: []string{"--listen", upstream, "--advertise", c.net.addr()}, watch: c.see}
	return c
}

// freePort is an address of this machine that nobody listens on now.
func freePort(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// see demands that what was durable stays as it was.
func (c *chaos) see(block sweeps.BlockID, ordinal uint64, record []byte) {
	key, sum := fmt.Sprintf("%s %d", block, ordinal), sha256.Sum256(record)
	if old, ok := c.seen[key]; ok && old != sum {
		c.t.Errorf("task %s was durable, and has other bits now", key)
	}
	c.seen[key] = sum
}

func (c *chaos) run(kills int) {
	c.tasks = 4 * chaosReplicates(kills)
	c.coordinator = c.serve()
	c.eventually("submit", func() bool { return gardner(c.t, c.dir, "submit", "chaos.yaml").Run() == nil })
	for i := range c.workers {
		c.workers[i] = c.worker(i)
	}
	c.eventually("the first task", func() bool { return c.executions() > 0 })
	for c.kills[0]+c.kills[1]+c.kills[2] < kills {
		c.progress(c.executions() + c.random.IntN(20))
		c.strike()
	}
	c.eventuallyWithin(5*time.Minute, "the end of the sweep", func() bool { return c.finished() })
}

// progress waits until so many tasks have been begun, but not for long: something may be broken.
func (c *chaos) progress(executions int) {
	for end := time.Now().Add(3 * time.Second); c.executions() < executions && time.Now().Before(end); {
		time.Sleep(20 * time.Millisecond) // tasks need real time to be interrupted in
	}
}

// strike is one fault; most are kills.
func (c *chaos) strike() {
	switch k := c.random.IntN(14); {
	case k < 2:
		victim := c.all()[c.random.IntN(3)]
		c.stops++
		c.signal(victim, syscall.SIGSTOP)
		time.Sleep(time.Duration(c.random.IntN(400)) * time.Millisecond)
		c.signal(victim, syscall.SIGCONT)
	case k == 2:
		c.net.cut()
	case k == 3:
		c.net.part(time.Duration(c.random.IntN(1500)) * time.Millisecond)
	// A coordinator that starts waits five seconds for its workers before it hands their tasks to others.
	case k < 6 && time.Since(c.lost) > 8*time.Second:
		c.lost = time.Now()
		c.strikeDown(0)
	default:
		c.strikeDown(1 + c.random.IntN(2))
	}
}

// strikeDown kills one of the three and counts what was under way and may be computed again.
func (c *chaos) strikeDown(victim int) {
	before := len(c.seen)
	c.kill(victim) // stops all, looks at the disk, kills
	if len(c.seen) < before {
		c.t.Errorf("%d results are durable, %d were before", len(c.seen), before)
	}
	for key := range c.begun() {
		if _, durable := c.seen[key]; !durable {
			c.allowed++
		}
	}
	c.kills[victim]++
}

// begun counts the executions of every task that has any.
func (c *chaos) begun() map[string]int {
	out := map[string]int{}
	for i := range c.workers {
		data, err := os.ReadFile(filepath.Join(c.dir, fmt.Sprintf("tasks-%d.log", i)))
		if err != nil {
			continue
		}
		for _, line := range strings.Split(string(data), "\n") {
			if line != "" {
				out[line]++
			}
		}
	}
	return out
}

// again counts the executions that were not a task's first.
func (c *chaos) again() (n int) {
	for _, k := range c.begun() {
		n += k - 1
	}
	return n
}

func (c *chaos) finished() bool { return c.cluster.finished("gardner.db") }

var allDone = regexp.MustCompile(`(?m)^chaos .*100 % .*done$`)

// finished reports whether `status` says so of the sweep in a database.
func (c *cluster) finished(db string) bool {
	out, err := gardner(c.t, c.dir, "status", "chaos", "--db", db).CombinedOutput()
	return err == nil && allDone.Match(out)
}

// tangle is a network that can be cut and held up.
type tangle struct {
	listener net.Listener
	upstream string

	mu    sync.Mutex // guards what follows
	conns []net.Conn
	held  time.Time
	cuts  int
	parts int
}

func newTangle(t *testing.T, upstream string) *tangle {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	n := &tangle{listener: l, upstream: upstream}
	t.Cleanup(func() {
		_ = l.Close()
		n.cut()
	})
	go n.serve()
	return n
}

func (n *tangle) addr() string { return n.listener.Addr().String() }

func (n *tangle) serve() {
	for {
		in, err := n.listener.Accept()
		if err != nil {
			return
		}
		out, err := net.Dial("tcp", n.upstream)
		if err != nil {
			_ = in.Close()
			continue
		}
		n.mu.Lock()
		n.conns = append(n.conns, in, out)
		n.mu.Unlock()
		go n.pass(in, out)
		go n.pass(out, in)
	}
}

// pass copies one direction until either end closes.
func (n *tangle) pass(to, from net.Conn) {
	defer func() { _ = to.Close(); _ = from.Close() }()
	buf := make([]byte, 32<<10)
	for {
		k, err := from.Read(buf)
		n.mu.Lock()
		wait := time.Until(n.held)
		n.mu.Unlock()
		time.Sleep(wait)
		if _, werr := to.Write(buf[:k]); err != nil || werr != nil {
			return
		}
	}
}

func (n *tangle) cut() {
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, c := range n.conns {
		_ = c.Close()
	}
	n.conns = nil
	n.cuts++
}

func (n *tangle) part(d time.Duration) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.held = time.Now().Add(d)
	n.parts++
}
