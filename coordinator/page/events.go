package page

import (
	"context"
	"errors"
	"html/template"
	"maps"
	"net/http"
	"slices"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"gardner/coordinator/httpapi"
)

// keepAlive is after what time without news a comment is sent.
const keepAlive = 15 * time.Second

// stream sends the pieces of one or two feeds that differ from what was sent before, until the visitor leaves. A visitor
// who is slow gets what is newest when he is ready; nothing is kept for him.
func (p *page) stream(w http.ResponseWriter, r *http.Request, sources ...*feed) {
	flusher, ok := w.(http.Flusher)
	if !ok {
		http.Error(w, "events need a connection that can be flushed", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("X-Accel-Buffering", "no") // proxies must not hold events back
	operate := httpapi.RoleOf(r.Context()) >= httpapi.Operate
	quiet := time.NewTicker(keepAlive)
	defer quiet.Stop()
	sent := map[string]uint64{}
	send := func(shown pieces) error {
		for _, id := range slices.Sorted(maps.Keys(shown)) {
			x := shown[id]
			if have, ok := sent[id]; ok && have == x.sum || !ok && x.html == "" || id == actsPart && !operate {
				continue
			}
			if _, err := w.Write(x.event); err != nil {
				return err
			}
			sent[id] = x.sum
			quiet.Reset(keepAlive)
		}
		return nil
	}
	for {
		var changed [2]<-chan struct{}
		var trouble template.HTML
		for i, f := range sources {
			var shown pieces
			var err error
			if shown, changed[i], err = f.now(); err != nil {
				trouble = template.HTML(template.HTMLEscapeString(message(err))) //nolint:gosec // escaped
			}
			if send(shown) != nil {
				return
			}
		}
		if send(cut(map[string]template.HTML{"trouble": trouble}, nil)) != nil {
			return
		}
		flusher.Flush()
		select {
		case <-changed[0]:
		case <-changed[1]:
		case <-quiet.C:
			if _, err := w.Write([]byte(": still here\n\n")); err != nil {
				return
			}
		case <-r.Context().Done():
			return
		}
	}
}

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
