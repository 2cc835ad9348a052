package scheduler

import (
	"slices"
	"strings"
	"testing"
	"time"

	"gardner/coordinator/store"
	"gardner/sweeps"
)

// auditing is a sweep of n tasks that worker "one" has stored, all of which are to be audited.
type auditing struct {
	*Scheduler
	t   *testing.T
	b   *sweeps.Block
	now time.Duration
}

func newAuditing(t *testing.T, n int) *auditing {
	t.Helper()
	a := &auditing{Scheduler: New(Config{}, 0), t: t, b: grid(t, 0, n, 0, 1, 1)}
	a.AddBlock(info(a.b))
	a.PutSweep("s", []sweeps.BlockID{a.b.ID()}, Active, 0)
	a.SetPolicy(0, "s", Policy{Audit: 1})
	a.worker(1, "one", "f")
	a.Pull(0, 1, n)
	for _, g := range grants(a.Scheduler, 0) { // all before the first is stored, or it would audit itself
		a.Stored(0, 1, g.Lease.ID, g.Lease.Block, []uint64{g.Lease.Lo}, nil)
	}
	a.Leave(0, 1, false)
	a.Join(0, 1, a.workers[1].Worker, nil) // it wants nothing
	return a
}

func (a *auditing) worker(id WorkerID, name, fingerprint string) {
	w := able(1)
	w.Name, w.Fingerprint = name, fingerprint
	a.Join(a.now, id, w, nil)
	a.Pull(a.now, id, 1)
}

// grant returns the one lease that is handed out, with whom it went to.
func (a *auditing) grant() Grant {
	a.t.Helper()
	g := onlyGrant(a.t, a.Scheduler, a.now)
	if err := check(a.Scheduler); err != nil {
		a.t.Fatal(err)
	}
	return g
}

// answer hands in what an audit found, and returns what is made durable.
func (a *auditing) answer(g Grant, equal bool, digest string) []Conflict {
	a.t.Helper()
	a.Checked(a.now, g.Worker, g.Lease.ID, g.Lease.Block, Check{Ordinal: g.Lease.Lo, Equal: equal, Near: true, Digest: digest})
	a.Stored(a.now, g.Worker, g.Lease.ID, g.Lease.Block, []uint64{g.Lease.Lo}, []float32{0.1})
	if err := check(a.Scheduler); err != nil {
		a.t.Fatal(err)
	}
	return disputes(a.Actions(a.now))
}

func disputes(actions []Action) (out []Conflict) {
	for _, x := range actions {
		if d, ok := x.(Dispute); ok {
			out = append(out, d.Conflict)
		}
	}
	return out
}

func (a *auditing) state() State {
	v, _ := a.Sweep("s")
	return v.State
}

func TestAuditGoesToAnotherWorker(t *testing.T) {
	t.Parallel()
	a := newAuditing(t, 1)
	a.worker(3, "three", "g")
	a.worker(2, "two", "f")
	a.Pull(0, 1, 1)
	g := a.grant() // of all three, the one of the same numerics
	if g.Worker != 2 || g.Lease.Lo != 0 || a.state() != Active {
		t.Fatalf("%+v, sweep %v", g, a.state())
	}
	if c := a.answer(g, true, "x"); len(c) != 0 {
		t.Errorf("an audit that agreed made a conflict: %v", c)
	}
	if v, _ := a.Sweep("s"); v.State != Done || v.Audited != 1 {
		t.Errorf("after the audit: %+v", v)
	}
}

func TestAuditWithoutAnotherWorker(t *testing.T) {
	t.Parallel()
	a := newAuditing(t, 1)
	a.Pull(0, 1, 1)
	if g := a.grant(); g.Worker != 1 {
		t.Errorf("the only worker was not asked: %+v", g)
	}
	b := newAuditing(t, 1)
	b.Leave(0, 1, true)
	b.now += time.Second
	b.Tick(b.now)
	if b.state() != Active {
		t.Errorf("the audit is still to be done, and the sweep is %v", b.state())
	}
}

func TestOtherNumericsAgreeWithinTolerance(t *testing.T) {
	t.Parallel()
	a := newAuditing(t, 1)
	a.worker(2, "two", "g")
	if c := a.answer(a.grant(), false, "x"); len(c) != 0 {
		t.Errorf("numbers within the tolerance made a conflict: %v", c)
	}
	b := newAuditing(t, 1)
	b.worker(2, "two", "f")
	if c := b.answer(b.grant(), false, "x"); len(c) != 1 || c[0].Verdict != Open {
		t.Errorf("other bits of the same numerics: %v", c)
	}
}

func TestThirdVote(t *testing.T) {
	t.Parallel()
	for want, third := range map[Verdict]struct {
		equal  bool
		digest string
	}{Upheld: {true, "kept"}, Outvoted: {false, "other"}, NoMajority: {false, "third"}} {
		a := newAuditing(t, 1)
		a.worker(2, "two", "f")
		g := a.grant()
		a.Join(0, 3, able(1), nil) // there is somebody to vote, later
		c := a.answer(g, false, "other")
		if len(c) != 1 || c[0].Verdict != Open || len(c[0].Votes) != 2 || c[0].Votes[0].Worker != "one" || c[0].Votes[1].Worker != "two" {
			t.Fatalf("conflict %+v", c)
		}
		a.Pull(0, 1, 1)
		a.Pull(0, 2, 1)
		if g := grants(a.Scheduler, 0); len(g) != 0 {
			t.Fatalf("who has voted was asked again: %v", g)
		}
		a.worker(3, "three", "f")
		c = a.answer(a.grant(), third.equal, third.digest)
		if len(c) != 1 || c[0].Verdict != want || len(c[0].Votes) != 3 || c[0].Votes[2].Worker != "three" {
			t.Errorf("%s: %+v", want, c)
		}
		if a.state() != Done {
			t.Errorf("%s: the sweep is %v", want, a.state())
		}
	}
}

// A straggler whose bits differ from those that were first is a conflict, too.
func TestUnaskedDisagreement(t *testing.T) {
	t.Parallel()
	s, now, first, actions := straggling(t, able(1))
	twin := grantsOf(actions)[0].Lease
	s.Stored(now, 2, twin.ID, twin.Block, []uint64{19}, []float32{0.1})
	s.Actions(now)
	s.Checked(now, 1, first.ID, first.Block, Check{Ordinal: 19, Near: true, Digest: "other"})
	s.Stored(now, 1, first.ID, first.Block, []uint64{19}, []float32{10})
	if c := disputes(s.Actions(now)); len(c) != 1 || c[0].Verdict != Open || c[0].Ordinal != 19 {
		t.Errorf("%+v", c)
	}
	if err := check(s); err != nil {
		t.Fatal(err)
	}
}

// An audit falls to the worker whose result is stored, for it is alone; a straggler disagrees meanwhile. Both have voted:
// what the first computes now is no third vote.
func TestThirdVoteIsNotWhoVoted(t *testing.T) {
	t.Parallel()
	a := newAuditing(t, 1)
	a.Pull(0, 1, 1)
	own := a.grant()
	if own.Worker != 1 {
		t.Fatalf("%+v", own)
	}
	a.worker(2, "two", "f")
	a.Checked(0, 2, 1<<40, a.b.ID(), Check{Ordinal: 0, Digest: "other"}) // of an earlier process
	if c := disputes(a.Actions(0)); len(c) != 1 || c[0].Verdict != Open || len(c[0].Votes) != 2 {
		t.Fatalf("%+v", c)
	}
	if c := a.answer(own, true, "kept"); len(c) != 0 {
		t.Errorf("who has voted has voted again: %+v", c)
	}
	a.worker(3, "three", "f")
	a.Tick(0)
	if c := a.answer(a.grant(), false, "other"); len(c) != 1 || c[0].Verdict != Outvoted {
		t.Errorf("%+v", c)
	}
}

func TestAuditsSurviveTheirWorkers(t *testing.T) {
	t.Parallel()
	a := newAuditing(t, 1)
	a.Leave(0, 1, true)
	for try := range 2 * auditTries {
		id := WorkerID(2 + try)
		a.worker(id, "next", "f")
		g := a.grant()
		if g.Worker != id {
			t.Fatalf("try %d: %+v", try, g)
		}
		if try%2 == 0 { // says goodbye: that says nothing about the task
			a.Leave(a.now, id, true)
			continue
		}
		a.Heartbeat(a.now, id, []Running{{Lease: g.Lease.ID, Block: g.Lease.Block}})
		for range 30 {
			a.now += time.Second
			a.Tick(a.now)
		}
	}
	c := disputes(a.Actions(a.now))
	if len(c) != 1 || c[0].Verdict != Failed || !strings.HasPrefix(c[0].Message, Crash) {
		t.Errorf("%+v", c)
	}
	a.worker(99, "last", "f")
	if g := grants(a.Scheduler, a.now); len(g) != 0 {
		t.Errorf("an audit that nobody survives was handed out again: %v", g)
	}
	a.now += time.Second
	a.Tick(a.now)
	if a.state() != Done {
		t.Errorf("the sweep is %v", a.state())
	}
}

// again is the scheduler of the next process on what this one has stored.
func (a *auditing) again(share float64, audited *store.Bitmap, known ...Conflict) *auditing {
	b := a.blocks[a.b.ID()]
	next := &auditing{Scheduler: New(Config{FirstLease: 1 << 20}, 0), t: a.t, b: a.b}
	in := info(a.b)
	in.Done, in.Audited = b.done.Clone(), audited
	next.AddBlock(in)
	for _, c := range known {
		next.Restore(c)
	}
	next.PutSweep("s", []sweeps.BlockID{a.b.ID()}, a.sweeps["s"].state, 0)
	next.SetPolicy(0, "s", Policy{Audit: share})
	return next
}

// finish lets one honest worker do all there is.
func (a *auditing) finish(name string) (audited []uint64) {
	a.worker(50, name, "f")
	for {
		g := grants(a.Scheduler, a.now)
		if len(g) == 0 {
			return audited
		}
		audited = append(audited, g[0].Lease.Lo)
		a.answer(g[0], true, "x")
		a.Pull(a.now, 50, 1)
	}
}

// What was audited is durable, what is to be audited follows from the keys: a restart continues.
func TestAuditsSurviveARestart(t *testing.T) {
	t.Parallel()
	const n = 40
	a := newAuditing(t, n)
	a.worker(2, "two", "f")
	audited := store.NewBitmap(n)
	for range 10 {
		g := a.grant()
		a.answer(g, true, "x")
		audited.Set(g.Lease.Lo)
		a.Pull(a.now, 2, 1)
	}
	next := a.again(1, audited.Clone())
	if rest := next.finish("two"); len(rest) != n-10 || audited.Has(rest[0]) {
		t.Errorf("audited after the restart: %v", rest)
	}
	if v, _ := next.Sweep("s"); v.State != Done || v.Audited != n {
		t.Errorf("at the end: %+v", v)
	}
	// A larger share reopens a sweep that is done, and asks for what is missing only; a smaller one asks for nothing.
	a = newAuditing(t, n)
	a.SetPolicy(0, "s", Policy{Audit: 0.25})
	first := a.finish("two")
	a.SetPolicy(0, "s", Policy{Audit: 0.75})
	if a.state() != Active {
		t.Errorf("with a larger share to audit the sweep is %v", a.state())
	}
	a.Leave(0, 50, true)
	second := a.finish("three")
	a.SetPolicy(0, "s", Policy{Audit: 0.5})
	if a.state() != Done || len(first) < 3 || len(second) < 10 || len(first)+len(second) > n-3 {
		t.Errorf("audited %v, then %v; the sweep is %v", first, second, a.state())
	}
	for _, o := range second {
		if slices.Contains(first, o) {
			t.Errorf("task %d was audited twice", o)
		}
	}
	next = a.again(0.75, a.blocks[a.b.ID()].audited.Clone())
	if next.state() != Done || len(next.finish("four")) != 0 {
		t.Errorf("a sweep whose audits are over is %v after a restart", next.state())
	}
}

// The third vote is asked for after a restart, too, and not of those who have voted.
func TestOpenConflictSurvivesARestart(t *testing.T) {
	t.Parallel()
	a := newAuditing(t, 1)
	a.worker(2, "two", "f")
	c := a.answer(a.grant(), false, "other")
	next := a.again(1, nil, c...)
	next.worker(7, "two", "f")
	next.worker(8, "one", "f")
	if g := grants(next.Scheduler, 0); len(g) != 0 {
		t.Fatalf("who has voted was asked again: %v", g)
	}
	next.worker(9, "three", "f")
	next.Tick(0) // the sweep was done, for there was nobody to vote
	if next.state() != Active {
		t.Errorf("with somebody to vote the sweep is %v", next.state())
	}
	g := next.grant()
	next.Checked(0, 9, g.Lease.ID, g.Lease.Block, Check{Ordinal: 0, Digest: "other", Record: []byte("right")})
	next.Stored(0, 9, g.Lease.ID, g.Lease.Block, []uint64{0}, nil)
	for _, x := range next.Actions(0) {
		if d, ok := x.(Dispute); ok {
			if d.Conflict.Verdict != Outvoted || len(d.Conflict.Votes) != 3 || string(d.Record) != "right" {
				t.Errorf("%+v", d)
			}
			return
		}
	}
	t.Error("no verdict")
}

func TestAFailureOfAStoredTask(t *testing.T) {
	t.Parallel()
	a := newAuditing(t, 1)
	a.worker(2, "two", "f")
	g := a.grant()
	a.Failed(0, 2, g.Lease.ID, g.Lease.Block, 0, Panic, "at the disco")
	a.Pull(0, 2, 1)
	g = a.grant()
	a.Failed(0, 2, g.Lease.ID, g.Lease.Block, 0, Panic, "at the disco")
	c := disputes(a.Actions(0))
	if len(c) != 1 || c[0].Verdict != Failed || c[0].Message != "panic: at the disco" {
		t.Errorf("%+v", c)
	}
	if v, _ := a.Sweep("s"); v.State != Done || v.Failed != 0 || v.Done != 1 {
		t.Errorf("%+v", v)
	}
}

func TestTheLotteryIsFair(t *testing.T) {
	t.Parallel()
	b := grid(t, 0, 20, 0, 1, 1)
	won := 0
	for o := range uint64(100000) {
		if x := lottery(b.ID(), o); x < 0 || x >= 1 {
			t.Fatalf("lottery %g", x)
		} else if x < 0.01 {
			won++
		}
	}
	if won < 900 || won > 1100 {
		t.Errorf("of 100,000 tasks %d were drawn at 1 %%", won)
	}
}
