package coordinator

import (
	"fmt"
	"log/slog"
	"net"
	"sync"
	"sync/atomic"
	"time"
)

// gate bounds the connections that are open at once, so that some file descriptors stay for the database, the command
// socket and the page. Connections beyond wait in the kernel's queue until one ends; what is connected goes on.
type gate struct {
	log   *slog.Logger
	slots chan struct{}
	since atomic.Int64 // when it was found full, in Unix nanoseconds; 0: it is not
}

// reservedFiles are descriptors that connections do not get, and a quarter of all.
const reservedFiles = 16

func newGate(files uint64, log *slog.Logger) *gate {
	return &gate{log: log, slots: make(chan struct{}, max(1, int(min(files, 1<<24))*3/4-reservedFiles))}
}

// trouble says that connections wait at the moment; empty: they do not.
func (g *gate) trouble() string {
	since := g.since.Load()
	if since == 0 {
		return ""
	}
	return fmt.Sprintf("%d connections are open, as many as this process may have; others wait since %s: raise its limit of open files (ulimit -n) and start it again",
		cap(g.slots), time.Unix(0, since).Format(time.TimeOnly))
}

// enter waits for room; false: closed came first.
func (g *gate) enter(closed <-chan struct{}) bool {
	select {
	case g.slots <- struct{}{}:
	default:
		g.since.CompareAndSwap(0, time.Now().UnixNano())
		g.log.Warn("connections wait", "reason", g.trouble())
		select {
		case g.slots <- struct{}{}:
		case <-closed:
			return false
		}
	}
	if since := g.since.Swap(0); since != 0 {
		g.log.Info("connections are taken in again", "after", time.Since(time.Unix(0, since)).Round(time.Millisecond))
	}
	return true
}

func (g *gate) leave() { <-g.slots }

// guard is a listener behind the gate.
func (g *gate) guard(l net.Listener) net.Listener {
	return &gated{Listener: l, gate: g, closed: make(chan struct{})}
}

type gated struct {
	net.Listener
	gate   *gate
	once   sync.Once
	closed chan struct{}
}

// Accept implements net.Listener.
func (l *gated) Accept() (net.Conn, error) {
	if !l.gate.enter(l.closed) {
		return nil, net.ErrClosed
	}
	c, err := l.Listener.Accept()
	if err != nil {
		l.gate.leave()
		return nil, err
	}
	return &gatedConn{Conn: c, gate: l.gate}, nil
}

// Close implements net.Listener.
func (l *gated) Close() error {
	l.once.Do(func() { close(l.closed) })
	return l.Listener.Close()
}

type gatedConn struct {
	net.Conn
	gate *gate
	once sync.Once
}

// Close implements net.Conn.
func (c *gatedConn) Close() error {
	c.once.Do(c.gate.leave)
	return c.Conn.Close()
}
