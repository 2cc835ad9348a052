package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"

	"gardner/coordinator"
	"gardner/coordinator/client"
	gardnerv1 "gardner/proto/gardner/v1"
	"gardner/proto/join"
	"gardner/worker"
)

// serve is a coordinator process. It says when it is ready, and in the end what it has used since.
func serve(db string) error {
	coordinator.TuneProcess()
	c, err := coordinator.New(coordinator.Config{DB: db, Registry: registry(), Settle: -1})
	if err != nil {
		return err
	}
	if _, err := c.Listen("127.0.0.1:0"); err != nil {
		return err
	}
	wait := ready()
	wait()
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	return c.Close(ctx)
}

// work is a worker process.
func work(db string, batch int) error {
	target, err := join.ParseTarget("@"+join.JoinFile(db), join.Options{})
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() {
		ended <- worker.Run(ctx, worker.Config{Target: target, Registry: registry(), Slots: 2, BatchTasks: batch})
	}()
	wait := ready()
	wait()
	cancel()
	return <-ended
}

// ready says that the process is, and returns a function that waits for SIGTERM and says what was used meanwhile.
func ready() (wait func()) {
	stop := make(chan os.Signal, 1)
	signal.Notify(stop, syscall.SIGTERM)
	before := cpu()
	fmt.Println("ready")
	return func() {
		<-stop
		fmt.Println(cpu()-before, float64(computed.Load())/1e9, float64(occupied.Load())/1e9)
	}
}

// child is one of our processes.
type child struct {
	cmd *exec.Cmd
	out *bufio.Reader
}

func start(args ...string) (*child, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	c := &child{cmd: exec.Command(self, args...)}
	c.cmd.Stderr = os.Stderr
	pipe, err := c.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := c.cmd.Start(); err != nil {
		return nil, err
	}
	c.out = bufio.NewReader(pipe)
	if line, err := c.out.ReadString('\n'); err != nil || line != "ready\n" {
		return nil, fmt.Errorf("%v says %q: %w", args, line, err)
	}
	return c, nil
}

// used is what a process has used since it was ready: processor seconds of all and of its tasks, seconds of its slots.
type used struct{ of, cpu, time float64 }

// end stops the process and returns what it has used.
func (c *child) end() (u used, err error) {
	if err := c.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		return u, err
	}
	_, err = fmt.Fscanln(c.out, &u.of, &u.cpu, &u.time)
	_, _ = io.Copy(io.Discard, c.out)
	if werr := c.cmd.Wait(); err == nil {
		err = werr
	}
	return u, err
}

// ours runs a sweep with a coordinator and a worker process.
func ours(batch, tasks int) (rate, error) {
	r, _, err := sweep(file("s", tasks), "-role", "worker", "-batch", fmt.Sprint(batch))
	return r, err
}

// sweep runs one with a coordinator and a worker process; all is what both used.
func sweep(yaml []byte, as ...string) (r rate, all used, err error) {
	dir, clean, err := scratch()
	if err != nil {
		return r, all, err
	}
	defer clean()
	db := filepath.Join(dir, "dispatch.db")
	c, err := start("-role", "coordinator", "-db", db)
	if err != nil {
		return r, all, err
	}
	w, err := start(append(as, "-db", db)...)
	if err != nil {
		return r, all, err
	}
	target, err := join.ParseTarget("@"+join.JoinFile(db), join.Options{})
	if err != nil {
		return r, all, err
	}
	ctl, err := client.New(target)
	if err != nil {
		return r, all, err
	}
	defer func() { _ = ctl.Close() }()
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Minute)
	defer cancel()
	begin := time.Now()
	sub, err := ctl.Submit(ctx, &gardnerv1.SubmitRequest{Yaml: yaml, File: "s.yaml"})
	if err != nil {
		return r, all, err
	}
	if err := ctl.Follow(ctx, "s", time.Second, func(*gardnerv1.StatusResponse) error { return nil }); err != nil {
		return r, all, err
	}
	elapsed := time.Since(begin).Seconds()
	for _, p := range []*child{w, c} {
		u, err := p.end()
		if err != nil {
			return r, all, err
		}
		all.of += u.of
		all.cpu += u.cpu
		all.time += u.time
	}
	return rate{float64(sub.Tasks) / elapsed, all.of / float64(sub.Tasks) * 1e6}, all, nil
}
