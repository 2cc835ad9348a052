package page_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"gardner/coordinator/page"
	gardnerv1 "gardner/proto/gardner/v1"
	"gardner/sweeps"
)

// echo is a coordinator that finds fault with everything, in the words of the question, as one with hostile sweeps,
// workers and tasks would.
type echo struct {
	gardnerv1.ControlClient
	text string
}

func (e *echo) Status(_ context.Context, r *gardnerv1.StatusRequest, _ ...grpc.CallOption) (*gardnerv1.StatusResponse, error) {
	return &gardnerv1.StatusResponse{StoreTrouble: e.text,
		Sweeps:  []*gardnerv1.SweepStatus{{Name: r.Sweep, Revision: e.text, Experiment: "line", Reason: e.text, Tasks: 3, Done: 1, Failed: 1, EtaSeconds: 5}},
		Workers: []*gardnerv1.WorkerStatus{{Id: e.text, Host: e.text, Fingerprint: e.text, Running: []*gardnerv1.RunningTask{{Block: e.text}}}}}, nil
}

func (e *echo) Failures(context.Context, *gardnerv1.FailuresRequest, ...grpc.CallOption) (*gardnerv1.FailuresResponse, error) {
	return &gardnerv1.FailuresResponse{Total: 1, Tasks: []*gardnerv1.FailedTask{{Block: e.text, Kind: e.text, Message: e.text, Worker: e.text}}}, nil
}

func (e *echo) Plot(_ context.Context, r *gardnerv1.PlotRequest, _ ...grpc.CallOption) (grpc.ServerStreamingClient[gardnerv1.Chunk], error) {
	return nil, status.Error(codes.InvalidArgument, r.Where+r.X+r.Facet+strings.Join(r.Y, " "))
}

func (e *echo) Query(_ context.Context, r *gardnerv1.QueryRequest, _ ...grpc.CallOption) (grpc.ServerStreamingClient[gardnerv1.Chunk], error) {
	return nil, status.Error(codes.InvalidArgument, r.Where+strings.Join(r.Metrics, " "))
}

// FuzzPage shows hostile names, texts and picks: a page is always made, and none of them becomes markup.
func FuzzPage(f *testing.F) {
	for _, seed := range [][2]string{{"one", "x > 1"}, {"a b", `"><script>alert(1)</script>`}, {"..", "' onfocus=alert(1) autofocus='"}, {"%2f", "javascript:alert(1)"},
		{"\x00\xff", "\u2028</pre>"}, {"{{.}}", "{{.Sweep}}"}, {"<b>", "&lt;b&gt;"}} {
		f.Add(seed[0], seed[1])
	}
	registry := sweeps.NewRegistry(experiment(nil))
	f.Fuzz(func(t *testing.T, name, text string) {
		const mark = "<gardner-fuzz a=\"b\" c='d'>"
		handler := page.New(&echo{text: mark + text}, registry)
		q := url.Values{}
		for _, key := range []string{"where", "x", "facet", "series", "y", "heat"} {
			q.Set(key, mark+text)
		}
		for _, path := range []string{"/", "/sweeps/" + url.PathEscape(name+mark) + "?" + q.Encode(), "/" + url.PathEscape(text+mark)} {
			r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://127.0.0.1"+path, nil)
			if err != nil {
				t.Skip()
			}
			w := httptest.NewRecorder()
			handler.ServeHTTP(w, r)
			if w.Code != 200 && w.Code != 404 && w.Code != 301 && w.Code != 307 {
				t.Errorf("%s: %d", path, w.Code)
			}
			if body := w.Body.String(); strings.Contains(body, "<gardner-fuzz") || strings.Contains(body, `a="b" c='d'`) || w.Code == 200 && !strings.Contains(body, "</html>") {
				t.Errorf("%s: a text became markup, or the page is not whole:\n%s", path, body)
			}
		}
	})
}
