package httpapi

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	gardnerv1 "gardner/proto/gardner/v1"
)

// act changes a sweep. The guard has seen to it that the request may.
func (a *api) act(w http.ResponseWriter, r *http.Request) {
	ctx, name := r.Context(), r.PathValue("sweep")
	known := []string{}
	if r.PathValue("action") == "extend" {
		known = append(known, "add", "dry-run")
	}
	p := readParams(r, known...)
	add, dry := p.values["add"], p.truth("dry-run")
	if p.err != nil {
		problem(w, http.StatusBadRequest, p.err.Error())
		return
	}
	out, err := Act(ctx, a.control, name, r.PathValue("action"), add, dry)
	switch {
	case errors.Is(err, ErrNoAction):
		problem(w, http.StatusNotFound, fmt.Sprintf("a sweep cannot %q: it can pause, resume, cancel, retry, extend", r.PathValue("action")))
	case err != nil:
		wireProblem(w, err)
	default:
		reply(w, out)
	}
}

// ErrNoAction says that sweeps cannot do what was asked of one.
var ErrNoAction = errors.New("a sweep can pause, resume, cancel, retry, extend")

// Act changes a sweep: pause, resume, cancel, retry, or extend by add (dry: count only). It returns what came of it, for
// JSON. The error is the Control call's, or ErrNoAction.
func Act(ctx context.Context, control gardnerv1.ControlClient, sweep, action string, add []string, dry bool) (any, error) {
	var err error
	switch action {
	case "pause":
		_, err = control.Pause(ctx, &gardnerv1.PauseRequest{Sweep: sweep})
	case "resume":
		_, err = control.Resume(ctx, &gardnerv1.ResumeRequest{Sweep: sweep})
	case "cancel":
		_, err = control.Cancel(ctx, &gardnerv1.CancelRequest{Sweep: sweep})
	case "retry":
		done, err := control.Retry(ctx, &gardnerv1.RetryRequest{Sweep: sweep})
		if err != nil {
			return nil, err
		}
		return struct {
			Tasks uint64 `json:"tasks"`
		}{done.Tasks}, nil
	case "extend":
		done, err := control.Extend(ctx, &gardnerv1.ExtendRequest{Sweep: sweep, Add: add, DryRun: dry})
		if err != nil {
			return nil, err
		}
		return struct {
			Tasks  uint64 `json:"tasks"`
			Rows   uint64 `json:"rows"`
			Stored uint64 `json:"stored"`
		}{done.Tasks, done.Rows, done.Stored}, nil
	default:
		err = ErrNoAction
	}
	return struct{}{}, err
}

// TaskName is BLOCK:ORDINAL, as `gardner task` takes it.
func TaskName(t *gardnerv1.FailedTask) string { return fmt.Sprintf("%.8s:%d", t.Block, t.Ordinal) }
