package page_test

import (
	"bufio"
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"google.golang.org/grpc"

	"gardner/coordinator/httpapi"
	"gardner/coordinator/page"
	gardnerv1 "gardner/proto/gardner/v1"
	"gardner/sweeps"
)

// counted counts the calls of a Control client.
type counted struct {
	gardnerv1.ControlClient
	status, failures, plots, queries atomic.Int64
}

func (c *counted) Status(ctx context.Context, r *gardnerv1.StatusRequest, o ...grpc.CallOption) (*gardnerv1.StatusResponse, error) {
	c.status.Add(1)
	return c.ControlClient.Status(ctx, r, o...)
}

func (c *counted) Failures(ctx context.Context, r *gardnerv1.FailuresRequest, o ...grpc.CallOption) (*gardnerv1.FailuresResponse, error) {
	c.failures.Add(1)
	if r.Limit == 0 {
		return nil, fmt.Errorf("all failures are read")
	}
	return c.ControlClient.Failures(ctx, r, o...)
}

func (c *counted) Plot(ctx context.Context, r *gardnerv1.PlotRequest, o ...grpc.CallOption) (grpc.ServerStreamingClient[gardnerv1.Chunk], error) {
	c.plots.Add(1)
	return c.ControlClient.Plot(ctx, r, o...)
}

func (c *counted) Query(ctx context.Context, r *gardnerv1.QueryRequest, o ...grpc.CallOption) (grpc.ServerStreamingClient[gardnerv1.Chunk], error) {
	c.queries.Add(1)
	if r.Limit == 0 {
		return nil, fmt.Errorf("a table is read whole")
	}
	return c.ControlClient.Query(ctx, r, o...)
}

// Thirty visitors of one sweep cost the coordinator what one costs: its status is read once an interval, its failures
// when they change, its figure when results have come.
func TestVisitorsShareOneReader(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.submit("one", "1, 2, 13")
	h.let(100)
	h.follow(h.visitor(httpapi.Read), "/sweeps/one/events", func(parts map[string]string) bool {
		return strings.Contains(parts["progress"], "done</span>")
	})
	c := &counted{ControlClient: h.c.Control()}
	server := httptest.NewServer(page.New(c, sweeps.NewRegistry(experiment(h.gate))))
	t.Cleanup(server.Close)
	ctx, cancel := context.WithCancel(t.Context())
	t.Cleanup(cancel)
	start := time.Now()
	const visitors = 30
	var all sync.WaitGroup
	for range visitors {
		request, err := http.NewRequestWithContext(ctx, http.MethodGet, server.URL+"/sweeps/one/events", nil)
		if err != nil {
			t.Fatal(err)
		}
		r, err := http.DefaultClient.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = r.Body.Close() })
		all.Go(func() {
			seen := map[string]bool{}
			lines := bufio.NewScanner(r.Body)
			lines.Buffer(nil, 1<<22)
			for lines.Scan() {
				for _, id := range []string{"progress", "failures", "figure", "rows"} {
					if strings.HasPrefix(lines.Text(), `data: {"id":"`+id+`"`) {
						seen[id] = true
					}
				}
				if len(seen) == 4 {
					return
				}
			}
			t.Errorf("a visitor saw only %v", seen)
		})
	}
	all.Wait()
	intervals := int64(time.Since(start)/time.Second) + 2
	// Two feeds read the status: at worst each reads its own.
	if n := c.status.Load(); n > 2*intervals {
		t.Errorf("the status was read %d times in %d intervals", n, intervals)
	}
	if f, p, q := c.failures.Load(), c.plots.Load(), c.queries.Load(); f != 1 || p != 1 || q != 1 {
		t.Errorf("failures were read %d times, the figure drawn %d times, the table %d times: want once each", f, p, q)
	}
}
