package worker

import (
	"io"
	"log/slog"
	"runtime"
	"time"

	"gardner/proto/join"
	"gardner/sweeps"
)

// Protocol is the version of the wire protocol this worker speaks.
const Protocol = 1

// Config says how to work. Target and Registry are needed.
type Config struct {
	Target   *join.Target
	Registry *sweeps.Registry

	// Slots is the number of tasks run at the same time; 0 means one per core.
	// Each task may use cores/Slots threads.
	Slots int
	// Version is the program's, for people.
	Version string
	// Fingerprint tells which workers compute equal bits.
	Fingerprint string
	// TaskTimeout ends a task's context after so long; the task has failed then. One
	// that does not return within HardTimeout of its start (0: a quarter of
	// TaskTimeout later, at least 10 seconds) makes Run return ErrRestart. 0: no limit.
	TaskTimeout, HardTimeout time.Duration
	// MemoryLimit in bytes of this process: beyond it the task that runs longest has
	// failed and Run returns ErrRestart. 0: no limit.
	MemoryLimit int64
	// Memory returns the bytes in use; nil: what the system says.
	Memory func() int64
	// ExitWhenIdle ends Run without an error when the coordinator has had nothing to
	// do for this worker for so long; 0 means never. Time without a connection does
	// not count.
	ExitWhenIdle time.Duration
	// Grace is how long running tasks may go on after ctx has ended; 0 means 20
	// seconds. Keep it below the supervisor's own grace period.
	Grace time.Duration
	// Logger may be nil.
	Logger *slog.Logger
	// TaskLog gets one line, "block ordinal", at the start of each execution. It
	// may be nil.
	TaskLog io.Writer
	// Artefacts keeps what tasks share, for all slots; nil: every task computes
	// what it needs.
	Artefacts sweeps.ArtefactCache
	// Commands runs the programs of sweeps whose experiment is a command; nil: such tasks
	// are not run here. Whoever may submit sweeps then runs programs as this user.
	Commands sweeps.Commands
	// OnlyCommand limits Commands to one experiment; nil: all.
	OnlyCommand *sweeps.Experiment
	// BatchTasks is the most results of one message; 0 means 1,000.
	BatchTasks int
	// MaxBackoff bounds the pause between two attempts to connect (which varies by
	// half of it); 0 means 3 seconds. A coordinator that restarts waits one
	// heartbeat, 5 seconds, for its workers before it hands their leases out again.
	MaxBackoff time.Duration
}

func (c Config) resolved() Config {
	if c.Slots < 1 {
		c.Slots = runtime.NumCPU()
	}
	if c.Grace == 0 {
		c.Grace = 20 * time.Second
	}
	if c.Memory == nil {
		c.Memory = residentMemory
	}
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	if c.MaxBackoff == 0 {
		c.MaxBackoff = 3 * time.Second
	}
	if c.BatchTasks <= 0 {
		c.BatchTasks = batchTasks
	}
	return c
}

// commands returns what runs an experiment's program, nil where that is not allowed.
func (c *Config) commands(e *sweeps.Experiment) sweeps.Commands {
	if e.Command() == nil || c.OnlyCommand != nil && c.OnlyCommand.ID() != e.ID() {
		return nil
	}
	return c.Commands
}

// threads is what a task may use, so that slots x threads <= cores.
func (c *Config) threads() int { return max(1, runtime.NumCPU()/c.Slots) }
