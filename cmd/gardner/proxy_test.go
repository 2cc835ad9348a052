package main

import (
	"bufio"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
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

// A run on a laptop serves the page while it goes on, with a token as everywhere.
func TestRunServesThePage(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	cmd := gardner(t, dir, "run", "capacity", "--set", "N=20", "--replicates", "100000", "--no-figure", "--http", "127.0.0.1:0")
	says, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Signal(syscall.SIGINT)
		_ = cmd.Wait()
	})
	lines := bufio.NewScanner(says)
	address := ""
	for address == "" && lines.Scan() {
		if fields := strings.Fields(lines.Text()); len(fields) > 1 && fields[0] == "page" {
			address = fields[1]
		}
	}
	go func() { _, _ = io.Copy(io.Discard, says) }()
	base, token, ok := strings.Cut(address, "/?")
	if !ok {
		t.Fatalf("no address of a page: %q, %v", address, lines.Err())
	}
	for {
		text, err := fetch(base + "/api/v1/sweeps?" + token)
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(text, `"name":"capacity"`) {
			break // it has been submitted
		}
	}
	if text, err := fetch(base + "/api/v1/sweeps"); err == nil {
		t.Errorf("without a token: %s", text)
	}
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	r, err := (&http.Client{Jar: jar}).Get(base + "/sweeps/capacity?" + token)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	if text, err := io.ReadAll(r.Body); err != nil || r.StatusCode != http.StatusOK || !strings.Contains(string(text), `id="progress"`) {
		t.Errorf("the page: %s, %v, %.200s", r.Status, err, text)
	}
}
