// Package scheduler decides which worker computes which task, and when again.
//
// It is a pure state machine: events and time go in through methods, decisions come out of [Scheduler.Actions].
// It does no I/O, starts no goroutine and reads no clock, so the coordinator and a simulation drive the same code.
//
//	s := scheduler.New(scheduler.Config{}, now)
//	s.AddBlock(scheduler.BlockInfo{ID: id, Block: block, Done: done})
//	s.PutSweep("robustness", []sweeps.BlockID{id}, scheduler.Active, now)
//	s.Join(now, worker, scheduler.Worker{Slots: 2, Can: can}, nil)
//	s.Pull(now, worker, 2)
//	for _, a := range s.Actions(now) { ... } // Grant, Revoke, Record, Dispute, Change ...
//
// Times are durations since any fixed moment on a monotonic clock.
//
// # States of a task
//
// A task is done or not: one bit, and that bit is durable elsewhere. All else is sparse or can be forgotten:
//
//	pending      neither done nor out
//	out          in a lease, waiting for its second attempt, suspect, or quarantined: a second bit
//	done         its result is durable
//
//	pending -> out (leased)  -> done
//	                         -> pending       given back; its worker fell silent before it had started the lease
//	                         -> out (suspect) its worker fell silent while running it: retried in small leases, at last alone
//	                         -> out (waiting) failed once: retried on another worker
//	                         -> out (quarantined) numerical error, failed twice, or its worker died each time it ran alone
//	out (quarantined) -> pending by Retry
//
// A result is welcome in every state. A lease is a promise not to hand out its tasks twice; forgetting one (a restart)
// costs at most computing them again.
//
// At the tail of a sweep a straggler is leased twice (speculate.go): its task is out until both leases are gone or one
// has an answer.
//
// Some tasks that are done are computed again, to see whether workers can be trusted (audit.go): a lease of such a task
// changes nothing of its state. A result that two workers outvote is replaced (conflict.go).
//
// # Blocks that overlap
//
// A row belongs to the oldest block that has it. A younger block hands out only rows no older one has (an inner mask
// where part of a task is older), and counts a task as done when all blocks that own its rows have done it. A sweep
// thus also draws on the overlapped part of older blocks, whether or not their own sweep is active.
package scheduler
