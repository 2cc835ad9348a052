package httpapi

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"sync"
	"testing"
	"time"

	"google.golang.org/grpc"

	gardnerv1 "gardner/proto/gardner/v1"
)

// endless is a coordinator whose answers do not end before their reader leaves.
type endless struct {
	control
	mu   sync.Mutex // guards open
	open int
}

func (c *endless) Query(ctx context.Context, _ *gardnerv1.QueryRequest, _ ...grpc.CallOption) (grpc.ServerStreamingClient[gardnerv1.Chunk], error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.open++
	context.AfterFunc(ctx, func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.open--
	})
	return &endlessPieces{ctx: ctx}, nil
}

type endlessPieces struct {
	grpc.ClientStream
	ctx context.Context
}

func (p *endlessPieces) Recv() (*gardnerv1.Chunk, error) {
	if p.ctx.Err() != nil {
		return nil, p.ctx.Err()
	}
	return &gardnerv1.Chunk{Data: make([]byte, 64<<10)}, nil
}

// pipes is a listener whose connections hold nothing back: what is not read is not written.
type pipes struct {
	come chan net.Conn
	end  chan struct{}
}

func (p *pipes) Accept() (net.Conn, error) {
	select {
	case c := <-p.come:
		return c, nil
	case <-p.end:
		return nil, net.ErrClosed
	}
}
func (p *pipes) Close() error   { close(p.end); return nil }
func (p *pipes) Addr() net.Addr { return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1)} }

// A client that asks and does not read is left: its query ends and others have its place, be it rows or events.
func TestClientsThatDoNotRead(t *testing.T) {
	t.Parallel()
	c := &endless{}
	g := newGuard(&Config{Keys: keys}, false, newMux(&Config{Control: c, Keys: keys, Page: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		for r.Context().Err() == nil { // as a stream of events does
			if _, err := w.Write(make([]byte, 64<<10)); err != nil {
				return
			}
			w.(http.Flusher).Flush()
		}
	})}))
	g.patience = 50 * time.Millisecond
	l := &pipes{come: make(chan net.Conn), end: make(chan struct{})}
	var under sync.WaitGroup
	server := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer under.Done()
		g.ServeHTTP(w, r)
	})}
	served := make(chan error, 1)
	go func() { served <- server.Serve(l) }()
	defer func() {
		_ = server.Close()
		if err := <-served; !errors.Is(err, http.ErrServerClosed) {
			t.Error(err)
		}
	}()
	// More than may be computed at once: the later ones get their turn only if the earlier ones are left.
	for i := range 3 * maxQueries {
		path := "/api/v1/sweeps/s/rows.csv"
		if i%3 == 0 {
			path = "/events"
		}
		mine, theirs := net.Pipe()
		under.Add(1)
		l.come <- theirs
		t.Cleanup(func() { _ = mine.Close() })
		if _, err := fmt.Fprintf(mine, "GET %s HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer %s\r\n\r\n", path, keys.Token(Read)); err != nil {
			t.Fatal(err)
		}
		if i == 0 { // one that reads a little first
			if _, err := io.ReadFull(mine, make([]byte, 100)); err != nil {
				t.Fatal(err)
			}
		}
	}
	under.Wait()
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.open != 0 {
		t.Errorf("%d queries go on for nobody", c.open)
	}
}
