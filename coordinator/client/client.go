// Package client speaks to a coordinator: in this process, through the socket beside its database, or over TLS.
//
//	c, err := client.Dial("@sweeps.db.join", join.Options{})
//	r, err := c.Submit(ctx, &gardnerv1.SubmitRequest{Yaml: file})
//	err = c.Follow(ctx, r.Sweep, time.Second, func(s *gardnerv1.StatusResponse) error { ... })
//	err = c.QueryTo(ctx, os.Stdout, &gardnerv1.QueryRequest{Sweep: r.Sweep, Format: "csv"})
package client

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	gardnerv1 "gardner/proto/gardner/v1"
	"gardner/proto/join"
	"gardner/proto/sets"
	"gardner/sweeps/data"
)

// Client is a connection to a coordinator. It has all calls of the Control service; their errors are gRPC's, which
// Explain turns into ones for people.
type Client struct {
	gardnerv1.ControlClient
	conn *join.Conn
	// Notes gets remarks on an answer that its format has no place for; nil: nobody does.
	Notes io.Writer
}

// Metadata of a query's answer: remarks for people, and the numerics fingerprints of its results if there is more than one.
const (
	NoteHeader     = "gardner-note"
	NumericsHeader = "gardner-numerics"
)

// Dial prepares to reach a coordinator by what a person was told: a join text, @FILE, HOST:PORT or unix:SOCKET. The
// connection is made at the first call.
func Dial(text string, o join.Options) (*Client, error) {
	target, err := join.ParseTarget(text, o)
	if err != nil {
		return nil, err
	}
	return New(target)
}

// New is Dial for a target that is known already, such as one in this process.
func New(target *join.Target) (*Client, error) {
	conn, err := target.Dial()
	if err != nil {
		return nil, err
	}
	return &Client{ControlClient: gardnerv1.NewControlClient(conn), conn: conn}, nil
}

// PutSet stores a data set with the coordinator, where the sweeps that need it are.
func (c *Client) PutSet(ctx context.Context, set *data.Set) error {
	_, err := sets.Put(ctx, c.conn, set.Encode())
	return err
}

// Set fetches a data set from the coordinator.
func (c *Client) Set(ctx context.Context, h data.Hash) (*data.Set, error) {
	encoded, err := sets.Get(ctx, c.conn, sets.Hash(h))
	if err != nil {
		return nil, c.Explain(err)
	}
	return data.Decode(encoded)
}

// Explain says what a call's error means and what to do.
func (c *Client) Explain(err error) error { return c.conn.Explain(err) }

// Close ends the connection.
func (c *Client) Close() error { return c.conn.Close() }

// EachFailure calls fn for every failed task of a sweep, page by page, and returns how many there were.
func (c *Client) EachFailure(ctx context.Context, sweep string, fn func(*gardnerv1.FailedTask) error) (n uint64, err error) {
	for {
		r, err := c.Failures(ctx, &gardnerv1.FailuresRequest{Sweep: sweep, Offset: n})
		if err != nil {
			return n, err
		}
		for _, t := range r.Tasks {
			if err := fn(t); err != nil {
				return n, err
			}
		}
		n += uint64(len(r.Tasks))
		if len(r.Tasks) == 0 || n >= r.Total {
			return n, nil
		}
	}
}

// Follow calls fn with a status now, at each interval and at each change, until the sweep has ended (nil), fn returns an
// error, or the stream breaks.
func (c *Client) Follow(ctx context.Context, sweep string, interval time.Duration, fn func(*gardnerv1.StatusResponse) error) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	stream, err := c.Watch(ctx, &gardnerv1.WatchRequest{Sweep: sweep, IntervalMilliseconds: uint64(max(interval, 0).Milliseconds())})
	if err != nil {
		return c.Explain(err)
	}
	for {
		s, err := stream.Recv()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return c.Explain(err)
		}
		if err := fn(s); err != nil {
			return err
		}
	}
}

// QueryTo writes a table to w.
func (c *Client) QueryTo(ctx context.Context, w io.Writer, r *gardnerv1.QueryRequest) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	stream, err := c.Query(ctx, r)
	if err != nil {
		return c.Explain(err)
	}
	if err := c.copy(w, stream.Recv); err != nil {
		return err
	}
	header, err := stream.Header()
	if err != nil || c.Notes == nil {
		return err
	}
	for _, note := range header.Get(NoteHeader) {
		fmt.Fprintln(c.Notes, "note: "+note)
	}
	return nil
}

// PlotTo writes a figure, or the numbers behind it, to w.
func (c *Client) PlotTo(ctx context.Context, w io.Writer, r *gardnerv1.PlotRequest) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	stream, err := c.Plot(ctx, r)
	if err != nil {
		return c.Explain(err)
	}
	return c.copy(w, stream.Recv)
}

// copy writes a stream's pieces until it ends.
func (c *Client) copy(w io.Writer, next func() (*gardnerv1.Chunk, error)) error {
	for {
		piece, err := next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return c.Explain(err)
		}
		if _, err := w.Write(piece.Data); err != nil {
			return fmt.Errorf("write the answer: %w", err)
		}
	}
}
