package sim

import (
	"cmp"
	"fmt"
	"io"
	"math/rand/v2"
	"slices"
	"strconv"
	"time"

	"gardner/coordinator/scheduler"
	"gardner/sweeps"
)

// Options of Run. The zero value is a schedule without a mutant.
type Options struct {
	Mutant Mutant
	// Trace, if not nil, gets a line for every message, fault and decision.
	Trace io.Writer
}

// Violation says which promise a schedule broke.
type Violation struct {
	Seed uint64
	At   time.Duration
	Text string
}

func (v *Violation) Error() string {
	return fmt.Sprintf("seed %d, after %v: %s", v.Seed, v.At.Round(time.Microsecond), v.Text)
}

// world is everything: the machines, the network between them, and whoever watches that promises are kept.
type world struct {
	loop
	seed  uint64
	opt   Options
	rng   *rand.Rand
	shape *shape
	disk  *disk
	co    *coordinator // nil while there is none
	boots int
	cov   *Coverage

	workers []*worker
	hired   int
	cost    time.Duration   // of a task
	costs   bool            // declared, too
	batch   int             // results of a message
	trained bool            // tasks need artefacts, which take time
	known   map[uint64]bool // artefacts somebody has computed
	special map[task]special
	none    [][]bool // tasks without rows of their own, by block

	net struct {
		odd   int // messages still to be doubled or swapped
		slow  time.Duration
		until time.Duration
	}
	wall                    time.Duration // what the wall clock is ahead
	armed                   string        // the point where the next crash falls
	faults                  []trigger
	wrong                   bool // some worker has computed wrongly
	healed                  bool
	ended                   time.Duration // when all is to be done
	healing, retried, ready bool
	durable                 uint64 // results so far

	ledger    ledger
	violation *Violation
}

// special is a task that does not simply end well.
type special struct {
	kind  trouble
	times int // it still fails
}

type trouble uint8

const (
	numerical trouble = iota + 1 // always
	stumbles                     // some times, then no more
	poison                       // kills its worker, some times
)

// Run plays the schedule of a seed and returns what it went through, or the promise it broke.
func Run(seed uint64, opt Options) (*Coverage, error) {
	w := newWorld(seed, opt)
	w.boot()
	w.play()
	w.cov.Schedules, w.cov.Steps = 1, w.steps
	w.cov.MinTasks, w.cov.MinFaults = w.tasks(), w.cov.count
	w.cov.Tasks = w.cov.MinTasks
	if w.violation != nil {
		return w.cov, w.violation
	}
	return w.cov, nil
}

func newWorld(seed uint64, opt Options) *world {
	w := &world{seed: seed, opt: opt, rng: rand.New(rand.NewPCG(seed, 0x5eed)), cov: NewCoverage(), special: map[task]special{}, known: map[uint64]bool{}}
	all := shapes()
	w.shape = all[w.rng.IntN(len(all))]
	w.disk = &disk{w: w, blocks: make([]*table, len(w.shape.blocks)), latency: w.upTo(8 * time.Millisecond), conflicts: map[task]scheduler.Conflict{}}
	w.ledger = ledger{w: w, decisions: map[task]decision{}, fails: map[task]int{}, auditors: map[task]int{}}
	for i, b := range w.shape.blocks {
		w.ledger.acked = append(w.ledger.acked, make([]uint64, b.Tasks()))
		for range w.rng.IntN(3) {
			t := task{i, uint64(w.rng.IntN(int(b.Tasks())))}
			switch w.rng.IntN(4) {
			case 0:
				w.special[t] = special{kind: numerical, times: 1 << 30}
			case 1, 2:
				w.special[t] = special{kind: stumbles, times: 1 + w.rng.IntN(3)}
			default:
				w.special[t] = special{kind: poison, times: 1 + w.rng.IntN(5)}
			}
		}
	}
	for _, p := range w.shape.sweeps {
		w.disk.addBlock(p.blocks[0])
		w.disk.putSweep(p.name, p.blocks[:1:1], scheduler.Active)
		if w.chance(3) {
			w.disk.sweep(p.name).audit = w.share()
		}
	}
	n := 2 + w.rng.IntN(4)
	makespan := 2*time.Second + w.upTo(30*time.Second)
	w.cost = makespan * time.Duration(n) / time.Duration(w.shape.tasks)
	w.costs, w.batch, w.trained = w.chance(3), 1+w.rng.IntN(20), w.chance(3)
	for range n {
		w.hire()
	}
	w.plot()
	return w
}

// share is how much of a sweep an operator wants audited.
func (w *world) share() float64 { return []float64{0.02, 0.1, 0.3, 1}[w.rng.IntN(4)] }

// chance is true once in n.
func (w *world) chance(n int) bool { return w.rng.IntN(n) == 0 }

// upTo is a random time below d.
func (w *world) upTo(d time.Duration) time.Duration {
	return time.Duration(w.rng.Int64N(int64(max(d, 1))))
}

// latency is how long the next message takes.
func (w *world) latency() time.Duration {
	d := 50*time.Microsecond + w.upTo(time.Millisecond)
	if w.net.until > w.now {
		d += w.upTo(w.net.slow)
	}
	return d
}

func dur(ns int64) time.Duration { return time.Duration(ns) }

func itoa(n uint64) string { return strconv.FormatUint(n, 10) }

func cmpString(a, b string) int { return cmp.Compare(a, b) }

func (w *world) ids(blocks []int) (ids []sweeps.BlockID) {
	for _, i := range blocks {
		ids = append(ids, w.shape.ids[i])
	}
	return ids
}

func (w *world) violated(format string, args ...any) {
	if w.violation == nil {
		w.violation = &Violation{w.seed, w.now, fmt.Sprintf(format, args...)}
	}
}

func (w *world) trace(format string, args ...any) {
	if w.opt.Trace != nil {
		fmt.Fprintf(w.opt.Trace, "%14v  %s\n", w.now.Round(time.Microsecond), fmt.Sprintf(format, args...))
	}
}

// conflict is a result with other bits than the first.
func (w *world) conflict(block int, ordinal uint64) {
	w.cov.edge("result: conflict, the first stays")
	if w.wrong {
		return
	}
	w.violated("task %d:%d has a conflict, and no worker computes wrongly", block, ordinal)
}

// outcome says what the next execution of a task will bring.
type outcome struct {
	takes time.Duration
	fails string
	kills bool
	value uint64
}

func (w *world) outcome(block int, ordinal uint64, x *worker) outcome {
	w.cov.Executions++
	out := outcome{takes: w.cost/2 + w.upTo(w.cost), value: value(block, ordinal)}
	if w.chance(100) {
		out.takes *= 10
	}
	if x.wrong && w.chance(3) {
		out.value ^= 2 << (x.number % 60) // liars do not conspire
	}
	if w.trained {
		out.takes += x.prepare(w.shape.keys[block][ordinal])
	}
	t := task{block, ordinal}
	sp, ok := w.special[t]
	if !ok || sp.times <= 0 {
		return out
	}
	sp.times--
	w.special[t] = sp
	switch sp.kind {
	case numerical:
		out.fails = scheduler.Numerical
	case stumbles:
		out.fails = scheduler.Error
	case poison:
		out.kills = !w.healed
	}
	return out
}

// tasks counts those with rows of their own.
func (w *world) tasks() (n int) {
	for _, none := range w.none {
		for _, x := range none {
			if !x {
				n++
			}
		}
	}
	return n
}

func (w *world) remove(x *worker) {
	x.dead = true
	w.workers = slices.DeleteFunc(w.workers, func(y *worker) bool { return x == y })
}
