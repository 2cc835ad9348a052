package httpapi

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"

	gardnerv1 "gardner/proto/gardner/v1"
)

// control answers as a coordinator would, without one. Calls it does not know panic.
type control struct {
	gardnerv1.ControlClient
	pieces []string // of a query
	fail   error    // after them
	asked  *gardnerv1.QueryRequest
	drawn  *gardnerv1.PlotRequest
	paused []string
	done   uint64
}

func (c *control) Version(context.Context, *gardnerv1.VersionRequest, ...grpc.CallOption) (*gardnerv1.VersionResponse, error) {
	return &gardnerv1.VersionResponse{Version: "test"}, nil
}

func (c *control) Status(_ context.Context, r *gardnerv1.StatusRequest, _ ...grpc.CallOption) (*gardnerv1.StatusResponse, error) {
	if r.Sweep != "" && r.Sweep != "a b" {
		return nil, status.Errorf(codes.NotFound, "there is no sweep %q", r.Sweep)
	}
	return &gardnerv1.StatusResponse{
		Sweeps: []*gardnerv1.SweepStatus{{Name: "a b", State: gardnerv1.SweepState_SWEEP_STATE_ACTIVE, Tasks: 10, Done: 4 + c.done, EtaSeconds: -1, CreatedUnix: 86400}},
		Workers: []*gardnerv1.WorkerStatus{{Id: "w", Slots: 2, Connected: true,
			Running: []*gardnerv1.RunningTask{{Block: "b", Ordinal: 3, Fraction: .5}}}},
		Conflicts: 7,
	}, nil
}

func (c *control) Pause(_ context.Context, r *gardnerv1.PauseRequest, _ ...grpc.CallOption) (*gardnerv1.PauseResponse, error) {
	c.paused = append(c.paused, r.Sweep)
	return &gardnerv1.PauseResponse{}, nil
}

func (c *control) Failures(context.Context, *gardnerv1.FailuresRequest, ...grpc.CallOption) (*gardnerv1.FailuresResponse, error) {
	return &gardnerv1.FailuresResponse{}, nil
}

func (c *control) Query(_ context.Context, r *gardnerv1.QueryRequest, _ ...grpc.CallOption) (grpc.ServerStreamingClient[gardnerv1.Chunk], error) {
	c.asked = r
	return &pieces{left: c.pieces, end: c.fail}, nil
}

func (c *control) Plot(_ context.Context, r *gardnerv1.PlotRequest, _ ...grpc.CallOption) (grpc.ServerStreamingClient[gardnerv1.Chunk], error) {
	c.drawn = r
	return &pieces{left: c.pieces, end: c.fail}, nil
}

type pieces struct {
	grpc.ClientStream
	left []string
	end  error
}

func (p *pieces) Header() (metadata.MD, error) { return nil, nil }

func (p *pieces) Recv() (*gardnerv1.Chunk, error) {
	if len(p.left) == 0 {
		if p.end != nil {
			return nil, p.end
		}
		return nil, io.EOF
	}
	s := p.left[0]
	p.left = p.left[1:]
	return &gardnerv1.Chunk{Data: []byte(s)}, nil
}

var keys = NewKeys([]byte("secret"), "join-secret")

// ask sends one request to a handler made for it; change may be nil.
func ask(c *control, method, target string, change func(r *http.Request)) *httptest.ResponseRecorder {
	page := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { fmt.Fprintf(w, "page for %d", RoleOf(r.Context())) })
	r := httptest.NewRequest(method, target, nil)
	r.Host = "127.0.0.1:7070"
	if change != nil {
		change(r)
	}
	w := httptest.NewRecorder()
	NewHandler(Config{Control: c, Keys: keys, Page: page, Names: []string{"login.lab"}}, false).ServeHTTP(w, r)
	return w
}

func bearer(token string) func(*http.Request) {
	return func(r *http.Request) { r.Header.Set("Authorization", "Bearer "+token) }
}

func TestTokens(t *testing.T) {
	t.Parallel()
	read, operate := keys.Token(Read), keys.Token(Operate)
	other := NewKeys([]byte("another"))
	for _, c := range []struct {
		name, method, target string
		change               func(*http.Request)
		want                 int
	}{
		{"none", "GET", "/api/v1/sweeps", nil, 401},
		{"read as header", "GET", "/api/v1/sweeps", bearer(read), 200},
		{"read as parameter", "GET", "/api/v1/sweeps?token=" + read, nil, 200},
		{"scheme in small letters", "GET", "/api/v1/sweeps", func(r *http.Request) { r.Header.Set("Authorization", "bearer "+read) }, 200},
		{"operate reads", "GET", "/api/v1/sweeps", bearer(operate), 200},
		{"the join token's secret", "POST", "/api/v1/sweeps/x/pause", bearer("join-secret"), 200},
		{"another database's", "GET", "/api/v1/sweeps", bearer(other.Token(Operate)), 401},
		{"shortened", "GET", "/api/v1/sweeps", bearer(read[:len(read)-1]), 401},
		{"empty", "GET", "/api/v1/sweeps?token=", nil, 401},
		{"basic", "GET", "/api/v1/sweeps", func(r *http.Request) { r.SetBasicAuth("gardner", read) }, 401},
		{"a wrong header is not made good by a parameter", "GET", "/api/v1/sweeps?token=" + read, bearer("x"), 401},
		{"read may not change", "POST", "/api/v1/sweeps/x/pause", bearer(read), 403},
		{"operate may", "POST", "/api/v1/sweeps/x/pause", bearer(operate), 200},
		{"metrics", "GET", "/metrics", nil, 401},
		{"page", "GET", "/", nil, 401},
		{"health needs none", "GET", "/healthz", nil, 200},
		{"read may not DELETE a page either", "DELETE", "/", bearer(read), 403},
	} {
		if w := ask(&control{}, c.method, c.target, c.change); w.Code != c.want {
			t.Errorf("%s: status %d, want %d: %s", c.name, w.Code, c.want, w.Body)
		}
	}
}

func TestKeysStayTheSame(t *testing.T) {
	t.Parallel()
	if keys.Token(Read) != NewKeys([]byte("secret")).Token(Read) {
		t.Error("a restart changes the token")
	}
	if keys.Token(Read) == keys.Token(Operate) {
		t.Error("the two roles have one token")
	}
}

// A visit with the token leaves a cookie, and the token leaves the address.
func TestFirstVisit(t *testing.T) {
	t.Parallel()
	w := ask(&control{}, "GET", "/sweep/x?by=N&token="+keys.Token(Read), nil)
	if w.Code != http.StatusSeeOther || w.Header().Get("Location") != "/sweep/x?by=N" {
		t.Fatalf("status %d to %q", w.Code, w.Header().Get("Location"))
	}
	cookies := w.Result().Cookies()
	if len(cookies) != 1 || !cookies[0].HttpOnly || cookies[0].SameSite != http.SameSiteStrictMode || strings.Contains(cookies[0].Value, keys.Token(Read)) {
		t.Fatalf("cookies %v", cookies)
	}
	with := func(r *http.Request) { r.AddCookie(cookies[0]) }
	if w := ask(&control{}, "GET", "/sweep/x", with); w.Body.String() != "page for 1" {
		t.Errorf("with the cookie: %d %s", w.Code, w.Body)
	}
	if w := ask(&control{}, "GET", "/api/v1/sweeps", with); w.Code != 200 {
		t.Errorf("the page's own requests: %d", w.Code)
	}
	if w := ask(&control{}, "POST", "/api/v1/sweeps/x/pause", with); w.Code != 403 {
		t.Errorf("a reader's cookie paused a sweep: %d", w.Code)
	}
	if w := ask(&control{}, "GET", "/?token=wrong", nil); w.Code != 401 || len(w.Result().Cookies()) != 0 {
		t.Errorf("a wrong token: %d, %v", w.Code, w.Result().Cookies())
	}
	// An address that begins with two slashes would be another host's.
	if w := ask(&control{}, "GET", "http://127.0.0.1:7070//evil.com/?token="+keys.Token(Read), nil); !strings.HasPrefix(w.Header().Get("Location"), "/evil.com/") {
		t.Errorf("redirects to %q", w.Header().Get("Location"))
	}
	// From another site's link a redirection would lose the cookie.
	w = ask(&control{}, "GET", "/?a=%22%3E%3Cb%3E&token="+keys.Token(Read), func(r *http.Request) { r.Header.Set("Sec-Fetch-Site", "cross-site") })
	if w.Code != 200 || !strings.Contains(w.Body.String(), `content="0;url=/?a=%22%3E%3Cb%3E"`) || len(w.Result().Cookies()) != 1 {
		t.Errorf("from another site: %d %s", w.Code, w.Body)
	}
}

func TestCookies(t *testing.T) {
	t.Parallel()
	now := time.Unix(1e9, 0)
	good := keys.pass(Operate, now)
	if role := keys.passRole(good, now.Add(cookieLife-time.Second)); role != Operate {
		t.Errorf("role %d", role)
	}
	read := keys.pass(Read, now)
	for name, value := range map[string]string{
		"empty": "", "no signature": "2.99999999999", "raised": "2" + read[1:], "another database's": NewKeys([]byte("b")).pass(Operate, now),
		"prolonged": strings.Replace(good, "2.1000604800", "2.1000604801", 1), "dots": "...",
	} {
		if role := keys.passRole(value, now); role != Nobody {
			t.Errorf("%s: role %d of %q", name, role, value)
		}
	}
	if role := keys.passRole(good, now.Add(cookieLife)); role != Nobody {
		t.Errorf("after its end: role %d", role)
	}
}

// A foreign name that resolves to this machine must not reach the port.
func TestHostNames(t *testing.T) {
	t.Parallel()
	for host, ok := range map[string]bool{
		"127.0.0.1:7070": true, "localhost": true, "LOCALHOST:1": true, "[::1]:7070": true, "10.0.0.3:7070": true, "login.lab:7070": true, "x.localhost:1": true,
		"evil.com": false, "evil.com:7070": false, "127.0.0.1.evil.com": false, "localhost.evil.com": false, "": false, "xlocalhost": false,
	} {
		w := ask(&control{}, "GET", "/api/v1/sweeps?token="+keys.Token(Operate), func(r *http.Request) { r.Host = host })
		if (w.Code == 200) != ok {
			t.Errorf("host %q: status %d", host, w.Code)
		}
	}
}

func TestForeignPagesCannotOperate(t *testing.T) {
	t.Parallel()
	cookie := &http.Cookie{Name: keys.name, Value: keys.pass(Operate, time.Now())}
	for origin, want := range map[string]int{"http://127.0.0.1:7070": 200, "http://evil.com": 403, "http://127.0.0.1:9999": 403, "null": 403} {
		c := &control{}
		w := ask(c, "POST", "/api/v1/sweeps/x/pause", func(r *http.Request) {
			r.AddCookie(cookie)
			r.Header.Set("Origin", origin)
		})
		if w.Code != want || (len(c.paused) == 1) != (want == 200) {
			t.Errorf("origin %s: status %d, paused %v", origin, w.Code, c.paused)
		}
	}
}

func TestRows(t *testing.T) {
	t.Parallel()
	c := &control{pieces: []string{"N,mean\n", "5,1\n"}}
	q := url.Values{"by": {"N,kappa", "gamma"}, "metric": {"a"}, "where": {"N > 1"}, "raw": {""}, "column": {"r=max(a,b)", "s=r > 1"}, "crossing": {"r=1"}, "along": {"kappa"}, "log": {"1"}, "compare": {"g=1,2"}, "bootstrap": {"500"}, "token": {keys.Token(Read)}}
	w := ask(c, "GET", "/api/v1/sweeps/a%20b/rows.csv?"+q.Encode(), nil)
	if w.Code != 200 || w.Body.String() != "N,mean\n5,1\n" || w.Header().Get("Content-Type") != "text/csv; charset=utf-8" {
		t.Errorf("%d %q %q", w.Code, w.Body, w.Header().Get("Content-Type"))
	}
	if a := c.asked; a.Sweep != "a b" || len(a.By) != 3 || len(a.Metrics) != 1 || a.Where != "N > 1" || !a.Raw || a.Format != "csv" ||
		len(a.Columns) != 2 || a.Crossing != "r=1" || a.Along != "kappa" || !a.Log || a.Compare != "g=1,2" || a.Bootstrap != 500 {
		t.Errorf("asked %v", a)
	}
	w = ask(c, "GET", "/api/v1/sweeps/x/figure.svg?x=kappa&y=a,b&log-x&width=90&token="+keys.Token(Read), nil)
	if d := c.drawn; w.Code != 200 || d.X != "kappa" || len(d.Y) != 2 || !d.LogX || d.LogY || d.WidthMm != 90 || d.Format != "svg" {
		t.Errorf("%d drawn %v", w.Code, d)
	}
	for target, want := range map[string]int{
		"rows.xls": 404, "rows": 404, "nothing.csv": 404, "rows.csv?metrc=x": 400, "rows.csv?where=a&where=b": 400, "rows.csv?raw=perhaps": 400, "rows.csv?bootstrap=-1": 400,
		"figure.gif": 404, "figure.svg?width=wide": 400, "figure.svg?width=1e9": 400, "rows.csv?by=%zz": 400,
	} {
		w := ask(&control{}, "GET", "/api/v1/sweeps/x/"+target, bearer(keys.Token(Read)))
		if w.Code != want || !isProblem(w.Body.Bytes()) {
			t.Errorf("%s: %d %s", target, w.Code, w.Body)
		}
	}
	if w := ask(&control{fail: status.Error(codes.InvalidArgument, "where: ...\n | ^")}, "GET", "/api/v1/sweeps/x/rows.csv", bearer(keys.Token(Read))); w.Code != 400 || !isProblem(w.Body.Bytes()) {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}

func isProblem(data []byte) bool {
	var p struct{ Error string }
	return json.Unmarshal(data, &p) == nil && p.Error != ""
}

// An answer that breaks must not look whole.
func TestBrokenAnswer(t *testing.T) {
	t.Parallel()
	c := &control{pieces: []string{"N,mean\n"}, fail: errors.New("the disk is gone")}
	s := httptest.NewServer(NewHandler(Config{Control: c, Keys: keys}, false))
	defer s.Close()
	r, err := s.Client().Get(s.URL + "/api/v1/sweeps/x/rows.csv?token=" + keys.Token(Read))
	if err != nil {
		return // cut off before the first byte: as good
	}
	defer r.Body.Close()
	if _, err := io.ReadAll(r.Body); err == nil {
		t.Error("the client cannot see that the answer is not whole")
	}
}

func TestStatusAndMetrics(t *testing.T) {
	t.Parallel()
	w := ask(&control{}, "GET", "/api/v1/sweeps/a%20b", bearer(keys.Token(Read)))
	var s Sweep
	if err := json.Unmarshal(w.Body.Bytes(), &s); err != nil || s.Name != "a b" || s.State != "active" || s.Done != 4 || s.ETA != nil || s.Created != "1970-01-02T00:00:00Z" {
		t.Errorf("%v %s", err, w.Body)
	}
	if w := ask(&control{}, "GET", "/api/v1/sweeps/other", bearer(keys.Token(Read))); w.Code != 404 {
		t.Errorf("an unknown sweep: %d", w.Code)
	}
	w = ask(&control{}, "GET", "/api/v1/workers", bearer(keys.Token(Read)))
	var ws []Worker
	if err := json.Unmarshal(w.Body.Bytes(), &ws); err != nil || len(ws) != 1 || ws[0].ID != "w" || len(ws[0].Running) != 1 || ws[0].Running[0].Ordinal != 3 {
		t.Errorf("%v %s", err, w.Body)
	}
	text := ask(&control{}, "GET", "/metrics", bearer(keys.Token(Read))).Body.String()
	for _, line := range []string{`gardner_sweep_tasks{sweep="a b"} 10`, `gardner_sweep_done_tasks{sweep="a b"} 4`, "gardner_workers 1", "gardner_worker_slots 2", "gardner_conflicts_total 7"} {
		if !strings.Contains(text, line+"\n") {
			t.Errorf("no line %q in\n%s", line, text)
		}
	}
	if strings.Contains(text, "gardner_sweep_eta_seconds{") {
		t.Error("an unknown ETA is told")
	}
}
