package page_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"net/http/httptest"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"google.golang.org/grpc"

	"gardner/coordinator"
	"gardner/coordinator/httpapi"
	"gardner/coordinator/page"
	gardnerv1 "gardner/proto/gardner/v1"
	"gardner/sweeps"
	"gardner/worker"
)

// gallery is a registry with a sweep of every kind of figure.
func gallery() *sweeps.Registry {
	number := func(name string, inner bool) sweeps.Param {
		return sweeps.Param{Name: name, Doc: "a number", Kind: sweeps.Number, Default: sweeps.Num(0), Inner: inner}
	}
	edges := make([]float64, 31)
	for i := range edges {
		edges[i] = float64(i) / 10
	}
	e := func(name string, metrics []sweeps.Metric, hint sweeps.FigureHint, row func(p sweeps.Point, replicate int) sweeps.Row, theory ...sweeps.Theory) *sweeps.Experiment {
		return &sweeps.Experiment{Name: name, Version: 1, Doc: "a look at " + name, Params: []sweeps.Param{number("x", false), number("y", true)},
			Metrics: metrics, Figure: hint, Theory: theory,
			Run: func(_ context.Context, t *sweeps.Task) ([]sweeps.Row, error) {
				if t.Outer.Num("x") == 7 && name == "curves" {
					return nil, errors.New("the root is not bracketed: f(0) = 1.2, f(1) = 0.3")
				}
				rows := make([]sweeps.Row, len(t.Inner))
				for i, p := range t.Inner {
					rows[i] = row(p, t.Replicate)
				}
				return rows, nil
			}}
	}
	height := func(p sweeps.Point) float64 { return math.Sin(p.Num("x")/6) * (1 + p.Num("y")/4) }
	value := func(p sweeps.Point, replicate int) sweeps.Row {
		return sweeps.Row{Cells: []sweeps.Cell{sweeps.Val(height(p) + float64(replicate-1)/20)}}
	}
	return sweeps.NewRegistry(
		e("curves", []sweeps.Metric{{Name: "height", Doc: "of it"}}, sweeps.FigureHint{X: "x", Series: "y"}, value, sweeps.Theory{Metric: "height", Name: "theory", Eval: height}),
		e("heat", []sweeps.Metric{{Name: "height", Doc: "of it"}}, sweeps.FigureHint{X: "x", Heat: "y"}, value),
		e("bars", []sweeps.Metric{{Name: "spread", Doc: "of it", Kind: sweeps.MetricHistogram, Edges: edges}}, sweeps.FigureHint{}, func(p sweeps.Point, _ int) sweeps.Row {
			bins, n := make([]float64, 30), 0.
			for i := range bins {
				bins[i] = math.Round(100 * math.Exp(-math.Pow(float64(i)/10-1-p.Num("x")/3, 2)))
				n += bins[i]
			}
			return sweeps.Row{Cells: []sweeps.Cell{{Vec: bins, N: int64(n)}}}
		}))
}

// crowd adds workers to what a coordinator says: one is away, one has been silent. Each turn changes failures and workers.
type crowd struct {
	gardnerv1.ControlClient
	n    int
	turn atomic.Int64
}

func (c *crowd) Failures(ctx context.Context, r *gardnerv1.FailuresRequest, o ...grpc.CallOption) (*gardnerv1.FailuresResponse, error) {
	f, err := c.ControlClient.Failures(ctx, r, o...)
	for _, t := range f.GetTasks() {
		t.Attempts += uint32(c.turn.Load())
	}
	return f, err
}

func (c *crowd) Status(ctx context.Context, r *gardnerv1.StatusRequest, o ...grpc.CallOption) (*gardnerv1.StatusResponse, error) {
	s, err := c.ControlClient.Status(ctx, r, o...)
	if err != nil {
		return nil, err
	}
	for _, x := range s.Sweeps {
		x.FailuresVersion += uint64(c.turn.Load())
	}
	for i := range c.n {
		w := &gardnerv1.WorkerStatus{Id: fmt.Sprintf("w%03d", i), Host: fmt.Sprintf("node%03d", i), Pid: 4711, Slots: 16, Done: uint64(1000 + i + int(c.turn.Load())), Connected: true,
			SilentSeconds: 1, Fingerprint: "9c41d0aa", Running: []*gardnerv1.RunningTask{{Block: "5fe2aabbccdd", Ordinal: uint64(i), Fraction: 0.25, Seconds: 12}}}
		switch i {
		case 200:
			w.Connected, w.SilentSeconds, w.Running = false, 17, nil
		case 300:
			w.SilentSeconds = 200
		}
		s.Workers = append(s.Workers, w)
	}
	return s, nil
}

// contrasts finds texts that stand out too little from what is behind them (WCAG 2: 4.5 to 1), but for those on the colours
// of a heat map, which the figure package chooses.
const contrasts = `(() => {
	const parse = (c) => { const m = c.match(/[\d.]+/g).map(Number); return m.length < 4 ? [...m, 1] : m; };
	const light = ([r, g, b]) => { const f = (v) => (v /= 255) <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4; return 0.2126 * f(r) + 0.7152 * f(g) + 0.0722 * f(b); };
	const behind = (e) => {
		for (; e; e = e.parentElement) {
			if (e.localName === "svg") { const r = e.querySelector(":scope > rect"); if (r) return parse(getComputedStyle(r).fill); }
			const c = parse(getComputedStyle(e).backgroundColor);
			if (c[3] > 0) return c;
		}
		return [255, 255, 255, 1];
	};
	const faded = (e) => { let o = 1; for (; e; e = e.parentElement) o *= Number(getComputedStyle(e).opacity); return o; };
	const bad = [];
	for (const e of document.querySelectorAll("body *")) {
		if (e.closest(".heat") || e.closest(".skip") || ![...e.childNodes].some((n) => n.nodeType === 3 && n.data.trim()) || !e.getClientRects().length) continue;
		const svg = e.closest("svg"), style = getComputedStyle(e), back = behind(e), o = faded(e);
		if (svg && e.localName === "title" || e.localName === "option") continue;
		const ink = parse(svg ? style.fill : style.color).map((v, i) => i < 3 ? o * v + (1 - o) * back[i] : v);
		const [a, b] = [light(ink), light(back)].sort((x, y) => y - x);
		if ((a + 0.05) / (b + 0.05) < 4.5) bad.push(e.localName + "." + (e.className.baseVal ?? e.className) + " \"" + e.textContent.trim().slice(0, 30) + "\" " + ((a + 0.05) / (b + 0.05)).toFixed(2));
	}
	return bad;
})()`

// TestLooks opens every kind of page in light and dark: all texts can be read, values of large heat maps show under the
// pointer, and the keyboard's place survives the events.
func TestLooks(t *testing.T) {
	t.Parallel()
	registry := gallery()
	c, err := coordinator.New(coordinator.Config{DB: filepath.Join(t.TempDir(), "a.db"), Registry: registry, Fingerprint: "f", Settle: -1})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close(context.Background()) })
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() {
		ended <- worker.Run(ctx, worker.Config{Target: c.Target(), Registry: registry, Slots: 2, Fingerprint: "f", Grace: 1})
	}()
	t.Cleanup(func() { cancel(); <-ended })
	keys := httpapi.NewKeys([]byte("looks"))
	people := &crowd{ControlClient: c.Control(), n: 400}
	server := httptest.NewServer(httpapi.NewHandler(httpapi.Config{Control: people, Keys: keys, Page: page.New(people, registry)}, false))
	t.Cleanup(server.Close)
	for name, grid := range map[string]string{"curves": "\n  x: range(0, 20, 1)\n  y: [0, 2, 4]", "heat": "\n  x: range(0, 39, 1)\n  y: range(0, 29, 1)", "bars": "\n  x: [0, 1, 2]"} {
		yaml := fmt.Sprintf("name: %s\nexperiment: %s\nreplicates: 3\ngrid:%s\n", name, name, grid)
		if _, err := c.Control().Submit(t.Context(), &gardnerv1.SubmitRequest{Yaml: []byte(yaml), File: name}); err != nil {
			t.Fatal(err)
		}
	}
	tab := browser(t)
	must := func(what string, actions ...chromedp.Action[chromedp.Void]) {
		t.Helper()
		if err := chromedp.Do(tab, actions...); err != nil {
			t.Fatalf("%s: %v", what, err)
		}
	}
	until := func(what, expression string) {
		t.Helper()
		if _, err := chromedp.Run(tab, chromedp.Poll[bool](expression, chromedp.WithPollingTimeout(time.Minute))); err != nil {
			t.Fatalf("%s: %v", what, err)
		}
	}
	run := func(expression string) string {
		t.Helper()
		out, err := chromedp.Run(tab, chromedp.Evaluate[string](expression))
		if err != nil {
			t.Fatalf("%s: %v", expression, err)
		}
		return out
	}
	must("enter", chromedp.Navigate(server.URL+"/?token="+keys.Token(httpapi.Operate)))
	for _, scheme := range []string{"light", "dark"} {
		if _, err := chromedp.Call(tab, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}}}); err != nil {
			t.Fatal(err)
		}
		for _, at := range []string{"", "sweeps/curves", "sweeps/heat", "sweeps/bars", "sweeps/none"} {
			must(at, chromedp.Navigate(server.URL+"/"+at))
			switch at {
			case "sweeps/curves", "sweeps/heat", "sweeps/bars":
				until("all done", `document.querySelector("#progress .state").textContent === "done"`)
				until("drawn", `document.querySelector("#figure svg text") !== null && document.querySelector("#figure svg :is(use, image, path)") !== null`)
			}
			bad, err := chromedp.Run(tab, chromedp.Evaluate[[]string](contrasts))
			if err != nil {
				t.Fatal(err)
			}
			if len(bad) > 0 {
				t.Errorf("%s %s: hard to read: %q", scheme, at, bad)
			}
			shot(t, tab, "look-"+filepath.Base("/"+at+"x")+"-"+scheme)
		}
	}
	must("heat", chromedp.Navigate(server.URL+"/sweeps/heat"))
	until("a picture", `document.querySelector("#figure image[data-z]") !== null`)
	if told := run(`(() => {
		const p = document.querySelector("#figure image[data-z]"), b = p.getBoundingClientRect();
		p.dispatchEvent(new PointerEvent("pointermove", {bubbles: true, clientX: b.left + 1, clientY: b.bottom - 1}));
		return document.getElementById("tip").hidden ? "hidden" : document.getElementById("tip").textContent;
	})()`); told != "0 at 0, 0" {
		t.Errorf("the first cell says %q", told)
	}
	must("curves", chromedp.Navigate(server.URL+"/sweeps/curves"))
	until("failures", `document.querySelector("#failures summary") !== null`)
	until("live", `document.getElementById("link").textContent === "live"`)
	for _, c := range []struct{ part, focus, want string }{
		{"failures", "#failures summary", `document.activeElement.localName === "summary" && document.activeElement.parentElement.open`},
		{"workers", "#crew", `document.activeElement.id === "crew" && document.activeElement.scrollTop === 40`},
	} {
		run(fmt.Sprintf(`(() => {
			window.old = document.querySelector(%q);
			if (old.localName === "summary") old.parentElement.open = true;
			old.focus();
			old.scrollTop = 40;
			return "focused";
		})()`, c.focus))
		people.turn.Add(1)
		until(c.part+" has changed", fmt.Sprintf(`document.querySelector(%q) !== window.old`, c.focus))
		if kept := run(fmt.Sprintf(`(%s) ? "kept" : "lost to " + document.activeElement.outerHTML.slice(0, 100)`, c.want)); kept != "kept" {
			t.Errorf("%s was replaced and the focus %s", c.part, kept)
		}
	}
}
