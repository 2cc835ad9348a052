package coordinator

import (
	"errors"
	"fmt"
	"net"
	"os"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/keepalive"

	"gardner/proto/join"
)

func serverOptions() []grpc.ServerOption {
	return []grpc.ServerOption{
		grpc.MaxRecvMsgSize(join.MaxMessage),
		grpc.MaxSendMsgSize(join.MaxMessage),
		grpc.ConnectionTimeout(20 * time.Second),
		grpc.KeepaliveParams(keepalive.ServerParameters{Time: 20 * time.Second, Timeout: 20 * time.Second}),
		grpc.KeepaliveEnforcementPolicy(keepalive.EnforcementPolicy{MinTime: 5 * time.Second, PermitWithoutStream: true}),
	}
}

// Listen serves workers and commands elsewhere: TLS and a token. It writes the join file beside the database and returns
// what it holds. advertise lists the addresses others should use, HOST or HOST:PORT; none: the one listened on, or this
// machine's name and addresses where that is all of them.
func (c *Coordinator) Listen(addr string, advertise ...string) (join.Join, error) {
	authority, err := c.authority()
	if err != nil {
		return join.Join{}, err
	}
	l, err := c.listen(addr, authority.ServerOptions())
	if err != nil {
		return join.Join{}, err
	}
	j := join.Join{Token: authority.Token(), Addrs: addresses(l.Addr(), advertise)}
	c.mu.Lock()
	if c.join != nil {
		j.Addrs = append(c.join.Addrs, j.Addrs...)
	}
	c.join = &j
	c.mu.Unlock()
	if err := join.WriteFile(join.JoinFile(c.st.Path()), j); err != nil {
		return join.Join{}, err
	}
	return j, nil
}

// authority is what proves this database's coordinator to others, and checks their tokens.
func (c *Coordinator) authority() (*join.Authority, error) {
	seed, err := c.st.Secret("authority", join.AuthoritySeedSize)
	if err != nil {
		return nil, err
	}
	secret, err := c.st.Secret("token", join.TokenSecretSize)
	if err != nil {
		return nil, err
	}
	return join.NewAuthority(seed, secret)
}

// ListenInsecure serves clear text without a token to whoever can reach the address.
func (c *Coordinator) ListenInsecure(addr string) (net.Addr, error) {
	l, err := c.listen(addr, nil)
	if err != nil {
		return nil, err
	}
	c.log.Warn("clear text, no token: whoever reaches this address can read and write everything", "address", l.Addr().String())
	return l.Addr(), nil
}

func (c *Coordinator) listen(addr string, opts []grpc.ServerOption) (net.Listener, error) {
	l, err := net.Listen("tcp", addr)
	if err != nil {
		return nil, fmt.Errorf("listen for workers: %w", err)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closing {
		_ = l.Close()
		return nil, errors.New("listen for workers: the coordinator is closing")
	}
	s := grpc.NewServer(append(serverOptions(), opts...)...)
	c.register(s)
	c.remote = append(c.remote, s)
	c.serve(s, c.gate.guard(l))
	return l, nil
}

// addresses are what a client can dial to reach a listener.
func addresses(at net.Addr, advertise []string) (out []string) {
	host, port, err := net.SplitHostPort(at.String())
	if err != nil {
		return []string{at.String()}
	}
	if len(advertise) > 0 {
		for _, a := range advertise {
			if _, _, err := net.SplitHostPort(a); err != nil {
				a = net.JoinHostPort(a, port)
			}
			out = append(out, a)
		}
		return out
	}
	if ip := net.ParseIP(host); ip != nil && !ip.IsUnspecified() {
		return []string{at.String()}
	}
	if name, err := os.Hostname(); err == nil {
		out = append(out, net.JoinHostPort(name, port))
	}
	// The name may mean nothing elsewhere: the machine's addresses follow.
	all, err := net.InterfaceAddrs()
	if err != nil {
		return out
	}
	for _, a := range all {
		if n, ok := a.(*net.IPNet); ok && n.IP.IsGlobalUnicast() && !n.IP.IsLinkLocalUnicast() {
			out = append(out, net.JoinHostPort(n.IP.String(), port))
		}
	}
	return out
}
