package worker

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	gardnerv1 "gardner/proto/gardner/v1"
	"gardner/proto/join"
)

// welcomeTimeout bounds the wait for the answer to a Hello.
const welcomeTimeout = 15 * time.Second

// session is one stream to the coordinator. The loop sends through out and
// receives from in; err yields once, when the stream is broken.
type session struct {
	conn    *join.Conn
	cancel  context.CancelFunc
	welcome *gardnerv1.Welcome
	out     chan []*gardnerv1.WorkerMessage
	in      chan *gardnerv1.CoordinatorMessage
	err     chan error
}

// connect dials, says hello and waits for the welcome.
func connect(ctx context.Context, target *join.Target, hello *gardnerv1.Hello) (*session, error) {
	conn, err := target.Dial()
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithCancel(ctx)
	fail := func(err error) (*session, error) {
		cancel()
		return nil, errors.Join(conn.Explain(err), conn.Close())
	}
	stream, err := gardnerv1.NewWorkClient(conn).Session(ctx)
	if err != nil {
		return fail(err)
	}
	// Of an error to send, the cause is what Recv returns.
	_ = stream.Send(&gardnerv1.WorkerMessage{Message: &gardnerv1.WorkerMessage_Hello{Hello: hello}})
	late := time.AfterFunc(welcomeTimeout, cancel)
	first, err := stream.Recv()
	if !late.Stop() && err != nil {
		return fail(status.Errorf(codes.Unavailable, "no answer within %v", welcomeTimeout))
	}
	if err != nil {
		return fail(err)
	}
	if first.GetWelcome() == nil {
		return fail(status.Error(codes.FailedPrecondition, "the coordinator's first message is no welcome"))
	}
	s := &session{conn: conn, cancel: cancel, welcome: first.GetWelcome(),
		out: make(chan []*gardnerv1.WorkerMessage), in: make(chan *gardnerv1.CoordinatorMessage, 16), err: make(chan error, 1)}
	go s.send(ctx, stream)
	go s.receive(ctx, stream)
	return s, nil
}

// send passes messages on until out is closed (which ends the stream in good
// order) or the session ends.
func (s *session) send(ctx context.Context, stream gardnerv1.Work_SessionClient) {
	for {
		select {
		case <-ctx.Done():
			return
		case all, ok := <-s.out:
			if !ok {
				_ = stream.CloseSend()
				return
			}
			for _, m := range all {
				if stream.Send(m) != nil {
					return // receive tells why
				}
			}
		}
	}
}

func (s *session) receive(ctx context.Context, stream gardnerv1.Work_SessionClient) {
	for {
		m, err := stream.Recv()
		if err != nil {
			s.err <- s.conn.Explain(err)
			return
		}
		select {
		case s.in <- m:
		case <-ctx.Done():
			s.err <- ctx.Err()
			return
		}
	}
}

func (s *session) close() {
	s.cancel()
	_ = s.conn.Close()
}

// permanent reports whether trying again cannot help: the coordinator does not
// trust us, we do not trust it, or the two do not fit together.
func permanent(err error, rereads bool) bool {
	if errors.Is(err, join.ErrToken) || errors.Is(err, join.ErrAuthority) {
		return !rereads
	}
	switch status.Code(err) {
	case codes.FailedPrecondition, codes.Unimplemented, codes.InvalidArgument, codes.PermissionDenied:
		return true
	}
	return false
}

// ended describes a broken stream for the log.
func ended(err error) error {
	if errors.Is(err, io.EOF) {
		return fmt.Errorf("the coordinator ended the session")
	}
	return err
}
