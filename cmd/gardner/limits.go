package main

import (
	"time"

	"github.com/spf13/pflag"

	"gardner/worker"
)

// limitFlags bound what a task may take of a process that computes.
type limitFlags struct {
	timeout time.Duration
	memory  byteSize
}

func (l *limitFlags) flags(f *pflag.FlagSet) {
	f.DurationVar(&l.timeout, "task-timeout", 0, "a task that runs longer has failed; one that does not stop then costs this process a restart (0: never)")
	f.Var(&l.memory, "memory-limit", "memory of this process, such as 8GB; beyond it the longest-running task has failed and the process restarts (0: none)")
}

func (l *limitFlags) set(cfg *worker.Config) {
	cfg.TaskTimeout, cfg.MemoryLimit = l.timeout, int64(l.memory)
}
