package sweeps

import (
	"context"
	"errors"
	"fmt"
)

// Artefact returns one part of the artefact of that name at the task's outer
// point, from the worker's cache or computed here and now. Nobody may change the
// bytes: other tasks read them too. It panics if the experiment declares no such
// artefact, if the artefact has no such part, or if it depends on inner params,
// which is what ArtefactAt is for.
func (t *Task) Artefact(ctx context.Context, name string, part int) ([]byte, error) {
	b := t.experiment.artefact(name)
	if len(b.group) != len(b.all) {
		panic(fmt.Sprintf("sweeps: the artefact %s depends on inner params; say at which inner point with ArtefactAt", name))
	}
	return t.ArtefactAt(ctx, name, t.Outer, part)
}

// ArtefactAt is Artefact at a complete point, one of Inner.
func (t *Task) ArtefactAt(ctx context.Context, name string, at Point, part int) ([]byte, error) {
	b := t.experiment.artefact(name)
	job := t.artefactTask(b, at)
	if n := b.parts(job); part < 0 || part >= n {
		panic(fmt.Sprintf("sweeps: the artefact %s has parts 0 to %d, there is no part %d", name, n-1, part))
	}
	return t.part(ctx, b, job, part, true)
}

// ArtefactParts returns all parts of the artefact of that name at the task's
// outer point, in order. Tasks that run at the same time on one worker share the
// work: each leaves out the parts that another is computing, as long as there are
// others to compute.
func (t *Task) ArtefactParts(ctx context.Context, name string) ([][]byte, error) {
	if b := t.experiment.artefact(name); len(b.group) != len(b.all) {
		panic(fmt.Sprintf("sweeps: the artefact %s depends on inner params; say at which inner point with ArtefactPartsAt", name))
	}
	return t.ArtefactPartsAt(ctx, name, t.Outer)
}

// ArtefactPartsAt is ArtefactParts at a complete point, one of Inner.
func (t *Task) ArtefactPartsAt(ctx context.Context, name string, at Point) ([][]byte, error) {
	b := t.experiment.artefact(name)
	job := t.artefactTask(b, at)
	parts := make([][]byte, b.parts(job))
	have := make([]bool, len(parts))
	n := 0
	for _, wait := range []bool{false, true} {
		for i := range parts {
			if have[i] {
				continue
			}
			job.report = func(fraction float64) { t.Report((float64(n) + fraction) / float64(len(parts))) }
			data, err := t.part(ctx, b, job, i, wait)
			if errors.Is(err, ErrArtefactBusy) {
				continue
			}
			if err != nil {
				return nil, err
			}
			parts[i], have[i] = data, true
			n++
			t.Report(float64(n) / float64(len(parts)))
		}
	}
	return parts, nil
}

func (t *Task) artefactTask(b *boundArtefact, at Point) *ArtefactTask {
	job := b.task(at, t.Replicate, t.Seed)
	job.Threads, job.report = max(1, t.Threads), t.Report
	return job
}

// part asks the cache for a part, or computes it if there is no cache.
func (t *Task) part(ctx context.Context, b *boundArtefact, job *ArtefactTask, part int, wait bool) ([]byte, error) {
	prepare := func(ctx context.Context) ([]byte, error) {
		data, err := b.Prepare(ctx, job, part)
		if err != nil {
			return nil, fmt.Errorf("part %d of the artefact %s of %s: %w", part, b.ID(), t, err)
		}
		return data, nil
	}
	if t.Artefacts == nil {
		return prepare(ctx)
	}
	key := ArtefactKey{Group: b.groupOf(job), Key: b.key("artefact", job, b.all), Part: part}
	return t.Artefacts.Part(ctx, key, wait, prepare)
}
