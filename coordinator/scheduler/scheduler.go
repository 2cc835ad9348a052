package scheduler

import (
	"maps"
	"slices"
	"time"

	"gardner/sweeps"
)

// Config holds the scheduler's few numbers; zero fields take the default.
type Config struct {
	// TTL is how long a worker may be silent before its leases are handed out again. Default 20 s.
	TTL time.Duration
	// Heartbeat is how often workers report. Default 5 s.
	Heartbeat time.Duration
	// LeaseSeconds is how many seconds of work a lease should hold. Default 1.5.
	LeaseSeconds float64
	// MaxLease is the most tasks of one lease. Default 65,536.
	MaxLease int
	// Attempts is how often a task may fail before it is quarantined. Default 2.
	Attempts int
	// Crashes is how often a task may take its worker down while it runs alone before it is quarantined. Default 3.
	Crashes int
	// Fingerprints are those of workers of earlier processes on the same database.
	Fingerprints []string
	// FirstLease is the first lease's number. Numbers should not come again after a restart.
	FirstLease LeaseID
}

func (c *Config) fill() {
	if c.TTL <= 0 {
		c.TTL = 20 * time.Second
	}
	if c.Heartbeat <= 0 {
		c.Heartbeat = 5 * time.Second
	}
	if c.LeaseSeconds <= 0 {
		c.LeaseSeconds = 1.5
	}
	if c.MaxLease <= 0 {
		c.MaxLease = 1 << 16
	}
	if c.Attempts <= 0 {
		c.Attempts = 2
	}
	if c.Crashes <= 0 {
		c.Crashes = 3
	}
}

// Scheduler is the state machine. Not safe for concurrent use: it has one owner.
type Scheduler struct {
	cfg     Config
	blocks  map[sweeps.BlockID]*block
	order   []*block // by age
	sweeps  map[string]*sweep
	ring    []*sweep           // active sweeps in the order they take turns
	line    []*sweep           // scratch of turns
	uses    uint64             // counts leases and artefacts handed out
	holders map[uint64]*worker // who was given a group's artefact last
	workers map[WorkerID]*worker
	// fingerprints of all workers that ever joined.
	fingerprints map[string]bool
	hungry       []*worker // connected workers that want leases, longest waiting first
	leases       map[LeaseID]*lease
	next         LeaseID
	// capacity is the slots of connected workers, as of the latest assignment.
	capacity int

	actions []Action
	spare   []Action      // the slice handed out last
	last    time.Duration // time of the latest event
	ticked  time.Duration // time of the latest Tick
	// epoch counts changes that may make work available; a worker for which nothing was found is not served again
	// before it moves on.
	epoch uint64
	more  bool // a search was cut short
	// review: time has passed since stragglers were last looked for.
	review bool
}

// New returns an empty scheduler.
func New(cfg Config, now time.Duration) *Scheduler {
	cfg.fill()
	fingerprints := map[string]bool{}
	for _, f := range cfg.Fingerprints {
		fingerprints[f] = true
	}
	return &Scheduler{
		fingerprints: fingerprints,
		holders:      map[uint64]*worker{},
		cfg:          cfg,
		blocks:       map[sweeps.BlockID]*block{},
		sweeps:       map[string]*sweep{},
		workers:      map[WorkerID]*worker{},
		leases:       map[LeaseID]*lease{},
		next:         max(cfg.FirstLease, 1),
		last:         now,
		ticked:       now,
		epoch:        1,
	}
}

// Tick lets time pass: silent workers lose their leases, rates are sampled. Call it a few times a heartbeat, after
// all events that have already arrived.
func (s *Scheduler) Tick(now time.Duration) {
	// This process did not run for a while (a suspended laptop, a stopped container): while nobody listens silence
	// proves nothing. (Another event may have come first since it runs again.) After a long pause everybody gets a
	// heartbeat to come back and be heard.
	if gap := now - s.ticked; gap > s.cfg.Heartbeat/2 {
		for _, w := range s.workers {
			w.heard = min(w.heard+gap, now)
			if gap > 2*s.cfg.Heartbeat {
				w.heard = max(w.heard, now-s.cfg.TTL+s.cfg.Heartbeat+s.cfg.Heartbeat/2)
			}
		}
	}
	s.last, s.ticked = max(s.last, now), max(s.ticked, now)
	s.review = true
	s.cutLosers(now)
	for _, w := range s.sortedWorkers() {
		if now-w.heard > s.cfg.TTL {
			s.lose(w)
		}
	}
	for _, b := range s.order {
		if b.quietUntil != 0 && now >= b.quietUntil {
			b.quietUntil = 0
			s.epoch++
		}
	}
	for _, name := range slices.Sorted(maps.Keys(s.sweeps)) { // one may wait for a vote that nobody can give any more, or somebody can give now
		sw := s.sweeps[name]
		if len(sw.blocks) > 0 && (sw.state == Active || sw.state == Done) && s.finished(sw) == sw.total() {
			s.settleState(sw)
		}
	}
	for _, sw := range s.sweeps {
		sw.sample(now, s)
	}
}

// Settle marks all present blocks as possibly leased by an earlier process on the same database: for that long none
// of their tasks is handed out, so that workers can reconnect and say what they hold.
func (s *Scheduler) Settle(now, wait time.Duration) {
	for _, b := range s.order {
		b.quietUntil = now + wait
	}
}

// Actions assigns what can be assigned and returns everything decided since the last call, in order. The slice is
// valid until the next call.
func (s *Scheduler) Actions(now time.Duration) []Action {
	s.assign(now)
	out := s.actions
	s.actions, s.spare = s.spare[:0], out
	return out
}

// Busy reports that a search for work was cut short, so that Actions should be called again soon.
func (s *Scheduler) Busy() bool { return s.more }

func (s *Scheduler) act(a Action) { s.actions = append(s.actions, a) }

func (s *Scheduler) at(now time.Duration) { s.last = max(s.last, now) }
