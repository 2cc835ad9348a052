package store

import (
	"bytes"
	"testing"
)

func TestAuditsAndCorrectionsAreDurable(t *testing.T) {
	t.Parallel()
	path := temp(t)
	s := open(t, path, Options{})
	id := add(t, s, testBlock(t, 1, 3*ChunkTasks))
	const far = 2*ChunkTasks + 17
	appendAll(t, s, result(id, 3), result(id, far), result(id, 4))
	fresh := []byte("what two workers agree on")
	audits := []Audit{{Block: id, Ordinal: 3}, {Block: id, Ordinal: far, Record: fresh}}
	for range 2 { // as a recorder does that was not told of its success
		if err := s.PutAudits(audits, "conflicts", []byte("one")); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.PutAudits([]Audit{{Block: id, Ordinal: 5, Record: fresh}}, "", nil); err != nil {
		t.Fatal(err) // a task without a result gets none this way
	}
	check := func() {
		t.Helper()
		b, err := s.Audited(id)
		if err != nil || b.Count() != 3 || !b.Has(3) || !b.Has(far) || !b.Has(5) {
			t.Errorf("audited: %v, %v", b, err)
		}
		if rec, ok, err := s.Get(id, far); !ok || err != nil || !bytes.Equal(rec, fresh) {
			t.Errorf("the corrected result is %q, %v, %v", rec, ok, err)
		}
		if _, ok, err := s.Get(id, 5); ok || err != nil {
			t.Errorf("an audit made a result: %v, %v", ok, err)
		}
		for name, want := range map[string]string{SettingCorrections: "1", "conflicts": "one"} {
			if v, err := s.Setting(name); err != nil || string(v) != want {
				t.Errorf("setting %s is %q, %v", name, v, err)
			}
		}
		// What comes later is compared with the correction.
		if out := appendAll(t, s, Result{id, far, fresh}, result(id, far)); out[0] != Duplicate || out[1] != Conflict {
			t.Errorf("outcomes %v", out)
		}
	}
	check()
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	s = open(t, path, Options{})
	check()
	into := open(t, temp(t), Options{})
	add(t, into, testBlock(t, 1, 3*ChunkTasks))
	appendAll(t, into, Result{id, 3, []byte("other bits")})
	if _, err := into.Merge(t.Context(), s); err != nil {
		t.Fatal(err)
	}
	if b, err := into.Audited(id); err != nil || b.Has(3) || !b.Has(far) {
		t.Errorf("merged: audited %v, %v; want all but task 3, whose results differ", b, err)
	}
	v, err := s.Verify(t.Context(), nil)
	if err != nil || len(v.Problems) != 1 || v.Problems[0].Ordinal != 5 {
		t.Errorf("verify finds %v, %v; want task 5, audited without a result", v.Problems, err)
	}
}
