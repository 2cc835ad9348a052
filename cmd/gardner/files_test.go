//go:build unix

package main

import (
	"bytes"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// A coordinator that may open few files, and somebody who opens more connections than that: those beyond wait, it is said,
// workers that are connected go on, commands of the same user are answered, and nothing is lost.
func TestNoMoreFiles(t *testing.T) {
	t.Parallel()
	sh, err := exec.LookPath("sh")
	if err != nil {
		t.Skip("NOT TESTED HERE: there is no sh to lower the limit with")
	}
	dir := workdir(t)
	c := &cluster{t: t, dir: dir}
	defer c.stop()
	addr := freePort(t)
	own := gardner(t, dir, "coordinator", "--http", "off", "--listen", addr)
	limited := exec.Command(sh, append([]string{"-c", `ulimit -n 64 && exec "$0" "$@"`, own.Path}, own.Args[1:]...)...)
	limited.Dir, limited.Env = own.Dir, own.Env
	log, err := os.Create(filepath.Join(dir, "coordinator.log"))
	if err != nil {
		t.Fatal(err)
	}
	defer log.Close()
	limited.Stdout, limited.Stderr = log, log
	if err := limited.Start(); err != nil {
		t.Fatal(err)
	}
	c.coordinator = limited
	c.eventually("submit", func() bool { return gardner(t, dir, "submit", "kill.yaml").Run() == nil })
	c.workers[0] = c.worker(0)
	c.eventually("the first task", func() bool { return c.executions() > 0 })
	var held []net.Conn
	defer func() {
		for _, conn := range held {
			conn.Close()
		}
	}()
	for range 100 {
		conn, err := net.Dial("tcp", addr)
		if err != nil {
			t.Fatal(err)
		}
		held = append(held, conn)
	}
	c.eventually("status says so", func() bool {
		out, err := gardner(t, dir, "status").CombinedOutput()
		return err == nil && bytes.Contains(out, []byte("32 connections are open, as many as this process may have"))
	})
	c.workers[1] = c.worker(1) // has to wait
	at := c.executions()
	c.eventually("the connected worker goes on", func() bool { return c.executions() > at || c.done() == killTasks })
	for _, conn := range held {
		conn.Close()
	}
	c.eventually("the end of the sweep", func() bool { return c.done() == killTasks })
	c.eventually("the other worker is taken in", func() bool {
		out, err := gardner(t, dir, "status").CombinedOutput()
		return err == nil && bytes.Count(out, []byte("ago\n")) == 2 && !bytes.Contains(out, []byte("ulimit"))
	})
	if n := c.executions(); n != killTasks {
		t.Errorf("%d executions of %d tasks", n, killTasks)
	}
	said, err := os.ReadFile(log.Name())
	if err != nil || strings.Count(string(said), "connections wait") == 0 || !strings.Contains(string(said), "taken in again") {
		t.Errorf("%v; the coordinator says\n%s", err, said)
	}
}
