package httpapi

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	gardnerv1 "gardner/proto/gardner/v1"
	"gardner/sweeps"
)

// api answers what has passed the guard.
type api struct {
	control gardnerv1.ControlClient
	running chan struct{} // holds a token for each query being computed
	shelf   *shelf
}

// maxQueries bounds the queries that are computed at once; others wait.
const maxQueries = 8

func newMux(cfg *Config) *http.ServeMux {
	a := &api{control: cfg.Control, running: make(chan struct{}, maxQueries), shelf: newShelf()}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /api/v1/version", a.version)
	mux.HandleFunc("GET /api/v1/sweeps", a.sweeps)
	mux.HandleFunc("GET /api/v1/sweeps/{sweep}", a.sweep)
	mux.HandleFunc("GET /api/v1/sweeps/{sweep}/failures", a.failures)
	mux.HandleFunc("GET /api/v1/sweeps/{sweep}/{file}", a.file)
	mux.HandleFunc("POST /api/v1/sweeps/{sweep}/{action}", a.act)
	mux.HandleFunc("GET /api/v1/workers", a.workers)
	mux.HandleFunc("GET "+metricsPath, a.metrics)
	mux.HandleFunc("GET "+healthPath, a.health)
	mux.HandleFunc(apiPrefix, func(w http.ResponseWriter, r *http.Request) {
		problem(w, http.StatusNotFound, "there is no "+r.Method+" "+r.URL.Path+"; the sweeps are at /api/v1/sweeps")
	})
	page := cfg.Page
	if page == nil {
		page = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			http.Error(w, "there is no page here; the sweeps are at /api/v1/sweeps", http.StatusNotFound)
		})
	}
	mux.Handle("/", page)
	return mux
}

// params are a request's query parameters, of which only the known are taken.
type params struct {
	values url.Values
	known  []string
	err    error
}

func readParams(r *http.Request, known ...string) *params {
	p := &params{known: known}
	if p.values, p.err = url.ParseQuery(r.URL.RawQuery); p.err != nil {
		return p
	}
	for name := range p.values {
		if name == tokenParam || slices.Contains(known, name) {
			continue
		}
		msg := fmt.Sprintf("unknown parameter %q", name)
		if best, ok := sweeps.Nearest(name, known); ok {
			msg += fmt.Sprintf("; did you mean %q?", best)
		} else if len(known) > 0 {
			msg += "; there are " + strings.Join(known, ", ")
		}
		p.err = fmt.Errorf("%s", msg)
	}
	return p
}

// text is a parameter given at most once.
func (p *params) text(name string) string {
	if len(p.values[name]) > 1 && p.err == nil {
		p.err = fmt.Errorf("parameter %q is given %d times", name, len(p.values[name]))
	}
	return p.values.Get(name)
}

// list is a parameter whose values are separated by commas, or repeated.
func (p *params) list(name string) (out []string) {
	for _, v := range p.values[name] {
		for part := range strings.SplitSeq(v, ",") {
			if part = strings.TrimSpace(part); part != "" {
				out = append(out, part)
			}
		}
	}
	return out
}

// number is a whole number; absent: 0.
func (p *params) number(name string) uint32 {
	v := p.text(name)
	if v == "" {
		return 0
	}
	n, err := strconv.ParseUint(v, 10, 32)
	if err != nil && p.err == nil {
		p.err = fmt.Errorf("parameter %q is %q, want a whole number", name, v)
	}
	return uint32(n)
}

// truth is a switch: given without a value it is on.
func (p *params) truth(name string) bool {
	if !p.values.Has(name) {
		return false
	}
	switch v := p.text(name); strings.ToLower(v) {
	case "", "1", "true", "yes", "on":
		return true
	case "0", "false", "no", "off":
		return false
	default:
		if p.err == nil {
			p.err = fmt.Errorf("parameter %q is %q, want 1 or 0", name, v)
		}
		return false
	}
}
