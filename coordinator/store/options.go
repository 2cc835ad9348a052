package store

import (
	"log/slog"
	"time"
)

// Options of Open. The zero value is what a coordinator uses.
type Options struct {
	// ReadOnly opens without writing anything; several processes may do so at
	// once while nobody holds the file for writing.
	ReadOnly bool
	// MustExist refuses to create the file.
	MustExist bool
	// LockWait is how long to wait for another process to let go of the file;
	// 0 means DefaultLockWait.
	LockWait time.Duration
	// Logger receives warnings; nil discards them.
	Logger *slog.Logger
	// MaxBatch is the most results of one transaction; 0 means DefaultMaxBatch.
	MaxBatch int
	// MaxQueue is how many results may wait for the writer before Append blocks;
	// 0 means DefaultMaxQueue.
	MaxQueue int
	// RetryAfter is the pause before another attempt when a commit failed; it
	// doubles up to MaxRetryAfter. 0 means DefaultRetryAfter.
	RetryAfter time.Duration
	// Hooks are for tests.
	Hooks Hooks
}

// Defaults of Options.
const (
	DefaultLockWait   = time.Second
	DefaultMaxBatch   = 1 << 14
	DefaultMaxQueue   = 1 << 16
	DefaultRetryAfter = 50 * time.Millisecond
	MaxRetryAfter     = time.Second
)

// Hooks let a test fail or stop the writer at the commit boundary. They run on
// the writer's goroutine and must not call the store.
type Hooks struct {
	// BeforeCommit runs when a transaction is complete and about to be written.
	// An error rolls it back as a failing disk would; ErrCrash stops the store.
	BeforeCommit func() error
	// AfterCommit runs when the transaction is durable and nobody has been told.
	// ErrCrash stops the store there.
	AfterCommit func() error
}

func (o *Options) fill() {
	if o.LockWait == 0 {
		o.LockWait = DefaultLockWait
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	if o.MaxBatch <= 0 {
		o.MaxBatch = DefaultMaxBatch
	}
	if o.MaxQueue <= 0 {
		o.MaxQueue = DefaultMaxQueue
	}
	if o.RetryAfter <= 0 {
		o.RetryAfter = DefaultRetryAfter
	}
}
