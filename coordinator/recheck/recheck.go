// Package recheck computes stored results again and says whether they come out the same.
//
//	c := recheck.New(registry, sets, cache)
//	err := c.Task(ctx, block, ordinal, record)   // from as many goroutines as there are cores
//	tally := c.Tally()
package recheck

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"sync"

	"gardner/sweeps"
	"gardner/sweeps/data"
)

// Checker computes tasks again. It is safe for concurrent use.
type Checker struct {
	registry *sweeps.Registry
	sets     sweeps.Sets
	cache    sweeps.ArtefactCache

	// Commands runs the programs of people's own experiments; nil: their results are
	// skipped. Set it before the first task.
	Commands sweeps.Commands

	fetching sync.Mutex // held while a data set is fetched; guards the last one: tasks of a sweep share theirs
	lastHash data.Hash
	lastSet  *data.Set

	mu    sync.Mutex // guards the rest
	plans map[sweeps.BlockID]*sweeps.Plan
	tally Tally
}

// Tally counts the results that were looked at.
type Tally struct {
	Equal   uint64 // computed again to the same bits
	Near    uint64 // within sweeps.Tolerance: what other numerics may come to
	Skipped uint64 // planned with another version of their experiment than this build has
	Unrun   uint64 // of commands, which are not run here

	Problems []string // results that differ, and tasks that fail now: the first maxProblems
	More     int      // further ones
}

const maxProblems = 100

// Checked is how many results were computed again.
func (t *Tally) Checked() uint64 {
	return t.Equal + t.Near + uint64(len(t.Problems)+t.More)
}

// New returns a checker. Sets finds the data sets of tasks that need them; the cache may be nil: then everything that
// tasks share is computed for each.
func New(registry *sweeps.Registry, sets sweeps.Sets, cache sweeps.ArtefactCache) *Checker {
	return &Checker{registry: registry, sets: sets, cache: cache, plans: map[sweeps.BlockID]*sweeps.Plan{}}
}

// Tally returns the counts so far.
func (c *Checker) Tally() Tally {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.tally
}

// Task computes the rows of a record again and counts how they compare. The error is for what stops everything: a
// context that has ended.
func (c *Checker) Task(ctx context.Context, b *sweeps.Block, ordinal uint64, record []byte) error {
	equal, near, err := c.compare(ctx, b, ordinal, record)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	switch t := &c.tally; {
	case errors.Is(err, sweeps.ErrVersion):
		t.Skipped++
	case errors.Is(err, sweeps.ErrNoCommands):
		t.Unrun++
	case err == nil && equal:
		t.Equal++
	case err == nil && near:
		t.Near++
	case len(t.Problems) == maxProblems:
		t.More++
	default:
		if err == nil {
			err = errors.New("computed again, the result is another one")
		}
		t.Problems = append(t.Problems, fmt.Sprintf("%s:%d: %v", b.ID().Short(), ordinal, err))
	}
	return nil
}

func (c *Checker) compare(ctx context.Context, b *sweeps.Block, ordinal uint64, record []byte) (equal, near bool, err error) {
	plan, err := c.plan(b)
	if err != nil {
		return false, false, err
	}
	mask, _, err := sweeps.DecodeRecord(plan.Experiment, plan.Rows(), record)
	if err != nil {
		return false, false, err
	}
	t := plan.Task(ordinal, mask)
	t.Threads, t.Sets, t.Artefacts, t.Commands = 1, c.set, c.cache, c.Commands
	rows, err := t.Run(ctx)
	if err != nil {
		return false, false, fmt.Errorf("it fails now: %w", err)
	}
	again := sweeps.EncodeRecord(plan.Experiment, plan.Rows(), mask, rows)
	if bytes.Equal(record, again) {
		return true, true, nil
	}
	compared, err := sweeps.CompareRecords(plan.Experiment, plan.Rows(), record, again)
	return compared.Equal, compared.Near, err
}

func (c *Checker) plan(b *sweeps.Block) (*sweeps.Plan, error) {
	id := b.ID()
	c.mu.Lock()
	defer c.mu.Unlock()
	if p := c.plans[id]; p != nil {
		return p, nil
	}
	p, err := c.registry.Plan(b)
	if err == nil {
		c.plans[id] = p
	}
	return p, err
}

// set is the sweeps.Sets of the tasks.
func (c *Checker) set(ctx context.Context, h data.Hash) (*data.Set, error) {
	c.fetching.Lock()
	defer c.fetching.Unlock()
	if c.lastSet != nil && c.lastHash == h {
		return c.lastSet, nil
	}
	set, err := c.sets(ctx, h)
	if err == nil {
		c.lastHash, c.lastSet = h, set
	}
	return set, err
}
