package join

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"strings"
	"sync/atomic"
	"time"

	"crypto/tls"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/status"
)

// MaxMessage bounds one gRPC message in bytes, both ways.
const MaxMessage = 32 << 20

// dialTimeout bounds one attempt to reach one address.
const dialTimeout = 5 * time.Second

// Options say how an address without a token is to be treated.
type Options struct {
	// Insecure allows clear text without a token, for addresses only.
	Insecure bool
	// JoinFile is where the token of a plain address is looked for; usually JoinFile(database).
	JoinFile string
}

// Target is a coordinator as a client was told of it.
type Target struct {
	text  string
	opts  Options
	local func(context.Context) (net.Conn, error) // in-process, if not nil
}

// ParseTarget checks the text without reaching for anything but a join file.
func ParseTarget(text string, o Options) (*Target, error) {
	t := &Target{text: strings.TrimSpace(text), opts: o}
	if _, err := t.resolve(); err != nil {
		// A join file may be written a moment later: a coordinator and its workers start together.
		if t.Rereads() && errors.Is(err, os.ErrNotExist) {
			return t, nil
		}
		return nil, err
	}
	return t, nil
}

// InProcess is a target reached through dial, without TLS or token.
func InProcess(dial func(context.Context) (net.Conn, error)) *Target {
	return &Target{text: "in-process", local: dial}
}

// Rereads reports whether the target is a join file, so that a trust error may heal by itself.
func (t *Target) Rereads() bool { return strings.HasPrefix(t.text, "@") }

// String names the target without its secret.
func (t *Target) String() string {
	if _, addrs, ok := strings.Cut(t.text, "@"); ok && !t.Rereads() {
		return addrs
	}
	return t.text
}

// Secret is the token's secret, if the target has one.
func (t *Target) Secret() (secret string, ok bool) {
	e, err := t.resolve()
	if err != nil || e.token == nil {
		return "", false
	}
	return e.token.Secret, true
}

// endpoint is a resolved target.
type endpoint struct {
	network string
	addrs   []string
	token   *Token // nil: clear text
}

func (t *Target) resolve() (endpoint, error) {
	switch {
	case t.local != nil:
		return endpoint{network: "in-process"}, nil
	case t.Rereads():
		return readJoinFile(t.text[1:])
	case strings.HasPrefix(t.text, "unix:"):
		return endpoint{network: "unix", addrs: []string{strings.TrimPrefix(t.text, "unix:")}}, nil
	case strings.HasSuffix(t.text, ".sock"):
		return endpoint{network: "unix", addrs: []string{t.text}}, nil
	case strings.Contains(t.text, "@"):
		j, err := Parse(t.text)
		if err != nil {
			return endpoint{}, err
		}
		return endpoint{network: "tcp", addrs: j.Addrs, token: &j.Token}, nil
	}
	if err := checkAddr(t.text); err != nil {
		return endpoint{}, err
	}
	if t.opts.Insecure {
		return endpoint{network: "tcp", addrs: []string{t.text}}, nil
	}
	if t.opts.JoinFile == "" {
		return endpoint{}, fmt.Errorf("%w: use the join line it printed, or @FILE of its join file", ErrNoToken)
	}
	e, err := readJoinFile(t.opts.JoinFile)
	if err != nil {
		return endpoint{}, fmt.Errorf("%w: use the join line it printed, or @FILE of its join file (%w)", ErrNoToken, err)
	}
	e.addrs = []string{t.text}
	return e, nil
}

func readJoinFile(path string) (endpoint, error) {
	j, err := ReadFile(path)
	if err != nil {
		return endpoint{}, err
	}
	return endpoint{network: "tcp", addrs: j.Addrs, token: &j.Token}, nil
}

func checkAddr(addr string) error {
	host, port, err := net.SplitHostPort(addr)
	if err != nil || host == "" || port == "" {
		return fmt.Errorf("%w: %q is not HOST:PORT", ErrJoinText, addr)
	}
	return nil
}

// Conn is a connection to a coordinator; it connects at the first call.
type Conn struct {
	*grpc.ClientConn
	target string
	trust  atomic.Pointer[error] // why the server was not believed
}

// Dial resolves the target, reading its file again if it is one.
func (t *Target) Dial(extra ...grpc.DialOption) (*Conn, error) {
	e, err := t.resolve()
	if err != nil {
		return nil, err
	}
	c := &Conn{target: t.String()}
	opts := append([]grpc.DialOption{
		grpc.WithContextDialer(func(ctx context.Context, _ string) (net.Conn, error) { return t.connect(ctx, e) }),
		grpc.WithDefaultCallOptions(grpc.MaxCallRecvMsgSize(MaxMessage), grpc.MaxCallSendMsgSize(MaxMessage)),
		grpc.WithTransportCredentials(insecure.NewCredentials()),
	}, extra...)
	if e.token != nil {
		config := ClientTLS(e.token.Pin)
		check := config.VerifyConnection
		config.VerifyConnection = func(cs tls.ConnectionState) error {
			err := check(cs)
			if err != nil {
				c.trust.Store(&err)
			}
			return err
		}
		opts = append(opts, grpc.WithTransportCredentials(credentials.NewTLS(config)), grpc.WithPerRPCCredentials(bearer{e.token.Secret}))
	}
	c.ClientConn, err = grpc.NewClient("passthrough:///"+serverName, opts...)
	if err != nil {
		return nil, fmt.Errorf("connect to the coordinator at %s: %w", c.target, err)
	}
	return c, nil
}

// connect opens one transport connection, trying the addresses in turn.
func (t *Target) connect(ctx context.Context, e endpoint) (net.Conn, error) {
	if t.local != nil {
		return t.local(ctx)
	}
	d := net.Dialer{Timeout: dialTimeout}
	var errs []error
	for _, addr := range e.addrs {
		if e.network == "unix" {
			if err := checkSocket(addr); err != nil {
				return nil, err
			}
		}
		conn, err := d.DialContext(ctx, e.network, addr)
		if err == nil {
			return conn, nil
		}
		errs = append(errs, err)
	}
	return nil, errors.Join(errs...)
}

// Explain turns a call's error into one that says what to do; trust errors wrap ErrAuthority or ErrToken.
func (c *Conn) Explain(err error) error {
	if err == nil {
		return nil
	}
	if p := c.trust.Load(); p != nil {
		return fmt.Errorf("connect to %s: %w; ask its owner for the join line it prints now", c.target, *p)
	}
	s, ok := status.FromError(err)
	if !ok {
		return err
	}
	switch s.Code() {
	case codes.Unauthenticated:
		return fmt.Errorf("connect to %s: %w: %s", c.target, ErrToken, s.Message())
	case codes.Unavailable:
		return fmt.Errorf("no coordinator answers at %s: %w", c.target, err)
	}
	return err
}

// Connect opens a bare transport connection, for tests that stand between client and server.
func (t *Target) Connect(ctx context.Context) (net.Conn, error) {
	e, err := t.resolve()
	if err != nil {
		return nil, err
	}
	return t.connect(ctx, e)
}
