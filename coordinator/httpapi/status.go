package httpapi

import (
	"math"
	"net/http"
	"strconv"
	"strings"
	"time"

	gardnerv1 "gardner/proto/gardner/v1"
)

// Sweep is a sweep as /api/v1/sweeps describes it.
type Sweep struct {
	Name       string   `json:"name"`
	Revision   string   `json:"revision"`
	Experiment string   `json:"experiment"`
	State      string   `json:"state"`            // active, paused, cancelled, done
	Reason     string   `json:"reason,omitempty"` // of a pause
	Tasks      uint64   `json:"tasks"`
	Done       uint64   `json:"done"`   // with a result
	Failed     uint64   `json:"failed"` // quarantined
	Leased     uint64   `json:"leased"` // with workers now
	Rate       float64  `json:"rate"`   // tasks a second
	ETA        *float64 `json:"eta_seconds"`
	Created    string   `json:"created"`
	// Fingerprints are the numerics of the workers that computed its results; more than one: they agree within tolerances.
	Fingerprints []string `json:"fingerprints"`
}

func sweepOf(s *gardnerv1.SweepStatus) Sweep {
	out := Sweep{Name: s.Name, Revision: s.Revision, Experiment: s.Experiment, Reason: s.Reason, Tasks: s.Tasks, Done: s.Done, Failed: s.Failed,
		Leased: s.Leased, Rate: s.Rate, State: strings.ToLower(strings.TrimPrefix(s.State.String(), "SWEEP_STATE_")),
		Created: time.Unix(s.CreatedUnix, 0).UTC().Format(time.RFC3339), Fingerprints: append([]string{}, s.Fingerprints...)}
	if s.EtaSeconds >= 0 && !math.IsInf(s.EtaSeconds, 0) {
		out.ETA = &s.EtaSeconds
	}
	return out
}

// Worker is a worker as /api/v1/workers describes it.
type Worker struct {
	ID          string    `json:"id"`
	Host        string    `json:"host"`
	PID         uint32    `json:"pid"`
	Version     string    `json:"version"`
	Fingerprint string    `json:"fingerprint"`
	Slots       uint32    `json:"slots"`
	Leases      uint64    `json:"leases"`
	LeasedTasks uint64    `json:"leased_tasks"`
	Done        uint64    `json:"done"`
	Failed      uint64    `json:"failed"`
	Silent      float64   `json:"silent_seconds"`
	Connected   bool      `json:"connected"`
	Running     []Running `json:"running"`
}

// Running is a task under way.
type Running struct {
	Block    string  `json:"block"`
	Ordinal  uint64  `json:"ordinal"`
	Fraction float32 `json:"fraction"`
	Seconds  float32 `json:"seconds"`
}

func workerOf(w *gardnerv1.WorkerStatus) Worker {
	out := Worker{ID: w.Id, Host: w.Host, PID: w.Pid, Version: w.Version, Fingerprint: w.Fingerprint, Slots: w.Slots, Leases: w.Leases,
		LeasedTasks: w.LeasedTasks, Done: w.Done, Failed: w.Failed, Silent: w.SilentSeconds, Connected: w.Connected, Running: []Running{}}
	for _, t := range w.Running {
		out.Running = append(out.Running, Running{t.Block, t.Ordinal, t.Fraction, t.Seconds})
	}
	return out
}

// Failure is a failed task as /api/v1/sweeps/NAME/failures describes it.
type Failure struct {
	Task        string `json:"task"` // BLOCK:ORDINAL, for `gardner task SWEEP BLOCK:ORDINAL`
	Attempts    uint32 `json:"attempts"`
	Kind        string `json:"kind"`
	Message     string `json:"message"`
	Worker      string `json:"worker"`
	Quarantined bool   `json:"quarantined"`
}

func (a *api) version(w http.ResponseWriter, r *http.Request) {
	v, err := a.control.Version(r.Context(), &gardnerv1.VersionRequest{})
	if err != nil {
		wireProblem(w, err)
		return
	}
	reply(w, struct {
		Version     string `json:"version"`
		Fingerprint string `json:"fingerprint"`
	}{v.Version, v.Fingerprint})
}

// health is for supervisors: it says that the coordinator answers, and nothing about what it holds.
func (a *api) health(w http.ResponseWriter, r *http.Request) {
	if _, err := a.control.Version(r.Context(), &gardnerv1.VersionRequest{}); err != nil {
		http.Error(w, "the coordinator does not answer", http.StatusServiceUnavailable)
		return
	}
	_, _ = w.Write([]byte("ok\n"))
}

// status reads the state of one sweep or all; false if it has answered with an error.
func (a *api) status(w http.ResponseWriter, r *http.Request, sweep string) (*gardnerv1.StatusResponse, bool) {
	if p := readParams(r); p.err != nil {
		problem(w, http.StatusBadRequest, p.err.Error())
		return nil, false
	}
	s, err := a.control.Status(r.Context(), &gardnerv1.StatusRequest{Sweep: sweep})
	if err != nil {
		wireProblem(w, err)
		return nil, false
	}
	return s, true
}

func (a *api) sweeps(w http.ResponseWriter, r *http.Request) {
	s, ok := a.status(w, r, "")
	if !ok {
		return
	}
	out := []Sweep{}
	for _, x := range s.Sweeps {
		out = append(out, sweepOf(x))
	}
	reply(w, out)
}

func (a *api) sweep(w http.ResponseWriter, r *http.Request) {
	if s, ok := a.status(w, r, r.PathValue("sweep")); ok {
		reply(w, sweepOf(s.Sweeps[0]))
	}
}

func (a *api) workers(w http.ResponseWriter, r *http.Request) {
	s, ok := a.status(w, r, "")
	if !ok {
		return
	}
	out := []Worker{}
	for _, x := range s.Workers {
		out = append(out, workerOf(x))
	}
	reply(w, out)
}

// failures answers with failed tasks in plan order: offset and limit page through them, and the header Total-Count says
// how many there are.
func (a *api) failures(w http.ResponseWriter, r *http.Request) {
	p := readParams(r, "limit", "offset")
	q := &gardnerv1.FailuresRequest{Sweep: r.PathValue("sweep"), Limit: p.number("limit"), Offset: uint64(p.number("offset"))}
	if p.err != nil {
		problem(w, http.StatusBadRequest, p.err.Error())
		return
	}
	f, err := a.control.Failures(r.Context(), q)
	if err != nil {
		wireProblem(w, err)
		return
	}
	out := []Failure{}
	for _, t := range f.Tasks {
		out = append(out, Failure{Task: TaskName(t), Attempts: t.Attempts, Kind: t.Kind, Message: t.Message, Worker: t.Worker, Quarantined: t.Quarantined})
	}
	w.Header().Set("Total-Count", strconv.FormatUint(f.Total, 10))
	reply(w, out)
}
