package store

import (
	"errors"
	"strings"
	"syscall"
)

// outOfAddresses reports whether a mapping failed because the process may not
// reserve so many addresses (ulimit -v, as batch systems set it).
func outOfAddresses(err error) bool {
	return errors.Is(err, syscall.ENOMEM) || (err != nil && strings.Contains(err.Error(), syscall.ENOMEM.Error()))
}

func isReadOnlyFS(err error) bool { return errors.Is(err, syscall.EROFS) }
