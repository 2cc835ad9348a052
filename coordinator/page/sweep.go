package page

import (
	"context"
	"errors"
	"fmt"
	"html/template"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"gardner/coordinator/httpapi"
	gardnerv1 "gardner/proto/gardner/v1"
	"gardner/sweeps"
)

// picked is what a visitor wants to see of a sweep; empty fields follow from the sweep.
type picked struct {
	X, Facet, Heat, Where string
	Y, Series             []string
	LogX, LogY            bool
}

func pick(q url.Values) picked {
	list := func(name string) (out []string) {
		for _, v := range q[name] {
			for part := range strings.SplitSeq(v, ",") {
				if part = strings.TrimSpace(part); part != "" {
					out = append(out, part)
				}
			}
		}
		return out
	}
	return picked{X: q.Get("x"), Facet: q.Get("facet"), Heat: q.Get("heat"), Where: strings.TrimSpace(q.Get("where")), Y: list("y"),
		Series: list("series"), LogX: q.Has("log-x"), LogY: q.Has("log-y")}
}

// query is the picks as an address has them.
func (v picked) query() url.Values {
	q := url.Values{}
	for name, value := range map[string]string{"x": v.X, "facet": v.Facet, "heat": v.Heat, "where": v.Where,
		"y": strings.Join(v.Y, ","), "series": strings.Join(v.Series, ",")} {
		if value != "" {
			q.Set(name, value)
		}
	}
	for name, on := range map[string]bool{"log-x": v.LogX, "log-y": v.LogY} {
		if on {
			q.Set(name, "1")
		}
	}
	return q
}

// sweepPage is the body of a sweep's page.
type sweepPage struct {
	Sweep      *gardnerv1.SweepStatus
	Experiment *sweeps.Experiment // nil if this program does not know it
	Picked     picked
	API        string // address of the sweep's data, without format
	Query      string // the picks, for it
	Operate    bool
}

func (p *page) sweep(w http.ResponseWriter, r *http.Request) {
	name, v := r.PathValue("sweep"), pick(r.URL.Query())
	s, err := p.control.Status(r.Context(), &gardnerv1.StatusRequest{Sweep: name})
	if err != nil {
		p.wireProblem(w, r, err)
		return
	}
	operate := httpapi.RoleOf(r.Context()) >= httpapi.Operate
	parts, err := p.sweepParts(r.Context(), s, v, operate)
	if err != nil {
		p.wireProblem(w, r, err)
		return
	}
	e, _ := p.registry.Lookup(s.Sweeps[0].Experiment) // an unknown one has no choices
	q := v.query()
	events := sweepPath(name) + "/events"
	if len(q) > 0 {
		events += "?" + q.Encode()
	}
	p.render(w, r, http.StatusOK, "sweep.html", frame{Title: name, Events: events, Parts: parts, Body: sweepPage{
		Sweep: s.Sweeps[0], Experiment: e, Picked: v, API: "/api/v1" + sweepPath(name), Query: q.Encode(), Operate: operate}})
}

func (p *page) sweepEvents(w http.ResponseWriter, r *http.Request) {
	name, v := r.PathValue("sweep"), pick(r.URL.Query())
	operate := httpapi.RoleOf(r.Context()) >= httpapi.Operate
	p.stream(w, r, func(ctx context.Context) (map[string]template.HTML, error) {
		s, err := p.control.Status(ctx, &gardnerv1.StatusRequest{Sweep: name})
		if err != nil {
			return nil, err
		}
		return p.sweepParts(ctx, s, v, operate)
	})
}

// sweepParts renders what changes on a sweep's page.
func (p *page) sweepParts(ctx context.Context, s *gardnerv1.StatusResponse, v picked, operate bool) (map[string]template.HTML, error) {
	sweep := s.Sweeps[0]
	failures, err := p.control.Failures(ctx, &gardnerv1.FailuresRequest{Sweep: sweep.Name})
	if err != nil {
		return nil, err
	}
	const shown = 50
	data := struct {
		*gardnerv1.StatusResponse
		Sweep    *gardnerv1.SweepStatus
		Failures []*gardnerv1.FailedTask
		More     int
		Operate  bool
		Speeds   map[string]float64
	}{s, sweep, failures.Tasks[:min(shown, len(failures.Tasks))], max(0, len(failures.Tasks)-shown), operate, p.speeds.look(time.Now(), s.Workers)}
	parts := map[string]template.HTML{}
	for id, name := range map[string]string{"progress": "progress.html", "acts": "acts.html", "failures": "failures.html", "workers": "workers.html", "notices": "notices.html"} {
		if parts[id], err = p.part(name, data); err != nil {
			return nil, err
		}
	}
	progress := fmt.Sprintf("%s %d %d", sweep.Revision, sweep.Done, sweep.Failed)
	key := sweep.Name + "?" + v.query().Encode()
	if parts["figure"], err = p.drawn.at(ctx, "figure "+key, progress, func(ctx context.Context) (template.HTML, error) { return p.figure(ctx, sweep, v), nil }); err != nil {
		return nil, err
	}
	parts["rows"], err = p.drawn.at(ctx, "rows "+key, progress, func(ctx context.Context) (template.HTML, error) { return p.rows(ctx, sweep, v) })
	return parts, err
}

// figure draws the sweep as picked; what is wrong with the picks is said in its place.
func (p *page) figure(ctx context.Context, s *gardnerv1.SweepStatus, v picked) template.HTML {
	if s.Done == 0 {
		return `<p class="empty">No results yet: the figure draws itself when they come.</p>`
	}
	stream, err := p.control.Plot(ctx, &gardnerv1.PlotRequest{Sweep: s.Name, X: v.X, Y: v.Y, Series: v.Series, Facet: v.Facet, Heat: v.Heat,
		LogX: v.LogX, LogY: v.LogY, Where: v.Where, Format: "svg"})
	svg, err := collect(stream, err)
	if err != nil {
		return template.HTML(`<p class="mistake">` + template.HTMLEscapeString(message(err)) + `</p>`) //nolint:gosec // escaped
	}
	return template.HTML(svg) //nolint:gosec // the figure package escapes every text
}

// collect reads a stream's pieces.
func collect(stream grpc.ServerStreamingClient[gardnerv1.Chunk], err error) ([]byte, error) {
	if err != nil {
		return nil, err
	}
	var all []byte
	for {
		piece, err := stream.Recv()
		if errors.Is(err, io.EOF) {
			return all, nil
		}
		if err != nil {
			return nil, err
		}
		all = append(all, piece.Data...)
	}
}

func (p *page) wireProblem(w http.ResponseWriter, r *http.Request, err error) {
	code := http.StatusInternalServerError
	switch status.Code(err) {
	case codes.NotFound:
		code = http.StatusNotFound
	case codes.InvalidArgument:
		code = http.StatusBadRequest
	case codes.Unavailable:
		code = http.StatusServiceUnavailable
	}
	p.problem(w, r, code, message(err))
}
