// Package sim plays a coordinator, its workers, the network between them, its disk and everybody's clocks in one
// goroutine under a fake clock, and an adversary who breaks all of them. A seed decides everything, so whatever goes
// wrong can be seen again.
//
//	coverage, err := sim.Run(seed, sim.Options{}) // err names the promise that was broken, when, and the seed
//
//	make sim                                                          100,000 schedules
//	go test ./coordinator/sim -run TestSchedules -replay SEED         one of them, with all that is said and decided
//
// # What is real and what is a twin
//
// The scheduler is the real one. Around it stand twins that follow the real code step by step: the owner, the sessions
// and the recorder of package coordinator, the loop, slots and outbox of package worker, the writer of package store.
// A twin of the database changes a transaction at a time and may tear the last one; that bbolt keeps this promise for
// every combination of torn sectors is shown on real files in package store. The same adversary, with fewer schedules,
// drives the real coordinator, store, gRPC and workers in the tests of this package, under testing/synctest.
//
// # Faults
//
// Network: messages take time; connections break, noticed by either end at once, late or never; what was under way is
// lost, or arrives after the next hello; partitions of one or all; messages doubled and swapped as TCP never would.
// Machines: workers and coordinator are killed, stopped and go on, drained, lose power; a crash of the coordinator falls
// between any two of its steps. Disk: slow, full, a sync that fails though the pages are written, a torn last commit.
// Clocks: workers' run fast or slow, the coordinator's wall clock jumps by hours. Tasks: fail always or some times, kill
// their worker; a worker computes other bits. Operators: pause, cancel, resume, retry, extend, audit meanwhile.
//
// # Promises checked
//
//   - Nothing acknowledged is lost, in memory or over any crash, and its bits never change.
//   - Nothing is stored twice; a second result with other bits is reported and the first stays.
//   - In every durable state the bitmap says exactly which tasks have a result, and no such task has a failure.
//   - The scheduler takes for done only what is durable, and never contradicts itself (scheduler.Inspector), after each
//     round of events.
//   - An acknowledged failure has been counted durably; nothing is quarantined that did not earn it.
//   - What a sweep wants audited has been, at the end; a lie that two workers computed is known, and one that was
//     outvoted is gone. Nothing but such a verdict changes a stored result, and only to what is right.
//   - A worker that was heard of within the time its leases live is not given up.
//   - Once faults stop, every sweep completes within ten minutes, and after `retry` with all of its tasks.
//
// Every schedule has at least 200 tasks and 3 faults. That the checks bite is shown by mutants: [Mutants].
package sim
