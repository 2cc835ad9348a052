package scheduler

import (
	"gardner/coordinator/store"
	"gardner/sweeps"
)

// Action is something the scheduler's owner is to do: a Grant, Idle, Revoke, Dismiss,
// Record, Forget, Change, Audited or Dispute.
type Action interface{ action() }

// Grant hands a lease to a worker.
type Grant struct {
	Worker WorkerID
	Lease  Lease
}

// Idle tells a worker that there is nothing to do for it at the moment, and that no block waits for workers of an
// earlier process.
type Idle struct{ Worker WorkerID }

// Revoke tells a worker to stop working on a lease; the lease is forgotten.
type Revoke struct {
	Worker WorkerID
	Lease  LeaseID
}

// Dismiss ends the session of a worker that was silent for too long. If it lives it joins again and says what it holds.
type Dismiss struct{ Worker WorkerID }

// Record makes a failure durable.
type Record struct{ Failure store.Failure }

// Forget removes a durable failure.
type Forget struct {
	Block   sweeps.BlockID
	Ordinal uint64
}

// Change makes a sweep's new state durable.
type Change struct {
	Sweep  string
	State  State
	Reason string
}

func (Grant) action()   {}
func (Idle) action()    {}
func (Revoke) action()  {}
func (Dismiss) action() {}
func (Record) action()  {}
func (Forget) action()  {}
func (Change) action()  {}
