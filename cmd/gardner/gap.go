package main

import (
	"bytes"
	"context"
	"encoding/csv"
	"fmt"
	"slices"
	"strconv"

	gardnerv1 "gardner/proto/gardner/v1"
	"gardner/sweeps"
)

// gapText says what the certificates of a sweep's optimal rows leave open at worst; "" where its experiment has none.
func (s *session) gapText(ctx context.Context, sweep *gardnerv1.SweepStatus) (string, error) {
	e, err := sweeps.Builtin().Lookup(sweep.Experiment)
	if err != nil || e.Metric(sweeps.GapMetric) < 0 {
		return "", nil //nolint:nilerr // of another build: it is not known here
	}
	var table bytes.Buffer
	if err := s.QueryTo(ctx, &table, &gardnerv1.QueryRequest{Sweep: sweep.Name, Metrics: []string{sweeps.GapMetric}, Where: `status == "ok"`, Format: "csv"}); err != nil {
		return "", err
	}
	rows, err := csv.NewReader(&table).ReadAll()
	if err != nil || len(rows) < 2 {
		return "", err
	}
	column, worst := slices.Index(rows[0], "max"), -1.0
	for _, row := range rows[1:] {
		if x, err := strconv.ParseFloat(row[column], 64); err == nil {
			worst = max(worst, x)
		}
	}
	if worst < 0 {
		return "", nil
	}
	return fmt.Sprintf("; worst certificate gap %.1g", worst), nil
}
