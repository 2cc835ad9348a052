package httpapi

import (
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
	var out any = struct{}{}
	var err error
	switch action := r.PathValue("action"); action {
	case "pause":
		_, err = a.control.Pause(ctx, &gardnerv1.PauseRequest{Sweep: name})
	case "resume":
		_, err = a.control.Resume(ctx, &gardnerv1.ResumeRequest{Sweep: name})
	case "cancel":
		_, err = a.control.Cancel(ctx, &gardnerv1.CancelRequest{Sweep: name})
	case "retry":
		var done *gardnerv1.RetryResponse
		if done, err = a.control.Retry(ctx, &gardnerv1.RetryRequest{Sweep: name}); err == nil {
			out = struct {
				Tasks uint64 `json:"tasks"`
			}{done.Tasks}
		}
	case "extend":
		var done *gardnerv1.SubmitResponse
		if done, err = a.control.Extend(ctx, &gardnerv1.ExtendRequest{Sweep: name, Add: add, DryRun: dry}); err == nil {
			out = struct {
				Tasks  uint64 `json:"tasks"`
				Rows   uint64 `json:"rows"`
				Stored uint64 `json:"stored"`
			}{done.Tasks, done.Rows, done.Stored}
		}
	default:
		problem(w, http.StatusNotFound, fmt.Sprintf("a sweep cannot %q: it can pause, resume, cancel, retry, extend", action))
		return
	}
	if err != nil {
		wireProblem(w, err)
		return
	}
	reply(w, out)
}

// taskName is BLOCK:ORDINAL, as `gardner task` takes it.
func taskName(t *gardnerv1.FailedTask) string { return fmt.Sprintf("%.8s:%d", t.Block, t.Ordinal) }
