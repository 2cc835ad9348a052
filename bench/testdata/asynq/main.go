// Command asynq measures a durable rival of our dispatch: hibiken/asynq over a Redis that syncs its log at every
// write. It starts redis-server itself, and prints tasks a second and processor time a task, Redis included.
package main

import (
	"context"
	"fmt"
	"io"
	"log"
	"net"
	"os"
	"os/exec"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/hibiken/asynq"
)

const tasks = 2000

func main() {
	if err := run(); err != nil {
		log.Fatal(err)
	}
}

func run() error {
	dir, err := os.MkdirTemp("", "gardner-asynq")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	addr := l.Addr().(*net.TCPAddr)
	if err := l.Close(); err != nil {
		return err
	}
	redis := exec.Command("redis-server", "--bind", "127.0.0.1", "--port", fmt.Sprint(addr.Port), "--dir", dir,
		"--appendonly", "yes", "--appendfsync", "always", "--save", "")
	redis.Stdout = io.Discard
	if err := redis.Start(); err != nil {
		return err
	}
	opt := asynq.RedisClientOpt{Addr: addr.String()}
	client := asynq.NewClient(opt)
	for until := time.Now().Add(10 * time.Second); client.Ping() != nil; time.Sleep(20 * time.Millisecond) {
		if time.Now().After(until) {
			return fmt.Errorf("redis does not answer on %v", addr)
		}
	}
	begin := time.Now()
	var all sync.WaitGroup
	for part := range 8 {
		all.Go(func() {
			for i := part; i < tasks; i += 8 {
				if _, err := client.Enqueue(asynq.NewTask("nothing", fmt.Appendf(nil, "%d", i)), asynq.MaxRetry(3)); err != nil {
					log.Print(err)
				}
			}
		})
	}
	all.Wait()
	enqueued := time.Since(begin)
	done := make(chan struct{})
	var n atomic.Int64
	server := asynq.NewServer(opt, asynq.Config{Concurrency: 64, LogLevel: asynq.FatalLevel})
	begin = time.Now()
	if err := server.Start(asynq.HandlerFunc(func(context.Context, *asynq.Task) error {
		if n.Add(1) == tasks {
			close(done)
		}
		return nil
	})); err != nil {
		return err
	}
	<-done
	processed := time.Since(begin)
	server.Shutdown()
	if err := client.Close(); err != nil {
		return err
	}
	if err := redis.Process.Signal(syscall.SIGTERM); err != nil {
		return err
	}
	_ = redis.Wait() // says that it was stopped
	var self, child syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &self); err != nil {
		return err
	}
	if err := syscall.Getrusage(syscall.RUSAGE_CHILDREN, &child); err != nil {
		return err
	}
	used := 0.0
	for _, u := range []syscall.Rusage{self, child} {
		used += float64(u.Utime.Sec+u.Stime.Sec) + float64(u.Utime.Usec+u.Stime.Usec)/1e6
	}
	fmt.Printf("%-40s %9.0f %12.2f   (durable; enqueued at %.0f/s; 64 at a time)\n", "asynq, Redis fsync always",
		tasks/processed.Seconds(), used/tasks*1e6, tasks/enqueued.Seconds())
	return nil
}
