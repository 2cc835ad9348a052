package httpapi

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// answer is what a request got.
type answer struct {
	code   int
	length int64
	header http.Header
	body   string
}

// A reader who asks for the size and then for ranges gets one file, though results come meanwhile; who asks anew later
// gets a new one.
func TestParquetRanges(t *testing.T) {
	t.Parallel()
	c := &control{pieces: []string{"PAR1 rows of ", "the first moment PAR1"}}
	a := &api{control: c, running: make(chan struct{}, 1), shelf: newShelf()}
	now := time.Unix(1e9, 0)
	a.shelf.now = func() time.Time { return now }
	mux := http.NewServeMux()
	mux.HandleFunc("GET /sweeps/{sweep}/{file}", a.file)
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	ask := func(method string, header ...string) answer {
		t.Helper()
		r, err := http.NewRequest(method, server.URL+"/sweeps/a%20b/rows.parquet?raw=1", nil)
		if err != nil {
			t.Fatal(err)
		}
		for i := 0; i < len(header); i += 2 {
			r.Header.Set(header[i], header[i+1])
		}
		w, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		defer w.Body.Close()
		body, err := io.ReadAll(w.Body)
		if err != nil {
			t.Fatal(err)
		}
		return answer{w.StatusCode, w.ContentLength, w.Header, string(body)}
	}
	first := "PAR1 rows of the first moment PAR1"
	head := ask("HEAD")
	tag := head.header.Get("ETag")
	if head.code != http.StatusOK || head.length != int64(len(first)) || head.header.Get("Accept-Ranges") != "bytes" || tag == "" {
		t.Fatalf("HEAD: %+v", head)
	}
	c.pieces = []string{"PAR1 second PAR1"}
	c.done = 5
	for _, x := range []struct {
		after  time.Duration
		header []string
		code   int
		body   string
	}{
		{0, []string{"Range", "bytes=-4"}, 206, "PAR1"},
		{time.Second, []string{"Range", "bytes=5-8"}, 206, "rows"},
		{time.Minute, []string{"Range", "bytes=5-8"}, 206, "rows"}, // a slow reader
		{0, []string{"If-None-Match", tag}, 200, "PAR1 second PAR1"},
		{0, []string{"Range", "bytes=5-8"}, 206, "seco"},
		{0, []string{"Range", "bytes=5-8", "If-Range", tag}, 206, "rows"}, // it says which file
		{0, []string{"Range", "bytes=90-"}, 416, ""},
		{time.Hour, []string{"Range", "bytes=5-8", "If-Range", tag}, 200, "PAR1 second PAR1"}, // that is gone
	} {
		now = now.Add(x.after)
		got := ask("GET", x.header...)
		if got.code != x.code || x.code != 416 && got.body != x.body {
			t.Errorf("%v: %d %q, want %d %q", x.header, got.code, got.body, x.code, x.body)
		}
	}
	tag = ask("GET").header.Get("ETag")
	if again := ask("GET", "If-None-Match", tag); again.code != http.StatusNotModified {
		t.Errorf("what has not changed: %d", again.code)
	}
}

// Many who ask at once wait for one file; it, and one that fails, leave room for the next.
func TestShelf(t *testing.T) {
	t.Parallel()
	s := newShelf()
	s.most = 10
	var made atomic.Int64
	fill := func(text string, err error) func(context.Context, io.Writer) error {
		return func(_ context.Context, w io.Writer) error {
			made.Add(1)
			if _, writeErr := io.WriteString(w, text); writeErr != nil {
				return writeErr
			}
			return err
		}
	}
	var all sync.WaitGroup
	for range 20 {
		all.Go(func() {
			f, err := s.take(t.Context(), wanted{key: "k", progress: "1"}, fill("rows", nil))
			if err != nil {
				t.Error(err)
				return
			}
			defer s.give(f)
			b, err := io.ReadAll(io.NewSectionReader(f.file, 0, f.size))
			if err != nil || string(b) != "rows" {
				t.Errorf("%q, %v", b, err)
			}
		})
	}
	all.Wait()
	if made.Load() != 1 {
		t.Errorf("made %d times", made.Load())
	}
	if _, err := s.take(t.Context(), wanted{key: "large"}, fill(strings.Repeat("x", 11), nil)); !errors.Is(err, errTooLarge) {
		t.Errorf("a large file: %v", err)
	}
	broken := errors.New("broken")
	if _, err := s.take(t.Context(), wanted{key: "b"}, fill("x", broken)); !errors.Is(err, broken) {
		t.Errorf("a broken file: %v", err)
	}
	if f, err := s.take(t.Context(), wanted{key: "b"}, fill("x", nil)); err != nil {
		t.Errorf("after a broken file: %v", err)
	} else {
		defer s.give(f)
	}
	// A file that is being read stays readable when it has to go.
	read, err := s.take(t.Context(), wanted{key: "read"}, fill("read me", nil))
	if err != nil {
		t.Fatal(err)
	}
	for i := range 2 * maxFiles {
		f, err := s.take(t.Context(), wanted{key: strings.Repeat("k", i+2)}, fill("x", nil))
		if err != nil {
			t.Fatal(err)
		}
		s.give(f)
	}
	if len(s.files) > maxFiles {
		t.Errorf("%d files are kept", len(s.files))
	}
	if b, err := io.ReadAll(io.NewSectionReader(read.file, 0, read.size)); string(b) != "read me" {
		t.Errorf("%q, %v", b, err)
	}
	s.give(read)
	if _, err := read.file.Stat(); err == nil {
		t.Error("a file off the shelf stays open")
	}
}
