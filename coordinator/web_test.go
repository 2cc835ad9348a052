package coordinator

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/parquet-go/parquet-go"
	"google.golang.org/grpc/codes"
	reflectionv1 "google.golang.org/grpc/reflection/grpc_reflection_v1"
	"google.golang.org/grpc/status"

	"gardner/coordinator/httpapi"
	gardnerv1 "gardner/proto/gardner/v1"
	"gardner/proto/join"
	"gardner/sweeps"
	"gardner/worker"
)

// get reads a URL.
func get(t *testing.T, c *http.Client, url string) (int, string) {
	t.Helper()
	r, err := c.Get(url)
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

func TestHTTPGivesWhatTheCommandGives(t *testing.T) {
	t.Parallel()
	h := newHouse(t, experiments(1, nil))
	h.submit(file("s", 4, "0, 1", 3))
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	go func() {
		_ = worker.Run(ctx, worker.Config{Target: h.c.Target(), Registry: h.cfg.Registry, Slots: 1, Fingerprint: "f"})
	}()
	h.await("s")
	s, err := h.c.ListenHTTP(HTTP{Addr: "127.0.0.1:0"})
	if err != nil {
		t.Fatal(err)
	}
	at := s.Base() + "/api/v1/sweeps/s/"
	token := "token=" + h.token(t, "read")
	if code, body := get(t, http.DefaultClient, at+"rows.csv?raw&"+token); code != 200 || body != h.raw("s") {
		t.Errorf("status %d:\n%s", code, body)
	}
	var want strings.Builder
	if err := h.client().QueryTo(ctx, &want, &gardnerv1.QueryRequest{Sweep: "s", By: []string{"k"}, Where: "x > 1", Metrics: []string{"m"}, Format: "json"}); err != nil {
		t.Fatal(err)
	}
	if code, body := get(t, http.DefaultClient, at+"rows.json?by=k&where=x+%3E+1&metric=m&"+token); code != 200 || body != want.String() {
		t.Errorf("status %d:\n%s\nwant\n%s", code, body, want.String())
	}
	if code, body := get(t, http.DefaultClient, at+"rows.csv?where=y+%3E+1&"+token); code != 400 || !strings.Contains(body, `| ^`) {
		t.Errorf("status %d: %s", code, body)
	}
	if code, body := get(t, http.DefaultClient, at+"figure.svg?"+token); code != 200 || !strings.HasPrefix(body, "<svg") {
		t.Errorf("status %d: %.100s", code, body)
	}
	if code, _ := get(t, http.DefaultClient, at+"rows.csv"); code != 401 {
		t.Errorf("without a token: %d", code)
	}
}

// A reader of Parquet reads a running sweep by its address, in ranges.
func TestParquetByAddress(t *testing.T) {
	t.Parallel()
	h := newHouse(t, experiments(1, nil))
	h.submit(file("s", 4, "0, 1", 3))
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	go func() {
		_ = worker.Run(ctx, worker.Config{Target: h.c.Target(), Registry: h.cfg.Registry, Slots: 1, Fingerprint: "f"})
	}()
	h.await("s")
	s, err := h.c.ListenHTTP(HTTP{Addr: "127.0.0.1:0"})
	if err != nil {
		t.Fatal(err)
	}
	r := &remote{t: t, url: s.Base() + "/api/v1/sweeps/s/rows.parquet?raw=1&token=" + h.token(t, "read")}
	head, err := http.Head(r.url)
	if err != nil {
		t.Fatal(err)
	}
	_ = head.Body.Close()
	if head.StatusCode != http.StatusOK || head.ContentLength <= 0 {
		t.Fatalf("HEAD: %s, %d bytes", head.Status, head.ContentLength)
	}
	f, err := parquet.OpenFile(r, head.ContentLength)
	if err != nil {
		t.Fatal(err)
	}
	raw := strings.Count(strings.TrimSpace(h.raw("s")), "\n")
	if int(f.NumRows()) != raw || raw == 0 || r.reads < 2 {
		t.Errorf("%d rows by address in %d ranges, %d in CSV", f.NumRows(), r.reads, raw)
	}
	rows := make([]parquet.Row, raw)
	reader := parquet.NewReader(f)
	if n, err := reader.ReadRows(rows); n != raw || err != nil && !errors.Is(err, io.EOF) {
		t.Errorf("%d of %d rows: %v", n, raw, err)
	}
}

// remote reads ranges of an address.
type remote struct {
	t     *testing.T
	url   string
	reads int
}

func (r *remote) ReadAt(p []byte, at int64) (int, error) {
	q, err := http.NewRequest(http.MethodGet, r.url, nil)
	if err != nil {
		return 0, err
	}
	q.Header.Set("Range", fmt.Sprintf("bytes=%d-%d", at, at+int64(len(p))-1))
	w, err := http.DefaultClient.Do(q)
	if err != nil {
		return 0, err
	}
	defer w.Body.Close()
	if w.StatusCode != http.StatusPartialContent {
		r.t.Errorf("a range: %s", w.Status)
	}
	r.reads++
	return io.ReadFull(w.Body, p)
}

// token reads the page file, which nobody else may.
func (h *house) token(t *testing.T, role string) string {
	t.Helper()
	info, err := os.Stat(join.PageFile(h.db))
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Fatalf("page file: %v, %v", info, err)
	}
	text, err := os.ReadFile(join.PageFile(h.db))
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(text)) {
		if url, ok := strings.CutPrefix(line, role+" "); ok {
			_, token, _ := strings.Cut(strings.TrimSpace(url), "token=")
			return token
		}
	}
	t.Fatalf("no line %s in %s", role, text)
	return ""
}

func TestHTTPStaysOpenOverARestart(t *testing.T) {
	t.Parallel()
	h := newHouse(t, sweeps.Builtin())
	if _, err := h.c.ListenHTTP(HTTP{Addr: "127.0.0.1:0"}); err != nil {
		t.Fatal(err)
	}
	before := h.token(t, "page")
	h.close()
	h.open()
	s, err := h.c.ListenHTTP(HTTP{Addr: "127.0.0.1:0"})
	if err != nil {
		t.Fatal(err)
	}
	if code, body := get(t, http.DefaultClient, s.Base()+"/api/v1/sweeps?token="+before); code != 200 || body != "[]\n" {
		t.Errorf("the token of before the restart: %d %s", code, body)
	}
	base := s.Base()
	h.close()
	if r, err := http.Get(base + "/healthz"); err == nil {
		r.Body.Close()
		t.Error("it still answers after Close")
	}
	h.open() // for the house's own end
}

func TestHTTPOutsideLoopback(t *testing.T) {
	t.Parallel()
	h := newHouse(t, sweeps.Builtin())
	s, err := h.c.ListenHTTP(HTTP{Addr: "0.0.0.0:0", Names: []string{"localhost"}})
	if err != nil {
		t.Fatal(err)
	}
	if !s.Secure() || !strings.HasPrefix(s.URL(httpapi.Read), "https://localhost:") {
		t.Fatalf("clear text outside loopback: %s", s.URL(httpapi.Read))
	}
	authority, err := h.c.authority()
	if err != nil {
		t.Fatal(err)
	}
	// The pinned authority proves the server; another's pin does not.
	pinned := &http.Client{Timeout: 20 * time.Second, Transport: &http.Transport{TLSClientConfig: join.ClientTLS(authority.Token().Pin)}}
	if code, _ := get(t, pinned, s.Base()+"/api/v1/sweeps?token="+h.token(t, "read")); code != 200 {
		t.Errorf("over TLS: %d", code)
	}
	wrong := authority.Token().Pin
	wrong[0] ^= 1
	for name, config := range map[string]*tls.Config{"another pin": join.ClientTLS(wrong), "the system's roots": {}} {
		c := &http.Client{Timeout: 20 * time.Second, Transport: &http.Transport{TLSClientConfig: config}}
		if r, err := c.Get(s.Base() + "/healthz"); err == nil {
			r.Body.Close()
			t.Errorf("%s: the server was believed", name)
		}
	}
	// Clear text is answered, if at all, with a refusal.
	if r, err := http.Get(strings.Replace(s.Base(), "https", "http", 1) + "/healthz"); err == nil {
		r.Body.Close()
		if r.StatusCode == http.StatusOK {
			t.Error("a TLS listener took clear text")
		}
	}
	open, err := h.c.ListenHTTP(HTTP{Addr: "0.0.0.0:0", Insecure: true})
	if err != nil || open.Secure() {
		t.Fatalf("--insecure: %v", err)
	}
}

// Operators' tools find out what can be called, with the token every call needs.
func TestReflection(t *testing.T) {
	t.Parallel()
	h := newHouse(t, sweeps.Builtin())
	j, err := h.c.Listen("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	list := func(j join.Join) (string, error) {
		target, err := join.ParseTarget(j.String(), join.Options{})
		if err != nil {
			t.Fatal(err)
		}
		conn, err := target.Dial()
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		stream, err := reflectionv1.NewServerReflectionClient(conn).ServerReflectionInfo(t.Context())
		if err != nil {
			return "", err
		}
		if err := stream.Send(&reflectionv1.ServerReflectionRequest{MessageRequest: &reflectionv1.ServerReflectionRequest_ListServices{}}); err != nil && !errors.Is(err, io.EOF) {
			return "", err // after io.EOF Recv says why
		}
		r, err := stream.Recv()
		return r.String(), err
	}
	if services, err := list(j); err != nil || !strings.Contains(services, "gardner.v1.Control") {
		t.Errorf("%v: %s", err, services)
	}
	j.Token.Secret = strings.Repeat("A", len(j.Token.Secret))
	if _, err := list(j); status.Code(err) != codes.Unauthenticated {
		t.Errorf("with a wrong token: %v", err)
	}
}
