// Package coordinator serves a database: it hands out leases to workers, stores what they compute, and answers
// commands.
//
//	c, err := coordinator.New(coordinator.Config{DB: "gardner.db", Registry: sweeps.Builtin(), Socket: true})
//	j, err := c.Listen("0.0.0.0:7070") // TLS; j is the join text
//	...
//	err = c.Close(ctx)
//
// In one process with its workers it is the same thing over an in-memory connection:
//
//	go worker.Run(ctx, worker.Config{Target: c.Target(), Registry: registry})
//	c.Control().Submit(ctx, &gardnerv1.SubmitRequest{Yaml: file})
//
// # Parts
//
// The owner goroutine alone touches the scheduler (package scheduler, a pure state machine): sessions and commands post
// events, it applies them in batches and carries out the actions that follow. A session is one worker's stream: its
// receiver checks results and appends them to the store, its sender writes leases and acknowledgements. The recorder
// makes failures and changes of state durable, in order.
//
// # The way of a result
//
//	Results -> seal (signed with the database's key?) -> ordinals within the lease, records well-formed
//	        -> store.Append -> transaction synced -> Ack to the worker, Stored to the scheduler
//
// Nothing is acknowledged before it is durable. A result under a valid seal is welcome whatever has happened since the
// lease was granted: a duplicate is acknowledged again, other bits than the first are reported as a conflict.
package coordinator
