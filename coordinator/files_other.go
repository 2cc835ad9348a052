//go:build !unix

package coordinator

// openFiles is how many files this process may have open.
func openFiles() uint64 { return 1 << 14 }
