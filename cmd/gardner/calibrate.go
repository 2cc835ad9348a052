package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"gardner/sweeps"
	"gardner/sweeps/data"
	"gardner/worker/command"
)

// Limits of what a dry run computes: no task begins after the first, none goes on after the second.
const (
	calibrateBegin = 10 * time.Second
	calibrateEnd   = time.Minute
)

// printCalibration runs a few tasks of a sweep here and says what all of it will take.
func printCalibration(ctx context.Context, out io.Writer, sub *submission, n int) error {
	registry := sweeps.Builtin()
	spec, err := sweeps.ParseSpec(sub.request.File, sub.request.Yaml, registry)
	if err != nil {
		return err
	}
	blocks, err := spec.Blocks(registry)
	if err != nil {
		return err
	}
	plan, err := registry.Plan(blocks[0])
	if err != nil {
		return err
	}
	kept, err := (&cacheFlags{size: 0}).open(logger(false)) // in memory: nothing is left behind
	if err != nil {
		return err
	}
	limited, cancel := context.WithTimeout(ctx, calibrateEnd)
	defer cancel()
	c, err := sweeps.Calibrate(limited, plan, n, calibrateBegin, processorTime, func(t *sweeps.Task) {
		t.Artefacts, t.Commands = kept, command.Run // the user's own file
		t.Sets = func(context.Context, data.Hash) (*data.Set, error) {
			if sub.set == nil {
				return nil, sweeps.ErrNoSets
			}
			return sub.set, nil
		}
	})
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		_, err = fmt.Fprintf(out, "not measured: a task takes longer than %s here\n", duration(calibrateEnd))
		return err
	case err != nil:
		return err
	}
	_, err = fmt.Fprintf(out, "measured here (on %d of the tasks): %s of one core and %s of results in all\n", c.Tasks, duration(time.Duration(c.Seconds*float64(time.Second))), bytesText(c.Bytes))
	return err
}

// bytesText writes a size for people.
func bytesText(n float64) string {
	for _, u := range []struct {
		name string
		size float64
	}{{"TB", 1e12}, {"GB", 1e9}, {"MB", 1e6}, {"kB", 1e3}} {
		if n >= u.size {
			return fmt.Sprintf("%.1f %s", n/u.size, u.name)
		}
	}
	return fmt.Sprintf("%.0f B", n)
}
