//go:build !linux

package store

import "errors"

var errQuota = errors.New("disk quota exceeded")

// fileSystemWarning knows the magic numbers of Linux only.
func fileSystemWarning(string) string { return "" }
