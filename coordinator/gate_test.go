package coordinator

import (
	"log/slog"
	"net"
	"runtime"
	"strings"
	"testing"
)

// Connections beyond the bound wait, it is said, and they are taken in when others end.
func TestGate(t *testing.T) {
	t.Parallel()
	var said strings.Builder
	g := newGate(24, slog.New(slog.NewTextHandler(&said, nil))) // room for two
	inner, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l := g.guard(inner)
	taken := make(chan net.Conn)
	ended := make(chan error, 1)
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				ended <- err
				return
			}
			taken <- c
		}
	}()
	dial := func() {
		c, err := net.Dial("tcp", inner.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { c.Close() })
	}
	dial()
	dial()
	first, second := <-taken, <-taken
	dial()
	for g.trouble() == "" { // until the third waits
		runtime.Gosched()
	}
	if text := g.trouble(); !strings.HasPrefix(text, "2 connections are open") || !strings.Contains(text, "ulimit -n") {
		t.Errorf("trouble: %s", text)
	}
	first.Close()
	first.Close() // once more frees nothing
	third := <-taken
	third.Close()
	second.Close()
	dial()
	(<-taken).Close()
	if text := g.trouble(); text != "" {
		t.Errorf("it is over, and still: %s", text)
	}
	l.Close()
	if err := <-ended; err == nil {
		t.Error("a closed listener goes on")
	}
	if n := len(g.slots); n != 0 {
		t.Errorf("%d slots are taken by nobody", n)
	}
	if s := said.String(); !strings.Contains(s, "connections wait") || !strings.Contains(s, "taken in again") {
		t.Errorf("it was said: %s", s)
	}
}
