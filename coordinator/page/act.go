package page

import (
	"net/http"

	gardnerv1 "gardner/proto/gardner/v1"
)

// act changes a sweep and leads back to it. The guard has seen to it that the visitor may.
func (p *page) act(w http.ResponseWriter, r *http.Request) {
	ctx, name := r.Context(), r.PathValue("sweep")
	var err error
	switch r.PathValue("action") {
	case "pause":
		_, err = p.control.Pause(ctx, &gardnerv1.PauseRequest{Sweep: name})
	case "resume":
		_, err = p.control.Resume(ctx, &gardnerv1.ResumeRequest{Sweep: name})
	case "cancel":
		_, err = p.control.Cancel(ctx, &gardnerv1.CancelRequest{Sweep: name})
	case "retry":
		_, err = p.control.Retry(ctx, &gardnerv1.RetryRequest{Sweep: name})
	case "extend":
		_, err = p.control.Extend(ctx, &gardnerv1.ExtendRequest{Sweep: name, Add: []string{r.FormValue("add")}})
	default:
		p.problem(w, r, http.StatusNotFound, "A sweep can be paused, resumed, cancelled, retried and extended.")
		return
	}
	if err != nil {
		p.wireProblem(w, r, err)
		return
	}
	http.Redirect(w, r, sweepPath(name), http.StatusSeeOther)
}
