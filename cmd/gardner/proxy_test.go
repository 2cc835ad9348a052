package main

import (
	"bufio"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// served is a process that serves until it is interrupted.
type served struct {
	t    *testing.T
	cmd  *exec.Cmd
	urls []string // what it printed, in order
}

// serve starts a command and waits until it has printed a line that begins with last.
func serve(t *testing.T, dir, last string, args ...string) *served {
	t.Helper()
	s := &served{t: t, cmd: gardner(t, dir, args...)}
	out, err := s.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	s.cmd.Stderr = os.Stderr
	if err := s.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.stop)
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		for _, w := range strings.Fields(lines.Text()) {
			if strings.HasPrefix(w, "http://") {
				s.urls = append(s.urls, w)
			}
		}
		if strings.HasPrefix(lines.Text(), last) {
			go func() { _, _ = io.Copy(io.Discard, out) }()
			return s
		}
	}
	t.Fatalf("%v ended before it served: %v", args, lines.Err())
	return nil
}

// stop interrupts it and wants a good end.
func (s *served) stop() {
	if s.cmd.ProcessState != nil {
		return
	}
	_ = s.cmd.Process.Signal(syscall.SIGINT)
	if err := s.cmd.Wait(); err != nil {
		s.t.Errorf("%v: %v", s.cmd.Args[1:], err)
	}
}

// path puts a path into one of the URLs printed.
func (s *served) path(i int, path string) string {
	base, token, _ := strings.Cut(s.urls[i], "/?")
	return base + path + token
}

func fetch(url string) (string, error) {
	r, err := http.Get(url)
	if err != nil {
		return "", err
	}
	defer r.Body.Close()
	body, err := io.ReadAll(r.Body)
	if err == nil && r.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s: %s", r.Status, body)
	}
	return string(body), err
}

// A notebook's address works through a proxy as it does beside the coordinator, and goes on to work when the coordinator
// comes back at another port.
func TestProxy(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write(t, filepath.Join(dir, "small.yaml"), "name: small\nexperiment: capacity\nparams: {N: 20}\nreplicates: 3\nseed: 1\n")
	if out, err := gardner(t, dir, "run", "small.yaml", "--no-figure").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	want, err := gardner(t, dir, "query", "small", "--format", "csv").Output()
	if err != nil {
		t.Fatal(err)
	}
	coordinate := func() *served {
		return serve(t, dir, "database", "coordinator", "--listen", "127.0.0.1:0", "--http", "127.0.0.1:0")
	}
	c := coordinate()
	p := serve(t, dir, "          http", "proxy", "@gardner.db.join")
	const rows = "/api/v1/sweeps/small/rows.csv?"
	for _, s := range []*served{c, p} {
		for i := range 2 {
			if got, err := fetch(s.path(i, rows)); err != nil || got != string(want) {
				t.Errorf("%v, address %d: %v\n%s", s.cmd.Args[1:], i, err, got)
			}
		}
	}
	if _, token, _ := strings.Cut(c.urls[1], "?"); !strings.HasSuffix(p.urls[1], token) {
		t.Error("the proxy has another token than the coordinator")
	}
	c.stop()
	if _, err := fetch(p.path(0, rows)); err == nil || !strings.Contains(err.Error(), "no coordinator answers") {
		t.Errorf("without a coordinator: %v", err)
	}
	coordinate()
	for range 5 { // the first may find the broken connection
		if _, err = fetch(p.path(0, rows)); err == nil {
			break
		}
	}
	if err != nil {
		t.Errorf("after the coordinator's restart: %v", err)
	}
	if out, err := gardner(t, dir, "proxy", "@none.join").CombinedOutput(); err == nil || !strings.Contains(string(out), "none.join") {
		t.Errorf("without a join file: %v %s", err, out)
	}
}
