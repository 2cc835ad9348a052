package sweeps

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
)

// networkOf is an artefact of size parts: part i is a few words of its stream.
func networkOf(prepared func(part int)) Artefact {
	return Artefact{
		Name: "network", Version: 2, Doc: "weights", Params: []string{"size", "gamma"},
		Parts: func(p Point) int { return p.Int("size") },
		Prepare: func(_ context.Context, t *ArtefactTask, part int) ([]byte, error) {
			prepared(part)
			t.Report(0.5)
			return fmt.Appendf(nil, "%s %s %d %d", t.Point.Value("size"), t.Point.Value("gamma"), part, t.Stream("w").Uint64()), nil
		},
	}
}

// user is an experiment with that artefact and params the artefact ignores.
func user(name string, a Artefact, run func(ctx context.Context, t *Task) error) *Experiment {
	return &Experiment{
		Name: name, Version: 1, Doc: "for tests", Artefacts: []Artefact{a},
		Params: []Param{
			{Name: "size", Kind: Integer, Default: Num(3)},
			{Name: "gamma", Kind: Number, Default: Num(1), Treatment: true},
			{Name: "noise", Kind: Number, Default: Num(0)},
			{Name: "k", Kind: Number, Default: Num(0), Inner: true},
		},
		Metrics: []Metric{{Name: "m"}},
		Run: func(ctx context.Context, t *Task) ([]Row, error) {
			if err := run(ctx, t); err != nil {
				return nil, err
			}
			rows := make([]Row, len(t.Inner))
			for i := range rows {
				rows[i].Cells = []Cell{Val(1)}
			}
			return rows, nil
		},
	}
}

// mapCache is a cache in a map.
type mapCache struct {
	mu    sync.Mutex // guards the rest
	parts map[ArtefactKey][]byte
	busy  map[ArtefactKey]bool
}

func (m *mapCache) Part(ctx context.Context, key ArtefactKey, wait bool, prepare func(context.Context) ([]byte, error)) ([]byte, error) {
	m.mu.Lock()
	data, ok := m.parts[key]
	busy := m.busy[key] && !wait
	m.mu.Unlock()
	switch {
	case ok:
		return data, nil
	case busy:
		return nil, ErrArtefactBusy
	}
	data, err := prepare(ctx)
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.parts == nil {
		m.parts = map[ArtefactKey][]byte{}
	}
	m.parts[key] = data
	return data, err
}

func taskOf(t *testing.T, e *Experiment, replicate int, set map[string]float64) *Task {
	t.Helper()
	var axes []Axis
	for _, p := range e.Params { // in a fixed order
		if v, ok := set[p.Name]; ok {
			axes = append(axes, Numbers(p.Name, v))
		}
	}
	b, err := NewBlock(e, axes, 7, replicate, replicate+1)
	if err != nil {
		t.Fatal(err)
	}
	p, err := e.Plan(b)
	if err != nil {
		t.Fatal(err)
	}
	return p.Task(0, nil)
}

func TestArtefactsDependOnTheirParamsOnly(t *testing.T) {
	t.Parallel()
	cache := &mapCache{}
	computed := 0
	a := networkOf(func(int) { computed++ })
	get := func(name string, replicate int, set map[string]float64) string {
		t.Helper()
		var got []byte
		e := user(name, a, func(ctx context.Context, t *Task) (err error) {
			got, err = t.Artefact(ctx, "network", 1)
			return err
		})
		task := taskOf(t, e, replicate, set)
		task.Artefacts = cache
		if _, err := task.Run(t.Context()); err != nil {
			t.Fatal(err)
		}
		return string(got)
	}
	base := get("a", 0, nil)
	for name, same := range map[string]string{
		"another experiment":       get("b", 0, nil),
		"another noise":            get("a", 0, map[string]float64{"noise": 3}),
		"another k":                get("a", 0, map[string]float64{"k": 3}),
		"the default spelled out":  get("b", 0, map[string]float64{"size": 3, "gamma": 1}),
		"noise, k and experiments": get("b", 0, map[string]float64{"noise": 2, "k": 1}),
	} {
		if same != base {
			t.Errorf("%s: %q instead of %q", name, same, base)
		}
	}
	if computed != 1 {
		t.Errorf("one artefact was computed %d times", computed)
	}
	for name, other := range map[string]string{
		"replicate": get("a", 1, nil),
		"size":      get("a", 0, map[string]float64{"size": 4}),
	} {
		if strings.Fields(other)[3] == strings.Fields(base)[3] {
			t.Errorf("another %s has the same random numbers", name)
		}
	}
	treated := get("a", 0, map[string]float64{"gamma": 2})
	if treated == base || strings.Fields(treated)[3] != strings.Fields(base)[3] {
		t.Errorf("a treatment must change the key and not the random numbers: %q and %q", treated, base)
	}
}

func TestArtefactsWithoutACacheAreTheSameBytes(t *testing.T) {
	t.Parallel()
	var all [][]byte
	e := user("a", networkOf(func(int) {}), func(ctx context.Context, t *Task) (err error) {
		all, err = t.ArtefactParts(ctx, "network")
		return err
	})
	if _, err := taskOf(t, e, 0, nil).Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	plain := all
	task := taskOf(t, e, 0, nil)
	task.Artefacts = &mapCache{}
	for range 2 {
		if _, err := task.Run(t.Context()); err != nil {
			t.Fatal(err)
		}
		if len(all) != 3 || !bytes.Equal(bytes.Join(all, nil), bytes.Join(plain, nil)) {
			t.Fatalf("%q with a cache, %q without", all, plain)
		}
	}
}

// What another task is computing is waited for last.
func TestArtefactPartsShareTheWork(t *testing.T) {
	t.Parallel()
	var order []int
	var reports []float64
	e := user("a", networkOf(func(part int) { order = append(order, part) }), func(ctx context.Context, t *Task) error {
		_, err := t.ArtefactParts(ctx, "network")
		return err
	})
	task := taskOf(t, e, 0, nil)
	b := e.artefact("network")
	job := b.task(task.Outer, 0, 7)
	first := ArtefactKey{Group: b.groupOf(job), Key: b.key("artefact", job, b.all)}
	task.Artefacts = &mapCache{busy: map[ArtefactKey]bool{first: true}}
	task.Progress = func(f float64) { reports = append(reports, f) }
	if _, err := task.Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	if fmt.Sprint(order) != "[1 2 0]" {
		t.Errorf("parts were computed in the order %v", order)
	}
	for i := 1; i < len(reports); i++ {
		if reports[i] < reports[i-1] {
			t.Errorf("progress goes back: %v", reports)
		}
	}
	if last := reports[len(reports)-1]; last != 1 {
		t.Errorf("the last report is %g", last)
	}
}

func TestPrepareSeesDeclaredParamsOnly(t *testing.T) {
	t.Parallel()
	a := networkOf(func(int) {})
	a.Prepare = func(_ context.Context, t *ArtefactTask, _ int) ([]byte, error) {
		t.Point.Num("noise")
		return nil, nil
	}
	e := user("a", a, func(ctx context.Context, t *Task) error {
		_, err := t.Artefact(ctx, "network", 0)
		return err
	})
	_, err := taskOf(t, e, 0, nil).Run(t.Context())
	var panicked *PanicError
	if !errors.As(err, &panicked) {
		t.Errorf("reading an undeclared param gave the error %v", err)
	}
}

// An artefact may depend on inner params: each of their values has its own, with the same random numbers.
func TestArtefactsAtInnerPoints(t *testing.T) {
	t.Parallel()
	a := networkOf(func(int) {})
	a.Params = []string{"size", "gamma", "k"}
	groups := map[uint64]bool{}
	keys := map[string]bool{}
	e := user("a", a, func(ctx context.Context, t *Task) error {
		for _, p := range t.Inner {
			if _, err := t.ArtefactAt(ctx, "network", p, 0); err != nil {
				return err
			}
			b := t.experiment.artefact("network")
			job := t.artefactTask(b, p)
			groups[b.groupOf(job)] = true
			k := b.key("artefact", job, b.all)
			keys[string(k[:])] = true
		}
		return nil
	})
	b, err := NewBlock(e, []Axis{Numbers("k", 1, 2, 3)}, 7, 0, 1)
	if err != nil {
		t.Fatal(err)
	}
	task, err := b.TaskAt(NewRegistry(e), 0, nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := task.Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	if len(groups) != 1 || len(keys) != 3 {
		t.Errorf("%d groups and %d keys of 3 inner points", len(groups), len(keys))
	}
}

func TestArtefactMistakes(t *testing.T) {
	t.Parallel()
	run := func(context.Context, *Task) error { return nil }
	change := func(f func(*Artefact)) Artefact {
		a := networkOf(func(int) {})
		f(&a)
		return a
	}
	other := user("other", networkOf(func(int) {}), run)
	other.Params[0].Default = Num(4)
	for want, experiments := range map[string][]*Experiment{
		"bad name":     {user("a", change(func(a *Artefact) { a.Name = "no name" }), run)},
		"no param":     {user("a", change(func(a *Artefact) { a.Params = []string{"sise"} }), run)},
		"twice":        {user("a", change(func(a *Artefact) { a.Params = []string{"size", "size"} }), run)},
		"do not agree": {user("a", networkOf(func(int) {}), run), other},
		"versions":     {user("a", networkOf(func(int) {}), run), user("b", change(func(a *Artefact) { a.Version = 3 }), run)},
	} {
		func() {
			defer func() {
				if v := recover(); v == nil || !strings.Contains(fmt.Sprint(v), want) {
					t.Errorf("%s: %v", want, v)
				}
			}()
			NewRegistry(experiments...)
		}()
	}
}
