package main

import (
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"golang.org/x/term"

	gardnerv1 "gardner/proto/gardner/v1"
)

// progress shows how far a sweep is: one line that is rewritten on a terminal, a
// plain line now and then elsewhere, so that batch logs stay readable.
type progress struct {
	out      io.Writer
	terminal int // file descriptor, -1 where out is none
	every    time.Duration
	last     time.Time
	lastLine string
}

func newProgress(out io.Writer) *progress {
	p := &progress{out: out, terminal: -1, every: 10 * time.Second}
	if f, ok := out.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		p.terminal, p.every = int(f.Fd()), 0
	}
	return p
}

// show draws the state of s, what troubles the store, and what is said aside where there is room.
func (p *progress) show(s *gardnerv1.SweepStatus, trouble, aside string, now time.Time) {
	if p.terminal < 0 {
		line := plainLine(s, strings.TrimSpace(trouble+"  "+aside))
		if line == p.lastLine || (!p.last.IsZero() && now.Sub(p.last) < p.every) {
			return
		}
		p.last, p.lastLine = now, line
		fmt.Fprintln(p.out, line)
		return
	}
	width, _, err := term.GetSize(p.terminal)
	if err != nil || width < 40 {
		width = 80
	}
	fmt.Fprintf(p.out, "\r\x1b[K%s", fitting(s, trouble, aside, width-1))
	p.last = now
}

// clear takes the line away, so that something else can be printed.
func (p *progress) clear() {
	if p.terminal >= 0 && !p.last.IsZero() {
		fmt.Fprint(p.out, "\r\x1b[K")
	}
}

func share(s *gardnerv1.SweepStatus) float64 {
	if s.Tasks == 0 {
		return 1
	}
	return float64(s.Done+s.Failed) / float64(s.Tasks)
}

func plainLine(s *gardnerv1.SweepStatus, note string) string {
	return fmt.Sprintf("%s: %3.0f %%  %s", s.Name, 100*share(s), counts(s, note))
}

// fitting is the line with a bar, with a short one or without what is said aside where the terminal is narrow, and cut at last.
func fitting(s *gardnerv1.SweepStatus, trouble, aside string, width int) string {
	both := strings.TrimSpace(trouble + "  " + aside)
	line := ""
	for _, try := range []struct {
		bar  int
		note string
	}{{26, both}, {8, both}, {26, trouble}, {8, trouble}} {
		if line = barLine(s, try.note, try.bar); len([]rune(line)) <= width {
			return line
		}
	}
	return string([]rune(line)[:width])
}

func barLine(s *gardnerv1.SweepStatus, note string, width int) string {
	full := int(share(s) * float64(width))
	bar := strings.Repeat("=", full)
	if full < width {
		bar += ">" + strings.Repeat(" ", width-full-1)
	}
	return fmt.Sprintf("[%s] %3.0f %%  %s", bar, 100*share(s), counts(s, note))
}

// counts is the part that both kinds of line share.
func counts(s *gardnerv1.SweepStatus, note string) string {
	parts := []string{fmt.Sprintf("%d/%d tasks", s.Done, s.Tasks)}
	if s.Failed > 0 {
		parts = append(parts, fmt.Sprintf("%d failed", s.Failed))
	}
	if s.State == gardnerv1.SweepState_SWEEP_STATE_ACTIVE {
		// A rate of almost nothing is that of a sweep without workers.
		if s.Rate > 1e-6 {
			parts = append(parts, fmt.Sprintf("%.3g/s", s.Rate))
		}
		if s.EtaSeconds >= 0 {
			parts = append(parts, "ETA "+duration(time.Duration(s.EtaSeconds*float64(time.Second))))
		}
	} else {
		parts = append(parts, stateName(s.State))
	}
	if s.Reason != "" {
		parts = append(parts, s.Reason)
	}
	if note != "" {
		parts = append(parts, note)
	}
	return strings.Join(parts, "  ")
}

func stateName(s gardnerv1.SweepState) string {
	return strings.ToLower(strings.TrimPrefix(s.String(), "SWEEP_STATE_"))
}

// duration is short and honest: two units at most.
func duration(d time.Duration) string {
	switch d = d.Round(time.Second); {
	case d < time.Minute:
		return fmt.Sprintf("%d s", d/time.Second)
	case d < time.Hour:
		return fmt.Sprintf("%d min %02d s", d/time.Minute, d%time.Minute/time.Second)
	case d < 48*time.Hour:
		return fmt.Sprintf("%d h %02d min", d/time.Hour, d%time.Hour/time.Minute)
	default:
		return fmt.Sprintf("%d days %d h", d/(24*time.Hour), d%(24*time.Hour)/time.Hour)
	}
}
