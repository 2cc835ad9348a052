package httpapi

import (
	"context"
	"fmt"
	"html"
	"net"
	"net/http"
	"os"
	"slices"
	"strings"
	"time"
)

// guard lets a request through to next if it comes to the right house, from the right place, with a token.
type guard struct {
	keys     *Keys
	names    []string // host names of this machine
	secure   bool     // TLS
	now      func() time.Time
	patience time.Duration
	cross    *http.CrossOriginProtection
	next     http.Handler
}

func newGuard(cfg *Config, secure bool, next http.Handler) *guard {
	names := append([]string{"localhost"}, cfg.Names...)
	if host, err := os.Hostname(); err == nil {
		short, _, _ := strings.Cut(host, ".")
		names = append(names, host, short)
	}
	return &guard{keys: cfg.Keys, names: names, secure: secure, now: time.Now, patience: writePatience, cross: http.NewCrossOriginProtection(), next: next}
}

type roleKey struct{}

// RoleOf returns what a request that has passed the guard may do.
func RoleOf(ctx context.Context) Role {
	role, _ := ctx.Value(roleKey{}).(Role)
	return role
}

const (
	apiPrefix   = "/api/"
	healthPath  = "/healthz"
	metricsPath = "/metrics"
	tokenParam  = "token"
)

// forPeople reports whether a path is looked at with a browser.
func forPeople(path string) bool {
	return !strings.HasPrefix(path, apiPrefix) && path != metricsPath && path != healthPath
}

func (g *guard) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("X-Frame-Options", "DENY")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Content-Security-Policy", contentPolicy)
	if !g.knows(r.Host) {
		problem(w, http.StatusMisdirectedRequest, "this is not the host "+r.Host+": use 127.0.0.1, localhost or a name given to --advertise")
		return
	}
	if r.URL.Path == healthPath {
		g.next.ServeHTTP(w, r)
		return
	}
	role, bare := g.identify(r)
	if role == Nobody {
		g.refuse(w, r)
		return
	}
	if changes(r) {
		if err := g.cross.Check(r); err != nil {
			problem(w, http.StatusForbidden, "a change asked for by another site's page")
			return
		}
		if role < Operate {
			problem(w, http.StatusForbidden, "this token may look but not change anything: use the one in the page's own line of `gardner coordinator`")
			return
		}
	}
	if bare != nil && forPeople(r.URL.Path) && !changes(r) {
		// From now on the cookie is shown, and the token vanishes from the address bar, history and bookmarks.
		http.SetCookie(w, &http.Cookie{Name: g.keys.name, Value: g.keys.pass(role, g.now()), Path: "/", MaxAge: int(cookieLife.Seconds()),
			HttpOnly: true, Secure: g.secure, SameSite: http.SameSiteStrictMode})
		forward(w, r, *bare)
		return
	}
	g.next.ServeHTTP(&patient{w, g.patience}, r.WithContext(context.WithValue(r.Context(), roleKey{}, role)))
}

// forward leads on to another address. Browsers show a strict cookie only where the visit did not begin at another site,
// redirections included; a page that leads on by itself is a new beginning.
func forward(w http.ResponseWriter, r *http.Request, to string) {
	if r.Header.Get("Sec-Fetch-Site") != "cross-site" {
		http.Redirect(w, r, to, http.StatusSeeOther)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_, _ = fmt.Fprintf(w, "<!doctype html><title>gardner</title><meta http-equiv=\"refresh\" content=\"0;url=%[1]s\"><a href=\"%[1]s\">gardner</a>\n", html.EscapeString(to))
}

// contentPolicy lets a page use only what comes from here. Inline style is for SVG figures.
const contentPolicy = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self'; connect-src 'self'; " +
	"form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

func changes(r *http.Request) bool {
	return r.Method != http.MethodGet && r.Method != http.MethodHead && r.Method != http.MethodOptions
}

// identify finds the request's role. bare is its address without the token, if it had one there.
func (g *guard) identify(r *http.Request) (role Role, bare *string) {
	if header := r.Header.Get("Authorization"); header != "" {
		scheme, token, _ := strings.Cut(header, " ")
		if !strings.EqualFold(scheme, "Bearer") {
			return Nobody, nil
		}
		return g.keys.roleOf(strings.TrimSpace(token)), nil
	}
	if query := r.URL.Query(); query.Has(tokenParam) {
		role = g.keys.roleOf(query.Get(tokenParam))
		query.Del(tokenParam)
		u := *r.URL
		u.RawQuery = query.Encode()
		// Only the path: an address that begins with two slashes would lead elsewhere.
		to := "/" + strings.TrimLeft(u.EscapedPath(), "/\\")
		if u.RawQuery != "" {
			to += "?" + u.RawQuery
		}
		return role, &to
	}
	for _, c := range r.CookiesNamed(g.keys.name) {
		role = max(role, g.keys.passRole(c.Value, g.now()))
	}
	return role, nil
}

const refusal = "a token is needed: open the address that `gardner coordinator` printed; it is also in the .page file beside the database"

func (g *guard) refuse(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("WWW-Authenticate", `Bearer realm="gardner"`)
	if forPeople(r.URL.Path) {
		http.Error(w, refusal, http.StatusUnauthorized)
		return
	}
	problem(w, http.StatusUnauthorized, refusal)
}

// knows reports whether a Host header means this machine. Addresses do; names only if they are known to be ours: a
// foreign name that resolves to this machine is somebody's trick.
func (g *guard) knows(host string) bool {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	host = strings.ToLower(strings.TrimSuffix(strings.Trim(host, "[]"), "."))
	return net.ParseIP(host) != nil || strings.HasSuffix(host, ".localhost") ||
		slices.ContainsFunc(g.names, func(n string) bool { return strings.EqualFold(n, host) })
}

// writePatience is how long a client may take to receive one piece.
const writePatience = time.Minute

// patient renews the time limit at every piece, so that long answers may take long, but nobody holds one for ever.
type patient struct {
	http.ResponseWriter
	patience time.Duration
}

func (p *patient) Write(b []byte) (int, error) {
	p.renew()
	return p.ResponseWriter.Write(b)
}

// Flush sends what has been written.
func (p *patient) Flush() {
	p.renew()
	_ = http.NewResponseController(p.ResponseWriter).Flush()
}

func (p *patient) renew() {
	// A writer without deadlines (a test's) has none to renew.
	_ = http.NewResponseController(p.ResponseWriter).SetWriteDeadline(time.Now().Add(p.patience))
}

// Unwrap lets http.ResponseController through.
func (p *patient) Unwrap() http.ResponseWriter { return p.ResponseWriter }
