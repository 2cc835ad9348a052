package main

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// needs skips a test of `make chaos` where the machine does not allow it, and says so.
func needs(t *testing.T, tools ...string) {
	t.Helper()
	if os.Getenv("GARDNER_CHAOS") == "" {
		t.Skip("NOT TESTED HERE: it takes a minute; make chaos does it")
	}
	if os.Getuid() != 0 {
		t.Skip("NOT TESTED HERE: it needs root")
	}
	for _, tool := range tools {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skipf("NOT TESTED HERE: there is no %s", tool)
		}
	}
}

// shell runs a command of the system; the first ones of a test may be forbidden on this machine.
func shell(t *testing.T, may bool, command ...string) {
	t.Helper()
	out, err := exec.Command(command[0], command[1:]...).CombinedOutput()
	switch {
	case err == nil:
	case may:
		t.Skipf("NOT TESTED HERE: %v: %v: %s", command, err, out)
	default:
		t.Fatalf("%v: %v: %s", command, err, out)
	}
}

// calmRows is what the sweep gives where nothing happens.
func calmRows(t *testing.T, dir string) [32]byte {
	t.Helper()
	if out, err := gardner(t, dir, "run", "chaos.yaml", "--workers", "2", "--no-figure").CombinedOutput(); err != nil {
		t.Fatalf("the calm run: %v\n%s", err, out)
	}
	return rows(t, dir)
}

// A worker on a machine of its own, whose link goes down for longer than its leases live: no packet says that anything
// is wrong. The sweep goes on without it, it comes back by itself, the bytes are those of a calm run.
func TestChaosLinkDown(t *testing.T) {
	t.Parallel()
	needs(t, "ip")
	id := os.Getpid() % 10000
	ns, here, there := fmt.Sprintf("gardner%d", id), fmt.Sprintf("gdr%da", id), fmt.Sprintf("gdr%db", id)
	net := fmt.Sprintf("10.213.%d.", id%256)
	shell(t, true, "ip", "netns", "add", ns)
	t.Cleanup(func() { _ = exec.Command("ip", "netns", "del", ns).Run() })
	shell(t, true, "ip", "link", "add", here, "type", "veth", "peer", "name", there, "netns", ns)
	t.Cleanup(func() { _ = exec.Command("ip", "link", "del", here).Run() })
	shell(t, false, "ip", "addr", "add", net+"1/24", "dev", here)
	shell(t, false, "ip", "link", "set", here, "up")
	shell(t, false, "ip", "-n", ns, "addr", "add", net+"2/24", "dev", there)
	shell(t, false, "ip", "-n", ns, "link", "set", there, "up")

	dir, calm := chaosDir(t, 400), chaosDir(t, 400)
	c := &cluster{t: t, dir: dir, listen: []string{"--listen", net + "1:7071"}}
	defer c.stop()
	c.coordinator = c.serve()
	c.eventually("submit", func() bool { return gardner(t, dir, "submit", "chaos.yaml").Run() == nil })
	c.workers[0] = c.worker(0)
	far := gardner(t, dir, "worker", "@gardner.db.join", "--slots", "1", "--task-log", "tasks-1.log")
	far.Path, far.Args = "/bin/sh", append([]string{"sh", "-c", `exec ip netns exec "$0" "$@"`, ns, far.Path}, far.Args[1:]...)
	log, err := os.Create(filepath.Join(dir, "far.log"))
	if err != nil {
		t.Fatal(err)
	}
	defer log.Close()
	far.Stdout, far.Stderr = log, log
	if err := far.Start(); err != nil {
		t.Fatal(err)
	}
	c.workers[1] = far
	ran := func(i int) int {
		data, _ := os.ReadFile(filepath.Join(dir, fmt.Sprintf("tasks-%d.log", i)))
		return bytes.Count(data, []byte{'\n'})
	}
	c.eventually("tasks on both machines", func() bool { return ran(0) > 20 && ran(1) > 20 })
	shell(t, false, "ip", "link", "set", here, "down")
	c.eventuallyWithin(time.Minute, "the worker without a link is given up", func() bool {
		said, _ := os.ReadFile(filepath.Join(dir, "coordinator.log"))
		return bytes.Contains(said, []byte("silent for too long"))
	})
	at := ran(0)
	c.eventually("the other goes on", func() bool { return ran(0) > at || c.finished("gardner.db") })
	shell(t, false, "ip", "link", "set", here, "up")
	c.eventuallyWithin(time.Minute, "the worker comes back", func() bool {
		said, _ := os.ReadFile(filepath.Join(dir, "coordinator.log"))
		return bytes.Count(said, []byte("worker joined")) >= 3
	})
	c.eventuallyWithin(5*time.Minute, "the end of the sweep", func() bool { return c.finished("gardner.db") })
	tasks := 4 * chaosReplicates(400)
	t.Logf("%d tasks, %d executed again", tasks, c.executions()-tasks)
	if rows(t, dir) != calmRows(t, calm) {
		t.Error("other bytes than in calm weather")
	}
}

// A file system that the kernel makes read-only under a live database, as it does after an error of the disk: nothing more
// is acknowledged, status says so, nothing is lost. (Linux refuses to remount a file system read-only while files on it are
// open for writing.) Mounted afresh, a new coordinator goes on, and the worker hands in what it holds.
//
// Not parallel: a namespace of TestChaosLinkDown would hold on to the mount.
func TestChaosReadOnly(t *testing.T) { //nolint:paralleltest // see above
	needs(t, "mkfs.ext4", "e2fsck", "mount")
	dir, calm := chaosDir(t, 100), chaosDir(t, 100)
	img, disk := filepath.Join(dir, "disk.img"), filepath.Join(dir, "disk")
	f, err := os.Create(img)
	if err != nil {
		t.Fatal(err)
	}
	if err := f.Truncate(64 << 20); err != nil {
		t.Fatal(err)
	}
	f.Close()
	if err := os.Mkdir(disk, 0o700); err != nil {
		t.Fatal(err)
	}
	shell(t, true, "mkfs.ext4", "-q", "-O", "^has_journal", img)
	mount := func(may bool) { shell(t, may, "mount", "-o", "loop,errors=remount-ro", img, disk) }
	mount(true)
	t.Cleanup(func() { _ = exec.Command("umount", "-l", disk).Run() })
	trigger := filepath.Join("/sys/fs/ext4", filepath.Base(deviceOf(t, disk)), "trigger_fs_error")
	if _, err := os.Stat(trigger); err != nil {
		t.Skipf("NOT TESTED HERE: this kernel cannot be told that the disk has failed: %v", err)
	}

	db := filepath.Join("disk", "gardner.db")
	c := &cluster{t: t, dir: dir, listen: []string{"--listen", freePort(t), "--db", db}}
	defer c.stop()
	work := func() *exec.Cmd {
		return c.start("worker", "@"+db+".join", "--slots", "1", "--task-log", "tasks-0.log")
	}
	c.coordinator = c.serve()
	c.eventually("submit", func() bool { return gardner(t, dir, "submit", "chaos.yaml", "--db", db).Run() == nil })
	c.workers[0] = work()
	c.eventually("some tasks", func() bool { return c.executions() > 50 })
	if err := os.WriteFile(trigger, []byte("a disk that fails"), 0o600); err != nil {
		t.Fatal(err)
	}
	c.eventually("status says so", func() bool {
		out, err := gardner(t, dir, "status", "--db", db).CombinedOutput()
		return err == nil && bytes.Contains(out, []byte("nothing is being acknowledged")) && bytes.Contains(out, []byte("read-only"))
	})
	_ = c.coordinator.Process.Kill()
	_ = c.coordinator.Wait()
	shell(t, false, "umount", disk)
	if out, err := exec.Command("e2fsck", "-f", "-y", img).CombinedOutput(); err != nil && !mended(err) {
		t.Fatalf("e2fsck: %v\n%s", err, out)
	}
	mount(false)
	c.coordinator = c.serve()
	c.eventuallyWithin(5*time.Minute, "the end of the sweep", func() bool { return c.finished(db) })
	if n, tasks := c.executions(), 4*chaosReplicates(100); n != tasks {
		t.Errorf("%d executions of %d tasks: what the worker held was computed again", n, tasks)
	}
	out, err := gardner(t, dir, "query", "chaos", "--raw", "--format", "csv", "--db", db).Output()
	if err != nil {
		t.Fatal(err)
	}
	if sha256.Sum256(out) != calmRows(t, calm) {
		t.Error("other bytes than in calm weather")
	}
}

// mended is e2fsck's way to say that there were errors, and are no more.
func mended(err error) bool {
	var exit *exec.ExitError
	return errors.As(err, &exit) && exit.ExitCode() == 1
}

// deviceOf is the device that a directory is mounted from.
func deviceOf(t *testing.T, dir string) string {
	t.Helper()
	data, err := os.ReadFile("/proc/self/mounts")
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range strings.Split(string(data), "\n") {
		if f := strings.Fields(line); len(f) > 1 && f[1] == dir {
			return f[0]
		}
	}
	t.Fatalf("%s is not mounted", dir)
	return ""
}
