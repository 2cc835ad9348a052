package store

import (
	"errors"
	"fmt"
	"strings"
	"syscall"
	"time"
)

// Reasons why a file cannot be opened. Each comes wrapped in an error that names
// the file and what to do; the file is untouched.
var (
	ErrLocked    = errors.New("database is open in another process")
	ErrForeign   = errors.New("not a gardner database")
	ErrTruncated = errors.New("database is truncated")
	ErrCorrupt   = errors.New("database is corrupt")
	ErrSchema    = errors.New("database was written by a newer gardner")
	ErrNotExist  = errors.New("database does not exist")
	ErrReadOnly  = errors.New("database is read-only")
)

// Errors of the methods of an open store.
var (
	ErrClosed       = errors.New("store is closed")
	ErrUnknownBlock = errors.New("unknown block")
	ErrUnknownSweep = errors.New("unknown sweep")
	ErrOrdinal      = errors.New("ordinal outside the block")
	// ErrCrash, returned by a test's hook, stops the store as a killed process
	// would: nothing further is acknowledged or written.
	ErrCrash = errors.New("simulated crash")
)

// LockedError says that another process holds the file. errors.Is(err, ErrLocked).
type LockedError struct {
	Path   string
	Socket string // where the owner listens, if it is a gardner process
}

func (e *LockedError) Error() string {
	return fmt.Sprintf("open %s: %v; its owner listens on %s", e.Path, ErrLocked, e.Socket)
}

// Is makes errors.Is(err, ErrLocked) hold.
func (e *LockedError) Is(target error) bool { return target == ErrLocked }

// SchemaError says that the file needs a newer gardner. errors.Is(err, ErrSchema).
type SchemaError struct {
	Path             string
	Found, Supported uint32
}

func (e *SchemaError) Error() string {
	return fmt.Sprintf("open %s: %v (schema %d, this one reads up to %d); use a newer gardner or another file",
		e.Path, ErrSchema, e.Found, e.Supported)
}

// Is makes errors.Is(err, ErrSchema) hold.
func (e *SchemaError) Is(target error) bool { return target == ErrSchema }

// CorruptError carries what was found damaged. errors.Is(err, ErrCorrupt).
type CorruptError struct {
	Path   string
	Detail string
}

func (e *CorruptError) Error() string {
	return fmt.Sprintf("%s: %v: %s; restore a backup, or run gardner verify to see what can be read", e.Path, ErrCorrupt, e.Detail)
}

// Is makes errors.Is(err, ErrCorrupt) hold.
func (e *CorruptError) Is(target error) bool { return target == ErrCorrupt }

// DiskError is the state of a store whose last commit failed: results are not
// acknowledged until one succeeds.
type DiskError struct {
	Path     string
	Err      error
	Since    time.Time
	Attempts int
}

func (e *DiskError) Error() string {
	what := "writing fails"
	if e.NoSpace() {
		what = "the disk is full"
	}
	return fmt.Sprintf("%s: %s, results wait unacknowledged (%d attempts since %s): %v",
		e.Path, what, e.Attempts, e.Since.Format(time.TimeOnly), e.Err)
}

func (e *DiskError) Unwrap() error { return e.Err }

// NoSpace reports whether room on the disk (or in a quota) is what is missing.
func (e *DiskError) NoSpace() bool { return isNoSpace(e.Err) }

// isNoSpace also looks at the text because bbolt formats some causes with %s.
func isNoSpace(err error) bool {
	if err == nil {
		return false
	}
	return errors.Is(err, syscall.ENOSPC) || errors.Is(err, errQuota) || strings.Contains(err.Error(), "no space left")
}
