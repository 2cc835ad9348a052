package page

import (
	"errors"
	"net/http"

	"gardner/coordinator/httpapi"
)

// act changes a sweep and leads back to it. The guard has seen to it that the visitor may.
func (p *page) act(w http.ResponseWriter, r *http.Request) {
	name := r.PathValue("sweep")
	_, err := httpapi.Act(r.Context(), p.control, name, r.PathValue("action"), []string{r.FormValue("add")}, false)
	switch {
	case errors.Is(err, httpapi.ErrNoAction):
		p.problem(w, r, http.StatusNotFound, "A sweep can be paused, resumed, cancelled, retried and extended.")
	case err != nil:
		p.wireProblem(w, r, err)
	default:
		http.Redirect(w, r, sweepPath(name), http.StatusSeeOther)
	}
}
