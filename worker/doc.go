// Package worker pulls leases from a coordinator, runs their tasks and hands in
// the results. It holds nothing that cannot be lost: a worker may be started,
// killed and cut off at any time.
//
//	err := worker.Run(ctx, worker.Config{Target: target, Registry: sweeps.Builtin(), Slots: 2})
//
// # Parts
//
// One goroutine, the loop, owns all state: leases waiting, leases under way, and
// the outbox of what the coordinator has not acknowledged yet. Each slot is a
// goroutine that takes one lease at a time, runs its tasks in order and hands
// batches of records to the loop. A session is one stream to the coordinator
// with a sender and a receiver goroutine; when it breaks, slots go on computing,
// and the next session begins by handing in the whole outbox again.
//
// # Ending
//
// When ctx ends, leases that no slot has begun and the rest of those under way
// are given back at once; tasks that are running may finish within Config.Grace,
// then they are given back too. What is finished is handed in and acknowledged
// before Run returns.
package worker
