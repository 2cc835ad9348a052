package problem

import (
	"bytes"
	"fmt"
)

// Error is a mistake in a problem file.
type Error struct {
	File         string
	Line, Column int // from 1; a column counts bytes
	Msg          string
	Err          error // of the file that this one names, or nil
}

func (e *Error) Error() string {
	return fmt.Sprintf("%s:%d:%d: %s", e.File, e.Line, e.Column, e.Msg)
}

// Unwrap returns Err.
func (e *Error) Unwrap() error { return e.Err }

// at locates a byte offset of the file's text.
func at(file string, data []byte, offset int64, format string, args ...any) *Error {
	offset = max(0, min(offset, int64(len(data))))
	before := data[:offset]
	line := 1 + bytes.Count(before, []byte{'\n'})
	column := int(offset) - bytes.LastIndexByte(before, '\n')
	return &Error{File: file, Line: line, Column: column, Msg: fmt.Sprintf(format, args...)}
}
