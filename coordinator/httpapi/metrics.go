package httpapi

import (
	"bytes"
	"fmt"
	"math"
	"net/http"
	"strings"
)

// metrics answers in Prometheus' text format, version 0.0.4. The counts are the coordinator's own, read when they are
// asked for, so no registry of them is kept.
func (a *api) metrics(w http.ResponseWriter, r *http.Request) {
	s, ok := a.status(w, r, "")
	if !ok {
		return
	}
	var b bytes.Buffer
	family := func(name, kind, help string) {
		fmt.Fprintf(&b, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, kind)
	}
	perSweep := func(name, help string, value func(i int) (float64, bool)) {
		family(name, "gauge", help)
		for i, x := range s.Sweeps {
			if v, ok := value(i); ok {
				fmt.Fprintf(&b, "%s{sweep=\"%s\"} %v\n", name, label(x.Name), v)
			}
		}
	}
	count := func(n uint64) (float64, bool) { return float64(n), true }
	perSweep("gardner_sweep_tasks", "Tasks of the sweep.", func(i int) (float64, bool) { return count(s.Sweeps[i].Tasks) })
	perSweep("gardner_sweep_done_tasks", "Tasks with a result.", func(i int) (float64, bool) { return count(s.Sweeps[i].Done) })
	perSweep("gardner_sweep_failed_tasks", "Quarantined tasks.", func(i int) (float64, bool) { return count(s.Sweeps[i].Failed) })
	perSweep("gardner_sweep_leased_tasks", "Tasks with workers now.", func(i int) (float64, bool) { return count(s.Sweeps[i].Leased) })
	perSweep("gardner_sweep_rate", "Tasks finished a second.", func(i int) (float64, bool) { return s.Sweeps[i].Rate, true })
	perSweep("gardner_sweep_eta_seconds", "Seconds to the end at that rate, where it is known.",
		func(i int) (float64, bool) {
			return s.Sweeps[i].EtaSeconds, s.Sweeps[i].EtaSeconds >= 0 && !math.IsInf(s.Sweeps[i].EtaSeconds, 0)
		})
	connected, slots, running := 0, uint32(0), 0
	for _, x := range s.Workers {
		if x.Connected {
			connected, slots, running = connected+1, slots+x.Slots, running+len(x.Running)
		}
	}
	one := func(name, kind, help string, value any) {
		family(name, kind, help)
		fmt.Fprintf(&b, "%s %v\n", name, value)
	}
	one("gardner_workers", "gauge", "Connected workers.", connected)
	one("gardner_worker_slots", "gauge", "Their slots.", slots)
	one("gardner_running_tasks", "gauge", "Tasks in their slots at the last heartbeat.", running)
	one("gardner_fingerprints", "gauge", "Numerics fingerprints seen since the start; more than one: bits may differ.", len(s.Fingerprints))
	one("gardner_conflicts_total", "counter", "Results that came twice with different bits since the start.", s.Conflicts)
	trouble := 0
	if s.StoreTrouble != "" {
		trouble = 1
	}
	one("gardner_store_trouble", "gauge", "1 while nothing can be acknowledged, as on a full disk.", trouble)
	w.Header().Set("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
	_, _ = w.Write(b.Bytes())
}

var labelEscapes = strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`)

func label(s string) string { return labelEscapes.Replace(s) }
