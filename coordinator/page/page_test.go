package page_test

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"path/filepath"
	"strings"
	"testing"

	"gardner/coordinator"
	"gardner/coordinator/httpapi"
	gardnerv1 "gardner/proto/gardner/v1"
	"gardner/sweeps"
	"gardner/worker"
)

// house is a coordinator with its page, and workers that wait for the gate.
type house struct {
	t      testing.TB
	c      *coordinator.Coordinator
	server *httpapi.Server
	gate   chan struct{} // each task takes one token
}

// experiment is a line with a theory; x = 13 fails.
func experiment(gate <-chan struct{}) *sweeps.Experiment {
	return &sweeps.Experiment{Name: "line", Version: 1, Doc: "a line",
		Params: []sweeps.Param{
			{Name: "x", Doc: "where", Kind: sweeps.Number, Default: sweeps.Num(0)},
			{Name: "slope", Doc: "of the line", Kind: sweeps.Number, Default: sweeps.Num(1), Inner: true}},
		Metrics: []sweeps.Metric{{Name: "y", Doc: "height"}, {Name: "twice", Doc: "of the height"}},
		Theory:  []sweeps.Theory{{Metric: "y", Name: "theory", Eval: func(p sweeps.Point) float64 { return p.Num("x") * p.Num("slope") }}},
		Run: func(ctx context.Context, t *sweeps.Task) ([]sweeps.Row, error) {
			select {
			case <-gate:
			case <-ctx.Done():
				return nil, ctx.Err()
			}
			if t.Outer.Num("x") == 13 {
				return nil, errors.New("an <unlucky> number")
			}
			rows := make([]sweeps.Row, len(t.Inner))
			for i, p := range t.Inner {
				y := p.Num("x")*p.Num("slope") + float64(t.Replicate)/10
				rows[i] = sweeps.Row{Cells: []sweeps.Cell{sweeps.Val(y), sweeps.Val(2 * y)}}
			}
			return rows, nil
		}}
}

func newHouse(t testing.TB) *house {
	t.Helper()
	h := &house{t: t, gate: make(chan struct{}, 1000)}
	registry := sweeps.NewRegistry(experiment(h.gate))
	var err error
	h.c, err = coordinator.New(coordinator.Config{DB: filepath.Join(t.TempDir(), "a.db"), Registry: registry, Fingerprint: "f", Settle: -1})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = h.c.Close(context.Background()) })
	if h.server, err = h.c.ListenHTTP(coordinator.HTTP{Addr: "127.0.0.1:0"}); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() {
		ended <- worker.Run(ctx, worker.Config{Target: h.c.Target(), Registry: registry, Slots: 1, Fingerprint: "f", Grace: 1})
	}()
	t.Cleanup(func() {
		cancel()
		<-ended
	})
	return h
}

func (h *house) submit(name, xs string) {
	h.t.Helper()
	yaml := "name: " + name + "\nexperiment: line\nreplicates: 2\ngrid: {x: [" + xs + "], slope: [1, 3]}\n"
	if _, err := h.c.Control().Submit(h.t.Context(), &gardnerv1.SubmitRequest{Yaml: []byte(yaml), File: name}); err != nil {
		h.t.Fatal(err)
	}
}

// let lets so many tasks end.
func (h *house) let(n int) {
	for range n {
		h.gate <- struct{}{}
	}
}

// visitor is a browser that has opened the address of a role.
func (h *house) visitor(role httpapi.Role) *http.Client {
	h.t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		h.t.Fatal(err)
	}
	c := &http.Client{Jar: jar}
	if code, _ := h.get(c, strings.TrimPrefix(h.server.URL(role), h.server.Base())); code != http.StatusOK {
		h.t.Fatalf("the first visit: %d", code)
	}
	return c
}

func (h *house) get(c *http.Client, path string) (int, string) {
	h.t.Helper()
	r, err := c.Get(h.server.Base() + path)
	if err != nil {
		h.t.Fatal(err)
	}
	defer r.Body.Close()
	body, err := io.ReadAll(r.Body)
	if err != nil {
		h.t.Fatal(err)
	}
	return r.StatusCode, string(body)
}

// follow reads events of a path until seen is satisfied with the parts as they are.
func (h *house) follow(c *http.Client, path string, seen func(parts map[string]string) bool) {
	h.t.Helper()
	r, err := c.Get(h.server.Base() + path)
	if err != nil {
		h.t.Fatal(err)
	}
	defer r.Body.Close()
	parts := map[string]string{}
	lines := bufio.NewScanner(r.Body)
	lines.Buffer(nil, 1<<22)
	for lines.Scan() {
		data, ok := strings.CutPrefix(lines.Text(), "data: ")
		if !ok {
			continue
		}
		var part struct{ ID, HTML string }
		if err := json.Unmarshal([]byte(data), &part); err != nil {
			h.t.Fatal(err)
		}
		if parts[part.ID] = part.HTML; seen(parts) {
			return
		}
	}
	h.t.Fatalf("the events of %s ended: %v, parts %v", path, lines.Err(), parts)
}

// The page shows what is there, and events bring what comes, figure and failures included.
func TestPageFollowsASweep(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	c := h.visitor(httpapi.Operate)
	if _, body := h.get(c, "/"); !strings.Contains(body, "No sweep yet") {
		t.Errorf("an empty database:\n%s", body)
	}
	h.submit("one", "1, 2, 13")
	code, body := h.get(c, "/sweeps/one")
	if code != http.StatusOK || !strings.Contains(body, "No results yet") || !strings.Contains(body, `data-events="/sweeps/one/events"`) || !strings.Contains(body, `id="pause"`) {
		t.Errorf("before results: %d\n%s", code, body)
	}
	h.let(1)
	h.follow(c, "/sweeps/one/events", func(parts map[string]string) bool {
		return strings.Contains(parts["figure"], "<svg") && strings.Contains(parts["figure"], "<title>") && strings.Contains(parts["rows"], "<td>")
	})
	h.let(100)
	h.follow(c, "/sweeps/one/events", func(parts map[string]string) bool {
		return strings.Contains(parts["progress"], "done</span>") && strings.Contains(parts["failures"], "an &lt;unlucky&gt; number") &&
			strings.Contains(parts["failures"], "gardner task one ") && strings.Contains(parts["workers"], "now")
	})
	h.follow(c, "/events", func(parts map[string]string) bool { return strings.Contains(parts["sweeps"], "/sweeps/one") })
}

// What a visitor picks changes figure and numbers, and mistakes are said in place.
func TestPicks(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.let(100)
	h.submit("one", "1, 2")
	c := h.visitor(httpapi.Read)
	h.follow(c, "/sweeps/one/events", func(parts map[string]string) bool {
		return strings.Contains(parts["progress"], "done</span>") && strings.Contains(parts["rows"], "1.05") // figure and rows may be a second older
	})
	for query, want := range map[string]string{
		"":                        "1.05",
		"where=slope+%3D%3D+3":    "3.05",
		"y=twice":                 "2.1",
		"x=slope":                 "<svg",
		"where=slop+%3D%3D+3":     "did you mean &#34;slope&#34;?",
		"x=nothing":               "unknown parameter &#34;nothing&#34;",
		"where=%3Cscript%3E1%3C3": "&lt;script&gt;1&lt;3",
		"log-y=1&series=slope":    "<svg",
	} {
		code, body := h.get(c, "/sweeps/one?"+query)
		for strings.Contains(body, "is being drawn") { // a slow machine
			code, body = h.get(c, "/sweeps/one?"+query)
		}
		if code != http.StatusOK || !strings.Contains(body, want) || strings.Contains(body, "<script>1") {
			t.Errorf("%q: %d, want %q\n%s", query, code, want, body)
		}
	}
	if code, body := h.get(c, "/sweeps/two"); code != http.StatusNotFound || !strings.Contains(body, "two") {
		t.Errorf("an unknown sweep: %d\n%s", code, body)
	}
	if code, _ := h.get(c, "/elsewhere"); code != http.StatusNotFound {
		t.Errorf("an unknown path: %d", code)
	}
	for _, file := range []string{"page.css", "page.js"} {
		if code, body := h.get(c, "/static/"+file); code != http.StatusOK || len(body) < 500 {
			t.Errorf("%s: %d", file, code)
		}
	}
}

// Operators change sweeps; readers see no buttons and cannot.
func TestActions(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.submit("one", "1, 2")
	operator, reader := h.visitor(httpapi.Operate), h.visitor(httpapi.Read)
	post := func(c *http.Client, action string, form url.Values) (int, string) {
		t.Helper()
		r, err := c.PostForm(h.server.Base()+"/sweeps/one/"+action, form)
		if err != nil {
			t.Fatal(err)
		}
		defer r.Body.Close()
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Fatal(err)
		}
		return r.StatusCode, string(body)
	}
	if _, body := h.get(reader, "/sweeps/one"); strings.Contains(body, "<button id=\"pause\"") || strings.Contains(body, "id=\"extend\"") {
		t.Error("a reader is offered buttons")
	}
	if code, _ := post(reader, "pause", nil); code != http.StatusForbidden {
		t.Errorf("a reader's pause: %d", code)
	}
	for _, c := range []struct{ action, want string }{{"pause", "paused</span>"}, {"resume", "active</span>"}, {"cancel", "cancelled</span>"}, {"resume", "active</span>"}} {
		if code, body := post(operator, c.action, nil); code != http.StatusOK || !strings.Contains(body, c.want) {
			t.Errorf("%s: %d\n%s", c.action, code, body)
		}
	}
	if code, body := post(operator, "extend", url.Values{"add": {"replicates=5"}}); code != http.StatusOK || !strings.Contains(body, "of 10 tasks") {
		t.Errorf("extend: %d\n%s", code, body)
	}
	if code, body := post(operator, "extend", url.Values{"add": {"z=5"}}); code != http.StatusBadRequest || !strings.Contains(body, "unknown parameter") {
		t.Errorf("a mistake: %d\n%s", code, body)
	}
	if code, _ := post(operator, "explode", nil); code != http.StatusNotFound {
		t.Errorf("an unknown action: %d", code)
	}
}
