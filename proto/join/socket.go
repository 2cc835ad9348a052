package join

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"syscall"
)

// maxSocketPath is the longest path a unix socket can have everywhere (104 bytes on the BSDs, less the
// terminating zero and what listening in a directory of its own adds).
const maxSocketPath = 90

// Socket is the place of the unix socket of a database: beside it, or in the temporary directory where
// the path would be too long for a socket.
func Socket(database string) string {
	path := database + ".sock"
	if len(path) <= maxSocketPath {
		return path
	}
	abs, err := filepath.Abs(database)
	if err != nil {
		abs = database
	}
	sum := sha256.Sum256([]byte(abs))
	return filepath.Join(os.TempDir(), "gardner-"+strconv.Itoa(os.Getuid())+"-"+hex.EncodeToString(sum[:8])+".sock")
}

// ListenSocket listens on a unix socket of mode 0600. The caller holds the database's lock, so a socket
// already there belongs to a dead process and is replaced.
func ListenSocket(path string) (net.Listener, error) {
	// Made inside a directory of mode 0700 and renamed: at no moment can another user connect.
	dir, err := os.MkdirTemp(filepath.Dir(path), ".g")
	if err != nil {
		return nil, fmt.Errorf("make the command socket: %w", err)
	}
	defer func() { _ = os.RemoveAll(dir) }()
	private := filepath.Join(dir, "s")
	l, err := net.ListenUnix("unix", &net.UnixAddr{Name: private, Net: "unix"})
	if err != nil {
		return nil, fmt.Errorf("make the command socket: %w", err)
	}
	l.SetUnlinkOnClose(false)
	err = os.Chmod(private, 0o600)
	if err == nil {
		err = os.Rename(private, path)
	}
	if err != nil {
		_ = l.Close()
		return nil, fmt.Errorf("make the command socket: %w", err)
	}
	return &socketListener{Listener: l, path: path}, nil
}

// socketListener removes the socket when it is closed.
type socketListener struct {
	net.Listener
	path string
}

// Close implements net.Listener.
func (l *socketListener) Close() error {
	_ = os.Remove(l.path)
	return l.Listener.Close()
}

// checkSocket refuses a socket that another user made in the coordinator's place.
func checkSocket(path string) error {
	info, err := os.Lstat(path)
	if err != nil {
		return fmt.Errorf("no coordinator's socket: %w", err)
	}
	if info.Mode()&os.ModeSocket == 0 {
		return fmt.Errorf("%s is not a socket", path)
	}
	if st, ok := info.Sys().(*syscall.Stat_t); ok && int(st.Uid) != os.Getuid() && os.Getuid() != 0 {
		return fmt.Errorf("socket %s belongs to another user", path)
	}
	return nil
}
