package coordinator

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"sync"
	"time"

	"gardner/coordinator/scheduler"
	"gardner/coordinator/store"
	gardnerv1 "gardner/proto/gardner/v1"
	"gardner/sweeps"
)

// Names of the coordinator's own durable facts.
const (
	settingConflicts    = "conflicts"
	settingFingerprints = "fingerprints"
)

// maxConflicts bounds the conflicts that are kept in full; all are counted.
const maxConflicts = 1000

// conflictLog is what is known of tasks that were computed with different results. It is durable.
type conflictLog struct {
	mu    sync.Mutex // guards the rest
	Total uint64     `json:"total"`
	Known []conflict `json:"known"` // the newest, oldest first
}

type conflict struct {
	scheduler.Conflict
	Time time.Time
}

// load reads what an earlier process has written.
func (l *conflictLog) load(st *store.Store) error {
	data, err := st.Setting(settingConflicts)
	if err != nil || data == nil {
		return err
	}
	if err := json.Unmarshal(data, l); err != nil {
		return fmt.Errorf("read the known conflicts: %w", err)
	}
	return nil
}

// put adds a conflict or what became of one, and returns the log as it is to be stored.
func (l *conflictLog) put(c scheduler.Conflict, now time.Time) ([]byte, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	entry := conflict{Conflict: c, Time: now}
	at := slices.IndexFunc(l.Known, func(k conflict) bool { return k.Block == c.Block && k.Ordinal == c.Ordinal })
	if at >= 0 {
		l.Known[at] = entry
	} else {
		l.Total++
		l.Known = append(l.Known, entry)
	}
	if len(l.Known) > maxConflicts {
		l.Known = slices.Delete(l.Known, 0, 1)
	}
	return json.Marshal(l)
}

// status describes the conflicts, and how many there were.
func (l *conflictLog) status() (out []*gardnerv1.Conflict, total uint64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, k := range l.Known {
		c := &gardnerv1.Conflict{Block: k.Block.String(), Ordinal: k.Ordinal, Verdict: string(k.Verdict), Message: k.Message, TimeUnix: k.Time.Unix()}
		for _, v := range k.Votes {
			c.Votes = append(c.Votes, &gardnerv1.Vote{Worker: v.Worker, Fingerprint: v.Fingerprint, Digest: v.Digest})
		}
		out = append(out, c)
	}
	return out, l.Total
}

// checks compares the results of a batch that were stored before with what is stored.
func (c *Coordinator) checks(plan *sweeps.Plan, results []store.Result, outcomes []store.Outcome) []scheduler.Check {
	var out []scheduler.Check
	for i, o := range outcomes {
		if o == store.Stored {
			continue
		}
		r := &results[i]
		check := scheduler.Check{Ordinal: r.Ordinal, Equal: o == store.Duplicate, Near: true, Digest: digest(r.Record), Record: r.Record}
		if o == store.Conflict {
			check.Equal, check.Near = c.compare(plan, r)
		}
		out = append(out, check)
	}
	return out
}

// compare looks at the rows that a record shares with the one that is stored: two leases of a task may have asked for
// different inner rows.
func (c *Coordinator) compare(plan *sweeps.Plan, r *store.Result) (equal, near bool) {
	kept, ok, err := c.st.Get(r.Block, r.Ordinal)
	if err != nil || !ok {
		return false, false
	}
	cmp, err := sweeps.CompareRecords(plan.Experiment, plan.Rows(), kept, r.Record)
	return err == nil && cmp.Equal, err == nil && cmp.Near
}

func digest(record []byte) string {
	sum := sha256.Sum256(record)
	return hex.EncodeToString(sum[:8])
}

// restore tells a scheduler of all known conflicts.
func (l *conflictLog) restore(s *scheduler.Scheduler) {
	for _, k := range l.Known {
		s.Restore(k.Conflict)
	}
}

// disputed makes a conflict durable, and with it what two workers agree on against what was stored.
func (o *owner) disputed(d scheduler.Dispute) {
	c := d.Conflict
	audit := store.Audit{Block: c.Block, Ordinal: c.Ordinal}
	if d.Record != nil && o.c.replaceable(&c, d.Record) {
		audit.Record = d.Record
	}
	o.c.log.Error("a task was computed with different results", "block", c.Block.Short(), "ordinal", c.Ordinal,
		"verdict", string(c.Verdict), "replaced", audit.Record != nil, "votes", fmt.Sprint(c.Votes), "message", c.Message)
	data, err := o.c.conflicts.put(c, time.Now())
	if err != nil {
		o.c.log.Error("a conflict cannot be written down", "error", err)
		return
	}
	e := entry{setting: settingConflicts, value: data}
	if c.Verdict != scheduler.Open {
		e.audit = &audit
	}
	o.c.recorder.put(e)
}

// replaceable reports whether a record covers the same rows as the one it is to replace.
func (c *Coordinator) replaceable(d *scheduler.Conflict, record []byte) bool {
	plan := c.plans.get(d.Block)
	kept, ok, err := c.st.Get(d.Block, d.Ordinal)
	if plan == nil || err != nil || !ok {
		return false
	}
	was, err := sweeps.RecordMask(plan.Rows(), kept)
	is, err2 := sweeps.RecordMask(plan.Rows(), record)
	return err == nil && err2 == nil && slices.Equal(was, is)
}

// loadFingerprints returns the numerics of all workers that ever computed for this database.
func (c *Coordinator) loadFingerprints() ([]string, error) {
	data, err := c.st.Setting(settingFingerprints)
	if err != nil {
		return nil, err
	}
	var known []string
	if data != nil {
		if err := json.Unmarshal(data, &known); err != nil {
			return nil, fmt.Errorf("read the known fingerprints: %w", err)
		}
	}
	for _, f := range known {
		c.fingerprints.Store(f, true)
	}
	return known, nil
}

// knownFingerprints lists the numerics of all workers that ever joined.
func (c *Coordinator) knownFingerprints() []string {
	var out []string
	c.fingerprints.Range(func(k, _ any) bool {
		out = append(out, k.(string))
		return true
	})
	slices.Sort(out)
	return out
}

// newFingerprint makes the numerics of a new worker durable.
func (c *Coordinator) newFingerprint() {
	data, err := json.Marshal(c.knownFingerprints())
	if err != nil {
		return // strings always marshal
	}
	c.recorder.put(entry{setting: settingFingerprints, value: data})
}
