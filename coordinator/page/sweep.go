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

// figurePatience is how long a page waits for its figure; one that takes longer comes by the page's events.
const figurePatience = 3 * time.Second

func (p *page) sweep(w http.ResponseWriter, r *http.Request) {
	name, v := r.PathValue("sweep"), pick(r.URL.Query())
	s, err := p.control.Status(r.Context(), &gardnerv1.StatusRequest{Sweep: name})
	if err != nil {
		p.wireProblem(w, r, err)
		return
	}
	failures, err := p.failures(r.Context(), name)
	if err != nil {
		p.wireProblem(w, r, err)
		return
	}
	parts, err := p.sweepParts(s, failures)
	if err != nil {
		p.wireProblem(w, r, err)
		return
	}
	operate := httpapi.RoleOf(r.Context()) >= httpapi.Operate
	if !operate {
		parts[actsPart] = ""
	}
	p.addLook(r.Context(), parts, name, v)
	e, _ := p.registry.Lookup(s.Sweeps[0].Experiment) // an unknown one has no choices
	q := v.query()
	events := sweepPath(name) + "/events"
	if len(q) > 0 {
		events += "?" + q.Encode()
	}
	p.render(w, r, http.StatusOK, "sweep.html", frame{Title: name, Events: events, Parts: parts, Body: sweepPage{
		Sweep: s.Sweeps[0], Experiment: e, Picked: v, API: "/api/v1" + sweepPath(name), Query: q.Encode(), Operate: operate}})
}

// addLook puts in what a visitor has picked as it was drawn last, or says that it is being drawn.
func (p *page) addLook(ctx context.Context, parts map[string]template.HTML, name string, v picked) {
	ctx, cancel := context.WithTimeout(ctx, figurePatience)
	defer cancel()
	f, leave := p.feeds.follow(lookKey(name, v), p.look(name, v))
	defer leave()
	shown, err := f.first(ctx)
	switch {
	case err != nil:
		parts["figure"] = mistake(err)
	case shown == nil:
		parts["figure"] = `<p class="empty">The figure is being drawn; it comes by itself.</p>`
	default:
		for id, x := range shown {
			parts[id] = x.html
		}
	}
}

func (p *page) sweepEvents(w http.ResponseWriter, r *http.Request) {
	name, v := r.PathValue("sweep"), pick(r.URL.Query())
	progress, leave := p.feeds.follow("progress "+name, p.progress(name))
	defer leave()
	look, leaveLook := p.feeds.follow(lookKey(name, v), p.look(name, v))
	defer leaveLook()
	p.stream(w, r, progress, look)
}

// progress reads the parts that are the same for all who look at a sweep.
func (p *page) progress(name string) reader {
	var failures *gardnerv1.FailuresResponse
	var version uint64
	return func(ctx context.Context) (map[string]template.HTML, time.Duration, error) {
		s, err := p.statuses.recent(ctx, name)
		if err != nil {
			return nil, 0, err
		}
		if now := s.Sweeps[0].FailuresVersion; failures == nil || now != version {
			if failures, err = p.failures(ctx, name); err != nil {
				return nil, 0, err
			}
			version = now
		}
		parts, err := p.sweepParts(s, failures)
		return parts, 0, err
	}
}

// shownFailures is how many failures the page shows.
const shownFailures = 50

func (p *page) failures(ctx context.Context, name string) (*gardnerv1.FailuresResponse, error) {
	return p.control.Failures(ctx, &gardnerv1.FailuresRequest{Sweep: name, Limit: shownFailures})
}

// actsPart is the part for operators only.
const actsPart = "acts"

// sweepParts renders what changes on a sweep's page, but for what is picked.
func (p *page) sweepParts(s *gardnerv1.StatusResponse, failures *gardnerv1.FailuresResponse) (map[string]template.HTML, error) {
	data := struct {
		*gardnerv1.StatusResponse
		Sweep    *gardnerv1.SweepStatus
		Failures []*gardnerv1.FailedTask
		More     uint64
		Team     *team
	}{s, s.Sweeps[0], failures.Tasks, failures.Total - uint64(len(failures.Tasks)), p.team(s.Workers)}
	parts := map[string]template.HTML{}
	var err error
	for id, name := range map[string]string{"progress": "progress.html", actsPart: "acts.html", "failures": "failures.html", "workers": "workers.html", "notices": "notices.html"} {
		if parts[id], err = p.part(name, data); err != nil {
			return nil, err
		}
	}
	return parts, nil
}

func lookKey(name string, v picked) string { return "look " + name + "?" + v.query().Encode() }

// look draws figure and table as picked when results have come, as often as its share of the time allows.
func (p *page) look(name string, v picked) reader {
	drawn := ""
	return func(ctx context.Context) (map[string]template.HTML, time.Duration, error) {
		s, err := p.statuses.recent(ctx, name)
		if err != nil {
			return nil, 0, err
		}
		sweep := s.Sweeps[0]
		progress := fmt.Sprintf("%s %d %d", sweep.Revision, sweep.Done, sweep.Failed)
		if progress == drawn {
			return nil, 0, nil
		}
		parts := map[string]template.HTML{}
		took, err := p.easel.draw(ctx, drawn != "", func(ctx context.Context) (err error) {
			if parts["figure"], err = p.figure(ctx, sweep, v); err != nil {
				return err
			}
			parts["rows"], err = p.rows(ctx, sweep, v)
			return err
		})
		if err != nil {
			return nil, 0, err
		}
		drawn = progress
		return parts, min(restFactor*took, maxRest), nil
	}
}

// figure draws the sweep as picked; what is wrong with the picks is said in its place.
func (p *page) figure(ctx context.Context, s *gardnerv1.SweepStatus, v picked) (template.HTML, error) {
	if s.Done == 0 {
		return `<p class="empty">No results yet: the figure draws itself when they come.</p>`, nil
	}
	stream, err := p.control.Plot(ctx, &gardnerv1.PlotRequest{Sweep: s.Name, X: v.X, Y: v.Y, Series: v.Series, Facet: v.Facet, Heat: v.Heat,
		LogX: v.LogX, LogY: v.LogY, Where: v.Where, Format: "svg"})
	svg, err := collect(stream, err)
	if err != nil {
		return blamed(err)
	}
	return template.HTML(svg), nil //nolint:gosec // the figure package escapes every text
}

// blamed says in place what is wrong with the picks; other errors are for the page to get over.
func blamed(err error) (template.HTML, error) {
	switch status.Code(err) {
	case codes.Unavailable, codes.Canceled, codes.DeadlineExceeded:
		return "", err
	}
	return mistake(err), nil
}

func mistake(err error) template.HTML {
	return template.HTML(`<p class="mistake">` + template.HTMLEscapeString(message(err)) + `</p>`) //nolint:gosec // escaped
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
	p.problem(w, r, httpapi.StatusOf(err), message(err))
}
