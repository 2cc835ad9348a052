package client

import (
	"context"
	"sync"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	gardnerv1 "gardner/proto/gardner/v1"
	"gardner/proto/join"
)

// Lasting returns a client for a process that outlives the coordinator's: where the target is a join file, it is read
// again after a coordinator did not answer or was not believed, so that one restarted at another address is found. Its
// errors keep their codes and say what to do. end closes it.
func Lasting(target *join.Target) (control gardnerv1.ControlClient, end func()) {
	l := &lasting{target: target}
	return gardnerv1.NewControlClient(l), func() { l.drop(nil) }
}

// lasting is a connection that is made anew when it has failed.
type lasting struct {
	target *join.Target

	mu   sync.Mutex // guards conn
	conn *join.Conn
}

func (l *lasting) get() (*join.Conn, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.conn == nil {
		c, err := l.target.Dial()
		if err != nil {
			return nil, status.Error(codes.Unavailable, err.Error())
		}
		l.conn = c
	}
	return l.conn, nil
}

// drop closes a connection; nil: whichever there is.
func (l *lasting) drop(c *join.Conn) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.conn != nil && (c == nil || c == l.conn) {
		_ = l.conn.Close()
		l.conn = nil
	}
}

// judge explains a call's error, and drops the connection if it is of no more use.
func (l *lasting) judge(c *join.Conn, err error) error {
	code := status.Code(err)
	if code != codes.Unavailable && code != codes.Unauthenticated {
		return err
	}
	if l.target.Rereads() {
		l.drop(c)
	}
	return status.Error(code, c.Explain(err).Error())
}

// Invoke implements grpc.ClientConnInterface.
func (l *lasting) Invoke(ctx context.Context, method string, args, reply any, opts ...grpc.CallOption) error {
	c, err := l.get()
	if err != nil {
		return err
	}
	return l.judge(c, c.Invoke(ctx, method, args, reply, opts...))
}

// NewStream implements grpc.ClientConnInterface.
func (l *lasting) NewStream(ctx context.Context, desc *grpc.StreamDesc, method string, opts ...grpc.CallOption) (grpc.ClientStream, error) {
	c, err := l.get()
	if err != nil {
		return nil, err
	}
	s, err := c.NewStream(ctx, desc, method, opts...)
	if err != nil {
		return nil, l.judge(c, err)
	}
	return &judged{s, l, c}, nil
}

// judged is a stream whose errors are judged, too.
type judged struct {
	grpc.ClientStream
	l *lasting
	c *join.Conn
}

// RecvMsg implements grpc.ClientStream.
func (s *judged) RecvMsg(m any) error {
	err := s.ClientStream.RecvMsg(m)
	if _, ok := status.FromError(err); ok { // not io.EOF
		return s.l.judge(s.c, err)
	}
	return err
}
