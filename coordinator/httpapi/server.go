package httpapi

import (
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"

	gardnerv1 "gardner/proto/gardner/v1"
)

// Config says what to serve. Control and Keys are needed.
type Config struct {
	Control gardnerv1.ControlClient
	Keys    *Keys
	// Page answers all paths but /api/, /metrics and /healthz; RoleOf tells it what a request may do. nil: nothing there.
	Page http.Handler
	// Names are host names of this listener besides addresses, localhost and the machine's name.
	Names []string
	// TLS is how to speak outside loopback; without it only Insecure is possible there.
	TLS *tls.Config
	// Insecure allows clear text outside loopback. A token is needed all the same.
	Insecure bool
	Logger   *slog.Logger // nil: none
}

// NewHandler returns the handler alone, guard included, for other servers and tests. secure says that it will be reached
// over TLS.
func NewHandler(cfg Config, secure bool) http.Handler {
	return newGuard(&cfg, secure, newMux(&cfg))
}

// Server is a listener being served.
type Server struct {
	cfg    Config
	secure bool
	addr   *net.TCPAddr
	server *http.Server
	done   chan struct{}
}

// Limits of what a client may send and how long it may take.
const (
	headerTimeout = 10 * time.Second
	bodyTimeout   = 30 * time.Second
	idleTimeout   = 2 * time.Minute
	maxHeader     = 64 << 10
	maxBody       = 1 << 20
)

// Listen serves on an address: clear text on loopback, TLS elsewhere unless Config.Insecure.
func Listen(addr string, cfg Config) (*Server, error) {
	if cfg.Control == nil || cfg.Keys == nil {
		return nil, errors.New("httpapi: Config needs Control and Keys")
	}
	cfg.Logger = cmp.Or(cfg.Logger, slog.New(slog.DiscardHandler))
	l, err := net.Listen("tcp", addr)
	if err != nil {
		return nil, fmt.Errorf("listen for HTTP: %w", err)
	}
	at := l.Addr().(*net.TCPAddr)
	s := &Server{cfg: cfg, addr: at, done: make(chan struct{}), secure: !at.IP.IsLoopback() && !cfg.Insecure}
	if s.secure && cfg.TLS == nil {
		_ = l.Close()
		return nil, fmt.Errorf("listen for HTTP on %s: clear text is for loopback (127.0.0.1) only", addr)
	}
	if !s.secure && !at.IP.IsLoopback() {
		cfg.Logger.Warn("clear text outside loopback: whoever listens on the way can read the token", "address", at.String())
	}
	s.server = &http.Server{
		Handler:           http.MaxBytesHandler(NewHandler(cfg, s.secure), maxBody),
		TLSConfig:         cfg.TLS,
		ReadHeaderTimeout: headerTimeout,
		ReadTimeout:       bodyTimeout,
		IdleTimeout:       idleTimeout,
		MaxHeaderBytes:    maxHeader,
		ErrorLog:          slog.NewLogLogger(cfg.Logger.Handler(), slog.LevelDebug),
	}
	go func() {
		defer close(s.done)
		serve := s.server.Serve
		if s.secure {
			serve = func(l net.Listener) error { return s.server.ServeTLS(l, "", "") }
		}
		if err := serve(l); !errors.Is(err, http.ErrServerClosed) {
			cfg.Logger.Error("the HTTP listener has failed", "address", at.String(), "error", err)
		}
	}()
	return s, nil
}

// Addr is the address listened on.
func (s *Server) Addr() *net.TCPAddr { return s.addr }

// Secure reports whether it speaks TLS.
func (s *Server) Secure() bool { return s.secure }

// Base is the address of the server, without a token: http://127.0.0.1:7070. Where it listens on all addresses, it is the
// first of Config.Names.
func (s *Server) Base() string {
	scheme := "http"
	if s.secure {
		scheme = "https"
	}
	host := s.addr.IP.String()
	if s.addr.IP.IsUnspecified() {
		host = "127.0.0.1"
		if len(s.cfg.Names) > 0 {
			host = s.cfg.Names[0]
		}
	}
	return scheme + "://" + net.JoinHostPort(host, fmt.Sprint(s.addr.Port))
}

// URL is the page's address with the token of a role.
func (s *Server) URL(role Role) string {
	return s.Base() + "/?" + tokenParam + "=" + s.cfg.Keys.Token(role)
}

// Close lets requests under way end within ctx, then cuts them off.
func (s *Server) Close(ctx context.Context) error {
	err := s.server.Shutdown(ctx)
	if err != nil {
		err = s.server.Close()
	}
	<-s.done
	if err != nil {
		return fmt.Errorf("stop serving HTTP: %w", err)
	}
	return nil
}
