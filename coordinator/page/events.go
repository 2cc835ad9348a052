package page

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"html/template"
	"net/http"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// stream sends the parts that differ from what was sent before, now and at every interval, until the visitor leaves. An
// event's data is {"id": element, "html": its new content}.
func (p *page) stream(w http.ResponseWriter, r *http.Request, parts func(ctx context.Context) (map[string]template.HTML, error)) {
	flusher, ok := w.(http.Flusher)
	if !ok {
		http.Error(w, "events need a connection that can be flushed", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("X-Accel-Buffering", "no") // proxies must not hold events back
	ctx := r.Context()
	tick := time.NewTicker(interval)
	defer tick.Stop()
	sent := map[string]template.HTML{}
	quiet := 0
	for {
		now, err := parts(ctx)
		switch {
		case ctx.Err() != nil:
			return
		case err != nil:
			now = map[string]template.HTML{"trouble": template.HTML(template.HTMLEscapeString(message(err)))} //nolint:gosec // escaped
		default:
			now["trouble"] = ""
		}
		quiet++
		for id, html := range now {
			if have, ok := sent[id]; ok && have == html || !ok && html == "" {
				continue
			}
			data, err := json.Marshal(struct {
				ID   string        `json:"id"`
				HTML template.HTML `json:"html"`
			}{id, html})
			if err != nil {
				return
			}
			if _, err := fmt.Fprintf(w, "event: part\ndata: %s\n\n", data); err != nil {
				return
			}
			sent[id], quiet = html, 0
		}
		if quiet >= keepAlive {
			quiet = 0
			if _, err := w.Write([]byte(": still here\n\n")); err != nil {
				return
			}
		}
		flusher.Flush()
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
	}
}

// keepAlive is after how many intervals without news a comment is sent.
const keepAlive = 15

// message is an error for people.
func message(err error) string {
	if errors.Is(err, context.Canceled) {
		return "the coordinator is stopping"
	}
	if s := status.Convert(err); s.Code() == codes.Unavailable {
		return "the coordinator does not answer; this page goes on by itself when it does"
	}
	return status.Convert(err).Message()
}
