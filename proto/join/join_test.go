package join

import (
	"bytes"
	"context"
	"errors"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"google.golang.org/grpc"

	gardnerv1 "gardner/proto/gardner/v1"
)

func secrets(b byte) (seed, secret []byte) {
	return bytes.Repeat([]byte{b}, AuthoritySeedSize), bytes.Repeat([]byte{b + 1}, TokenSecretSize)
}

func authority(t *testing.T, b byte) *Authority {
	t.Helper()
	a, err := NewAuthority(secrets(b))
	if err != nil {
		t.Fatal(err)
	}
	return a
}

type control struct {
	gardnerv1.UnimplementedControlServer
}

func (control) Version(context.Context, *gardnerv1.VersionRequest) (*gardnerv1.VersionResponse, error) {
	return &gardnerv1.VersionResponse{Version: "test"}, nil
}

// serve runs a server with the options on l until the test ends.
func serve(t *testing.T, l net.Listener, opts ...grpc.ServerOption) {
	t.Helper()
	s := grpc.NewServer(opts...)
	gardnerv1.RegisterControlServer(s, control{})
	go func() { _ = s.Serve(l) }()
	t.Cleanup(s.Stop)
}

func loopback(t *testing.T) net.Listener {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// call asks for the version once.
func call(t *testing.T, text string, o Options) error {
	t.Helper()
	target, err := ParseTarget(text, o)
	if err != nil {
		return err
	}
	conn, err := target.Dial()
	if err != nil {
		return err
	}
	defer conn.Close()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	r, err := gardnerv1.NewControlClient(conn).Version(ctx, &gardnerv1.VersionRequest{})
	if err == nil && r.GetVersion() != "test" {
		t.Errorf("version %q", r.GetVersion())
	}
	return conn.Explain(err)
}

func TestTokenSurvivesRestart(t *testing.T) {
	t.Parallel()
	a, b := authority(t, 1), authority(t, 1)
	if a.Token() != b.Token() {
		t.Error("two authorities of one database have different tokens")
	}
	if a.Token() == authority(t, 3).Token() {
		t.Error("two databases have one token")
	}
}

func TestJoinTextRoundTrip(t *testing.T) {
	t.Parallel()
	j := Join{Token: authority(t, 1).Token(), Addrs: []string{"login:7070", "[::1]:7070"}}
	got, err := Parse(j.String() + "\n")
	if err != nil {
		t.Fatal(err)
	}
	if got.String() != j.String() {
		t.Errorf("%s became %s", j, got)
	}
	text := j.String()
	for _, bad := range []string{
		"", "@", "login:7070", "g2" + text[2:], text[1:], text[:20], text + ",", strings.Replace(text, "login:7070", "login", 1),
		strings.Replace(text, "@", "=@", 1), strings.ReplaceAll(text, ".", ":"),
	} {
		if _, err := Parse(bad); !errors.Is(err, ErrJoinText) {
			t.Errorf("Parse(%q) = %v, want ErrJoinText", bad, err)
		} else if strings.Contains(err.Error(), j.Token.Secret) {
			t.Errorf("the error tells the secret: %v", err)
		}
	}
}

func FuzzParse(f *testing.F) {
	a, err := NewAuthority(secrets(1))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(Join{Token: a.Token(), Addrs: []string{"login:7070"}}.String())
	f.Fuzz(func(t *testing.T, text string) {
		j, err := Parse(text)
		if err != nil {
			return
		}
		if again, err := Parse(j.String()); err != nil || again.String() != j.String() {
			t.Errorf("%q: %v, then %v (%v)", text, j, again, err)
		}
	})
}

func TestTLS(t *testing.T) {
	t.Parallel()
	a := authority(t, 1)
	l := loopback(t)
	serve(t, l, a.ServerOptions()...)
	addr := l.Addr().String()
	good := Join{Token: a.Token(), Addrs: []string{addr}}

	if err := call(t, good.String(), Options{}); err != nil {
		t.Errorf("good join text: %v", err)
	}
	wrongPin := good
	wrongPin.Token.Pin[3] ^= 1
	if err := call(t, wrongPin.String(), Options{}); !errors.Is(err, ErrAuthority) {
		t.Errorf("wrong pin: %v, want ErrAuthority", err)
	}
	wrongSecret := good
	wrongSecret.Token.Secret = authority(t, 9).Token().Secret
	if err := call(t, wrongSecret.String(), Options{}); !errors.Is(err, ErrToken) {
		t.Errorf("wrong secret: %v, want ErrToken", err)
	}
	if err := call(t, addr, Options{}); !errors.Is(err, ErrNoToken) {
		t.Errorf("no token: %v, want ErrNoToken", err)
	}
	if err := call(t, addr, Options{Insecure: true}); err == nil {
		t.Error("a TLS listener took clear text")
	}
	file := filepath.Join(t.TempDir(), "db.join")
	if err := WriteFile(file, good); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("join file mode %v, %v; want 0600", info.Mode(), err)
	}
	if err := call(t, "@"+file, Options{}); err != nil {
		t.Errorf("join file: %v", err)
	}
	if err := call(t, addr, Options{JoinFile: file}); err != nil {
		t.Errorf("address with the join file beside the database: %v", err)
	}
}

// A server that holds the token but another authority's key must not be believed, even if it sends the
// right authority's certificate along: only the key that signed counts.
func TestStolenAuthorityCertificate(t *testing.T) {
	t.Parallel()
	honest, thief := authority(t, 1), authority(t, 5)
	thief.server.Certificate = append(thief.server.Certificate, honest.server.Certificate[1])
	l := loopback(t)
	serve(t, l, thief.ServerOptions()...)
	j := Join{Token: honest.Token(), Addrs: []string{l.Addr().String()}}
	if err := call(t, j.String(), Options{}); !errors.Is(err, ErrAuthority) {
		t.Errorf("got %v, want ErrAuthority", err)
	}
}

func TestAddressesAreTriedInTurn(t *testing.T) {
	t.Parallel()
	a := authority(t, 1)
	dead := loopback(t)
	dead.Close()
	l := loopback(t)
	serve(t, l, a.ServerOptions()...)
	j := Join{Token: a.Token(), Addrs: []string{dead.Addr().String(), l.Addr().String()}}
	if err := call(t, j.String(), Options{}); err != nil {
		t.Error(err)
	}
}

func TestJoinFileIsReadAgain(t *testing.T) {
	t.Parallel()
	a := authority(t, 1)
	l := loopback(t)
	serve(t, l, a.ServerOptions()...)
	file := filepath.Join(t.TempDir(), "db.join")
	target, err := ParseTarget("@"+file, Options{})
	if err != nil {
		t.Fatalf("a join file that comes later: %v", err)
	}
	if _, err := target.Dial(); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("no file yet: %v", err)
	}
	if err := WriteFile(file, Join{Token: a.Token(), Addrs: []string{l.Addr().String()}}); err != nil {
		t.Fatal(err)
	}
	conn, err := target.Dial()
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if _, err := gardnerv1.NewControlClient(conn).Version(t.Context(), &gardnerv1.VersionRequest{}); err != nil {
		t.Error(err)
	}
}

func TestSocket(t *testing.T) {
	t.Parallel()
	path := Socket(filepath.Join(t.TempDir(), "gardner.db"))
	for range 2 { // the second replaces what a killed process left
		l, err := ListenSocket(path)
		if err != nil {
			t.Fatal(err)
		}
		serve(t, l)
	}
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("socket mode %v, %v; want 0600", info.Mode(), err)
	}
	if err := call(t, "unix:"+path, Options{}); err != nil {
		t.Error(err)
	}
	if err := call(t, path, Options{}); err != nil {
		t.Error(err)
	}
	long := Socket(filepath.Join("/", strings.Repeat("x", 200), "gardner.db"))
	if len(long) > maxSocketPath {
		t.Errorf("socket path %q is too long", long)
	}
}

func TestTargetNameHidesTheSecret(t *testing.T) {
	t.Parallel()
	a := authority(t, 1)
	j := Join{Token: a.Token(), Addrs: []string{"login:7070"}}
	target, err := ParseTarget(j.String(), Options{})
	if err != nil {
		t.Fatal(err)
	}
	if target.String() != "login:7070" {
		t.Errorf("target prints as %q", target)
	}
}
