package sim

import (
	"gardner/coordinator/scheduler"
	"gardner/coordinator/store"
	"gardner/sweeps"
)

// ledger remembers what has been promised to whom, outside of all processes.
type ledger struct {
	w *world
	// By block and task: the record that was acknowledged, 0 if none was.
	acked [][]uint64
	// Failures the scheduler has decided on, and how often each was forgiven.
	decisions map[task]decision
	fails     map[task]int // executions that failed
	auditors  map[task]int // whose result ended a task's audit
	crashes   int          // workers lost, or silent for long enough to count as lost
}

type task struct {
	block   int
	ordinal uint64
}

type decision struct{ attempts, forgiven int }

func (l *ledger) task(id sweeps.BlockID, ordinal uint64) task {
	return task{l.w.shape.index[id], ordinal}
}

// acknowledge notes that the coordinator is about to acknowledge results: they must be durable.
func (l *ledger) acknowledge(m *message) {
	t := l.w.shape.index[m.lease.Block]
	for i, o := range m.ordinals {
		rec := l.w.disk.blocks[t].records[o]
		if !rec.there || !l.w.disk.blocks[t].bits.Has(o) {
			l.w.violated("task %d:%d is acknowledged, and not durable", t, o)
			return
		}
		l.acked[t][o] = rec.value
		if m.values[i] != rec.value && l.w.opt.Mutant != AuditBlind {
			if _, known := l.w.disk.conflicts[task{t, o}]; !known {
				l.w.violated("task %d:%d has other bits than a result that is acknowledged, and no durable conflict", t, o)
			}
		}
	}
}

// corrected notes that an acknowledged result was outvoted and replaced: nothing else may change it, and only for the better.
func (l *ledger) corrected(t task, v uint64) {
	if v != value(t.block, t.ordinal) {
		l.w.violated("task %d:%d is corrected to other bits than its own", t.block, t.ordinal)
	}
	if l.acked[t.block][t.ordinal] != 0 {
		l.acked[t.block][t.ordinal] = v
	}
}

// audits checks at the end that all that was to be audited was, and that no lie which was computed twice is unknown.
func (l *ledger) audits(c *coordinator) {
	for _, i := range l.w.disk.order {
		table, id := l.w.disk.blocks[i], l.w.shape.ids[i]
		for o := range table.records {
			t := task{i, uint64(o)}
			known, disputed := l.w.disk.conflicts[t]
			if c.in.Drawn(c.s, id, t.ordinal) {
				l.w.cov.edge("audit: drawn")
				if !table.audited.Has(t.ordinal) && (!disputed || known.Verdict != scheduler.Open) {
					l.w.violated("at the end: task %d:%d was to be audited and was not", i, o)
				}
			}
			if table.records[o].value == value(i, t.ordinal) {
				continue
			}
			auditor, audited := l.auditors[t]
			switch {
			case audited && auditor != table.records[o].by && !disputed:
				l.w.violated("at the end: worker %d lied about task %d:%d, worker %d computed it too, and nobody knows", table.records[o].by, i, o, auditor)
			case known.Verdict == scheduler.Outvoted, known.Verdict == scheduler.Upheld && known.Votes[0].Worker != "":
				l.w.violated("at the end: a lie about task %d:%d stands, the verdict was %q", i, o, known.Verdict)
			}
		}
	}
}

// check looks for everything that was acknowledged.
func (l *ledger) check(when string) {
	for t, acked := range l.acked {
		for o, v := range acked {
			if v == 0 {
				continue
			}
			switch rec := l.w.disk.blocks[t].records[o]; {
			case !rec.there:
				l.w.violated("%s: task %d:%d was acknowledged and is lost", when, t, o)
			case rec.value != v:
				l.w.violated("%s: task %d:%d was acknowledged and has other bits", when, t, o)
			}
		}
	}
}

func (l *ledger) decided(f store.Failure) {
	t := l.task(f.Block, f.Ordinal)
	l.decisions[t] = decision{f.Attempts, l.decisions[t].forgiven}
}

// restarted forgets what a process decided and did not live to record: it has promised nothing.
func (l *ledger) restarted() {
	for t, d := range l.decisions {
		d.attempts = min(d.attempts, l.w.disk.blocks[t.block].failures[t.ordinal].Attempts)
		l.decisions[t] = d
	}
	for t := range l.auditors {
		if !l.w.disk.blocks[t.block].audited.Has(t.ordinal) {
			delete(l.auditors, t)
		}
	}
}

func (l *ledger) forgiven(id sweeps.BlockID, ordinal uint64) {
	t := l.task(id, ordinal)
	l.decisions[t] = decision{0, l.decisions[t].forgiven + 1}
}

// promise is what a later acknowledgement will promise: of a failure, that the attempts decided on by now are durable.
func (l *ledger) promise(m *message) (kept func()) {
	if m.kind == results {
		return func() { l.acknowledge(m) }
	}
	ordinal := m.ordinals[0]
	t := l.task(m.lease.Block, ordinal)
	want := l.decisions[t]
	return func() {
		table := l.w.disk.blocks[t.block]
		if table.records[ordinal].there || l.decisions[t].forgiven > want.forgiven || table.failures[ordinal].Attempts >= want.attempts {
			return
		}
		l.w.violated("failure %d of task %d:%d is acknowledged, and %d are durable", want.attempts, t.block, ordinal, table.failures[ordinal].Attempts)
	}
}

func (l *ledger) failed(block int, ordinal uint64) { l.fails[task{block, ordinal}]++ }

// quarantine checks that a task which the scheduler has given up deserved it.
func (l *ledger) quarantine(f store.Failure) {
	t := l.task(f.Block, f.Ordinal)
	switch f.Kind {
	case scheduler.Numerical:
		if l.w.special[t].kind != numerical {
			l.w.violated("task %d:%d is quarantined as numerical", t.block, t.ordinal)
		}
	case scheduler.Crash:
		if l.crashes < 3 {
			l.w.violated("task %d:%d is quarantined as a crash, and %d workers were lost in all", t.block, t.ordinal, l.crashes)
		}
	default:
		if l.fails[t] < 2 {
			l.w.violated("task %d:%d is quarantined as %s, and failed %d times", t.block, t.ordinal, f.Kind, l.fails[t])
		}
	}
}
