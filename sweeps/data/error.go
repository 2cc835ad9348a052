package data

import (
	"errors"
	"fmt"
)

// What an *Error wraps where a caller may want to tell.
var (
	// ErrTooLarge: a file has more than Limits allows.
	ErrTooLarge = errors.New("too large")
	// ErrNotFinite: a value is NaN or infinite.
	ErrNotFinite = errors.New("not finite")
)

// Error is a mistake in a file, with its place.
type Error struct {
	File         string
	Line, Column int   // of a text file, from 1, a column counts bytes; 0 where the file as a whole is wrong
	Offset       int64 // byte of a binary file; -1 where it has none
	Msg          string
	Err          error // ErrTooLarge, ErrNotFinite, an error of the operating system, or nil
}

func (e *Error) Error() string {
	switch {
	case e.Line > 0:
		return fmt.Sprintf("%s:%d:%d: %s", e.File, e.Line, e.Column, e.Msg)
	case e.Offset >= 0:
		return fmt.Sprintf("%s: byte %d: %s", e.File, e.Offset, e.Msg)
	}
	return fmt.Sprintf("%s: %s", e.File, e.Msg)
}

// Unwrap returns Err.
func (e *Error) Unwrap() error { return e.Err }

// whole is a mistake of a file as a whole.
func whole(file, format string, args ...any) *Error {
	return &Error{File: file, Offset: -1, Msg: fmt.Sprintf(format, args...)}
}
