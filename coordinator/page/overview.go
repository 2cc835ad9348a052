package page

import (
	"context"
	"html/template"
	"net/http"
	"time"

	gardnerv1 "gardner/proto/gardner/v1"
)

func (p *page) overview(w http.ResponseWriter, r *http.Request) {
	parts, err := p.overviewParts(r.Context())
	if err != nil {
		p.wireProblem(w, r, err)
		return
	}
	p.render(w, r, http.StatusOK, "overview.html", frame{Title: "gardner", Events: "/events", Parts: parts})
}

func (p *page) overviewEvents(w http.ResponseWriter, r *http.Request) {
	p.stream(w, r, p.overviewParts)
}

func (p *page) overviewParts(ctx context.Context) (map[string]template.HTML, error) {
	s, err := p.control.Status(ctx, &gardnerv1.StatusRequest{})
	if err != nil {
		return nil, err
	}
	data := struct {
		*gardnerv1.StatusResponse
		Speeds map[string]float64
	}{s, p.speeds.look(time.Now(), s.Workers)}
	parts := map[string]template.HTML{}
	for id, name := range map[string]string{"sweeps": "sweeps.html", "workers": "workers.html", "notices": "notices.html"} {
		if parts[id], err = p.part(name, data); err != nil {
			return nil, err
		}
	}
	return parts, nil
}
