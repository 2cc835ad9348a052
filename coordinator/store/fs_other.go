//go:build !linux

package store

import "errors"

var errQuota = errors.New("disk quota exceeded")

// FileSystemWarning knows the magic numbers of Linux only.
func FileSystemWarning(string) string { return "" }
