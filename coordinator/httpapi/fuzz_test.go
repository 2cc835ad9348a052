package httpapi

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// FuzzRequests sends any path and query to every resource: each has an answer, a mistake is JSON with a fitting status, and
// what reaches the coordinator is what the query said.
func FuzzRequests(f *testing.F) {
	for _, seed := range [][2]string{
		{"sweeps", ""}, {"sweeps/a%20b", "x"}, {"sweeps/a%20b/rows.csv", "by=N,kappa&metric=y&where=x+%3E+1&limit=3"}, {"sweeps/a%20b/rows.parquet", "raw"},
		{"sweeps/a%20b/rows.txt", "column=a=b&column=c=d,e&bootstrap=1000"}, {"sweeps/a%20b/rows.json", "limit=-1"}, {"sweeps/a%20b/rows.csv", "by=%2C%2C&by=,"},
		{"sweeps/a%20b/figure.svg", "width=89&log-x&column=a%3Db"}, {"sweeps/a%20b/figure.png", "width=1e400"}, {"sweeps/a%20b/failures", "limit=4294967296"},
		{"sweeps/a%20b/failures", "offset=4294967295&limit=1"}, {"sweeps/none/rows.csv", "raw=maybe"}, {"workers", "token=x&token=y"}, {"version", "%zz"}, {"sweeps/%2e%2e/rows.csv", ";"},
		{"../metrics", "a=1"}, {"sweeps//rows.csv", "where=%00%ff"}, {"sweeps/a%20b/rows.", ""}, {"sweeps/a%20b/rows.csv", "along=x&log=0&compare=a=1,2&crossing=m=1"},
	} {
		f.Add(seed[0], seed[1])
	}
	f.Fuzz(func(t *testing.T, path, query string) {
		target, err := url.Parse("http://127.0.0.1/api/v1/" + path)
		if err != nil {
			t.Skip()
		}
		target.RawQuery = query
		c := &control{pieces: []string{"a,b\n", "1,2\n"}}
		for _, fail := range []error{nil, status.Error(codes.InvalidArgument, "where: <b>&\"")} {
			if c.fail = fail; fail != nil {
				c.pieces = nil
			}
			r := &http.Request{Method: http.MethodGet, URL: target, Host: "127.0.0.1", Header: http.Header{"Authorization": {"Bearer " + keys.Token(Read)}},
				Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Body: http.NoBody, RemoteAddr: "127.0.0.1:1"}
			w := httptest.NewRecorder()
			NewHandler(Config{Control: c, Keys: keys}, false).ServeHTTP(w, r.WithContext(t.Context()))
			switch w.Code {
			case 200, 301, 307, 308:
			case 400, 404, 405, 409:
				if strings.HasPrefix(r.URL.Path, apiPrefix) && w.Header().Get("Content-Type") == "application/json" {
					var mistake struct{ Error string }
					if err := json.Unmarshal(w.Body.Bytes(), &mistake); err != nil || mistake.Error == "" {
						t.Errorf("%d without a reason: %q, %v", w.Code, w.Body, err)
					}
				}
			default:
				t.Errorf("%s?%s: %d %s", path, query, w.Code, w.Body)
			}
			if w.Code != 200 || fail != nil || c.asked == nil {
				continue
			}
			q, err := url.ParseQuery(query)
			if err != nil {
				t.Errorf("%q was understood, but is no query: %v", query, err)
			}
			if where := q.Get("where"); c.asked.Where != where {
				t.Errorf("where %q became %q", where, c.asked.Where)
			}
			if len(q["column"]) != len(c.asked.Columns) {
				t.Errorf("columns %q became %q", q["column"], c.asked.Columns)
			}
			for _, name := range append(c.asked.By, c.asked.Metrics...) {
				if name == "" || strings.ContainsAny(name, ",") {
					t.Errorf("%q asks for the name %q", query, name)
				}
			}
			if body, err := io.ReadAll(bytes.NewReader(w.Body.Bytes())); errors.Is(err, io.ErrUnexpectedEOF) || !bytes.Equal(body, []byte("a,b\n1,2\n")) {
				t.Errorf("the answer is %q", body)
			}
		}
	})
}
