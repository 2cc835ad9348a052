package page

import (
	"fmt"
	"html/template"
	"math"
	"strconv"
	"strings"
	"time"

	"gardner/coordinator/httpapi"
	gardnerv1 "gardner/proto/gardner/v1"
)

// functions are what the templates call.
var functions = template.FuncMap{
	"state": stateName, "percent": percent, "count": count, "span": span, "rate": rate, "path": sweepPath, "short": short, "has": has, "seen": seen, "brief": brief, "task": httpapi.TaskName,
	"reproduce": func(sweep string, t *gardnerv1.FailedTask) string {
		return fmt.Sprintf("gardner task %s %s", sweep, httpapi.TaskName(t))
	},
	"running": func(w *gardnerv1.WorkerStatus) string {
		var parts []string
		for i, t := range w.Running {
			if i == maxRunning {
				parts = append(parts, fmt.Sprintf("and %d more", len(w.Running)-i))
				break
			}
			part := fmt.Sprintf("%.8s:%d", t.Block, t.Ordinal)
			if t.Fraction > 0 {
				part += fmt.Sprintf(" %.0f %%", 100*t.Fraction)
			}
			parts = append(parts, part+", "+span(float64(t.Seconds)))
		}
		return strings.Join(parts, "; ")
	},
}

// maxRunning is how many of a worker's running tasks are listed.
const maxRunning = 4

// seen says when a worker was heard last, coarsely: it is not news that a silence has become a second longer.
func seen(w *gardnerv1.WorkerStatus) string {
	switch s := w.SilentSeconds; {
	case !silent(w):
		return "now"
	case s < 60:
		return fmt.Sprintf("%.0f s ago", 10*math.Floor(s/10+0.5))
	case !w.Connected:
		return "away since " + span(60*math.Floor(s/60))
	default:
		return span(60*math.Floor(s/60)) + " ago"
	}
}

// maxMessage is how much of a failure's text a page shows; `gardner status --failed` shows all.
const maxMessage = 2000

func brief(text string) string {
	if len(text) <= maxMessage {
		return text
	}
	return strings.ToValidUTF8(text[:maxMessage], "") + " ..."
}

func stateName(s gardnerv1.SweepState) string {
	return strings.ToLower(strings.TrimPrefix(s.String(), "SWEEP_STATE_"))
}

// percent is the share of tasks that are finished, whole only when all are.
func percent(s *gardnerv1.SweepStatus) int {
	if s.Tasks == 0 {
		return 0
	}
	return int(100 * (s.Done + s.Failed) / s.Tasks)
}

// count writes a number with thin groups of thousands.
func count(n uint64) string {
	text := strconv.FormatUint(n, 10)
	for i := len(text) - 3; i > 0; i -= 3 {
		text = text[:i] + "\u202f" + text[i:]
	}
	return text
}

// span writes seconds as people say them.
func span(seconds float64) string {
	d := time.Duration(seconds * float64(time.Second))
	switch {
	case seconds < 0:
		return ""
	case d < 10*time.Second:
		return fmt.Sprintf("%.1f s", seconds)
	case d < 2*time.Minute:
		return fmt.Sprintf("%.0f s", seconds)
	case d < 2*time.Hour:
		return fmt.Sprintf("%.0f min", d.Minutes())
	case d < 48*time.Hour:
		return fmt.Sprintf("%.0f h", d.Hours())
	}
	return fmt.Sprintf("%.0f days", d.Hours()/24)
}

func rate(perSecond float64) string {
	switch {
	case perSecond <= 0:
		return ""
	case perSecond < 0.1:
		return fmt.Sprintf("%.2g/min", 60*perSecond)
	}
	return fmt.Sprintf("%.3g/s", perSecond)
}

func short(id string) string { return id[:min(8, len(id))] }

func has(list []string, s string) bool {
	for _, x := range list {
		if x == s {
			return true
		}
	}
	return false
}
