package main

import (
	"bytes"
	"context"
	"encoding/csv"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	gardnerv1 "gardner/proto/gardner/v1"
)

// headline is what a sweep says so far, in a few words: one point of its figure.
type headline struct {
	text string
	next time.Time // when to look again
}

const (
	headlineEvery = time.Second
	headlineShare = 9 // looking may take this part of the time
)

// at returns the words at a progress, looked at not too often. That there is nothing to say is no error.
func (h *headline) at(ctx context.Context, s *session, sweep *gardnerv1.SweepStatus) string {
	start := time.Now()
	if sweep.Done == 0 || start.Before(h.next) {
		return h.text
	}
	var table bytes.Buffer
	if err := s.PlotTo(ctx, &table, &gardnerv1.PlotRequest{Sweep: sweep.Name, Format: "csv"}); err == nil {
		h.text = headlineOf(&table)
	}
	took := time.Since(start)
	h.next = start.Add(max(headlineEvery, headlineShare*took))
	return h.text
}

// headlineOf picks a point from the numbers behind a figure: of its first metric at the first value of its horizontal axis,
// the last curve's.
func headlineOf(table io.Reader) string {
	r := csv.NewReader(table)
	head, err := r.Read()
	if err != nil {
		return ""
	}
	metric, mean, sem, theory := slices.Index(head, "metric"), slices.Index(head, "mean"), slices.Index(head, "sem"), slices.Index(head, "theory")
	if metric < 1 || mean < 0 || sem < 0 || slices.Contains(head, "index") { // a vector's elements say little one by one
		return ""
	}
	var first, picked []string
	for {
		row, err := r.Read()
		if err != nil {
			break
		}
		if row[mean] == "" {
			continue
		}
		if first == nil {
			first = row
		}
		if row[0] == first[0] && row[metric] == first[metric] {
			picked = row
		}
	}
	if picked == nil {
		return ""
	}
	at := make([]string, metric)
	for i := range at {
		at[i] = head[i] + "=" + picked[i]
	}
	text := fmt.Sprintf("%s(%s) = %s", picked[metric], strings.Join(at, ", "), rounded(picked[mean], 4))
	if picked[sem] != "" {
		text += " +- " + rounded(picked[sem], 2)
	}
	if theory >= 0 && picked[theory] != "" {
		text += "  theory " + rounded(picked[theory], 4)
	}
	return text
}

// rounded is a number as it is read at a glance.
func rounded(text string, digits int) string {
	x, err := strconv.ParseFloat(text, 64)
	if err != nil {
		return text
	}
	return strconv.FormatFloat(x, 'g', digits, 64)
}
