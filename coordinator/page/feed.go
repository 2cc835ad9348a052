package page

import (
	"context"
	"encoding/json"
	"hash/maphash"
	"html/template"
	"sync"
	"time"
)

// piece is the content of one part of a page, made once for all who look at the same.
type piece struct {
	html  template.HTML
	sum   uint64 // of html: what a visitor was sent is remembered by it, so that nobody holds old pieces
	event []byte // as it is sent: {"id": element, "html": its new content}
}

// pieces are the parts of a page by the id of their element. They are replaced, never changed.
type pieces map[string]*piece

var sums = maphash.MakeSeed()

// cut makes pieces of parts; those of before that are still right are kept.
func cut(parts map[string]template.HTML, before pieces) pieces {
	out := make(pieces, len(parts))
	for id, html := range parts {
		if x := before[id]; x != nil && x.html == html {
			out[id] = x
			continue
		}
		data, err := json.Marshal(struct {
			ID   string        `json:"id"`
			HTML template.HTML `json:"html"`
		}{id, html})
		if err != nil {
			panic("page: two strings have no JSON: " + err.Error())
		}
		out[id] = &piece{html: html, sum: maphash.String(sums, string(html)), event: append(append([]byte("event: part\ndata: "), data...), "\n\n"...)}
	}
	return out
}

// reader reads a page's parts; nil where they are as they were. rest is for how long not to read again.
type reader func(ctx context.Context) (parts map[string]template.HTML, rest time.Duration, err error)

// feeds lets all visitors of the same share one reader: what they see costs the same for one and for fifty.
type feeds struct {
	mu   sync.Mutex // guards live, and in each feed visitors and left
	live map[string]*feed
}

// feed is something being read while anybody looks.
type feed struct {
	visitors int
	left     time.Time // when the last one left
	came     chan struct{}

	mu      sync.Mutex // guards what follows
	pieces  pieces     // nil: nothing read yet
	err     error
	changed chan struct{} // closed when pieces or err are replaced
}

// linger is how long what was read is kept when nobody looks: for the stream that follows a page, for a reload.
const linger = 5 * time.Second

func newFeeds() *feeds { return &feeds{live: map[string]*feed{}} }

// follow returns the feed of a key, which read feeds from now on if there is none; leave ends the visit.
func (fs *feeds) follow(key string, read reader) (f *feed, leave func()) {
	fs.mu.Lock()
	defer fs.mu.Unlock()
	f = fs.live[key]
	if f == nil {
		f = &feed{changed: make(chan struct{}), came: make(chan struct{}, 1)}
		fs.live[key] = f
		go fs.run(key, f, read)
	}
	f.visitors++
	select {
	case f.came <- struct{}{}:
	default:
	}
	return f, func() {
		fs.mu.Lock()
		defer fs.mu.Unlock()
		f.visitors--
		f.left = time.Now()
	}
}

// abandoned reports whether nobody looks; a feed that nobody has looked at for long is forgotten.
func (fs *feeds) abandoned(key string, f *feed) (nobody, forgotten bool) {
	fs.mu.Lock()
	defer fs.mu.Unlock()
	if f.visitors > 0 {
		return false, false
	}
	if time.Since(f.left) < linger {
		return true, false
	}
	delete(fs.live, key)
	return true, true
}

// run reads until nobody has looked for a while. A reading under way then is ended, too.
func (fs *feeds) run(key string, f *feed, read reader) {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	type reading struct {
		parts map[string]template.HTML
		rest  time.Duration
		err   error
	}
	ended := make(chan reading, 1)
	tick := time.NewTicker(interval)
	defer tick.Stop()
	under, due := false, time.Time{}
	for {
		nobody, forgotten := fs.abandoned(key, f)
		if forgotten {
			return
		}
		if !nobody && !under && !time.Now().Before(due) {
			under = true
			go func() {
				parts, rest, err := read(ctx)
				ended <- reading{parts, rest, err}
			}()
		}
		select {
		case r := <-ended:
			under, due = false, time.Now().Add(max(r.rest, interval-interval/10))
			f.publish(r.parts, r.err)
		case <-f.came:
		case <-tick.C:
		}
	}
}

// publish replaces what the feed shows if it has changed.
func (f *feed) publish(parts map[string]template.HTML, err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if parts == nil && err == nil && f.err == nil {
		return
	}
	if parts != nil {
		f.pieces = cut(parts, f.pieces)
	}
	f.err = err
	close(f.changed)
	f.changed = make(chan struct{})
}

// now returns what the feed shows, and a channel that is closed when that changes.
func (f *feed) now() (pieces, <-chan struct{}, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.pieces, f.changed, f.err
}

// first waits until the feed shows something, or until ctx ends: then it returns nil.
func (f *feed) first(ctx context.Context) (pieces, error) {
	for {
		shown, changed, err := f.now()
		if shown != nil || err != nil {
			return shown, err
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return nil, nil
		}
	}
}
