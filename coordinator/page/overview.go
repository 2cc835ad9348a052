package page

import (
	"context"
	"html/template"
	"net/http"
	"time"

	gardnerv1 "gardner/proto/gardner/v1"
)

func (p *page) overview(w http.ResponseWriter, r *http.Request) {
	s, err := p.control.Status(r.Context(), &gardnerv1.StatusRequest{})
	if err != nil {
		p.wireProblem(w, r, err)
		return
	}
	parts, err := p.overviewParts(s)
	if err != nil {
		p.wireProblem(w, r, err)
		return
	}
	p.render(w, r, http.StatusOK, "overview.html", frame{Title: "gardner", Events: "/events", Parts: parts})
}

func (p *page) overviewEvents(w http.ResponseWriter, r *http.Request) {
	f, leave := p.feeds.follow("overview", func(ctx context.Context) (map[string]template.HTML, time.Duration, error) {
		s, err := p.statuses.recent(ctx, "")
		if err != nil {
			return nil, 0, err
		}
		parts, err := p.overviewParts(s)
		return parts, 0, err
	})
	defer leave()
	p.stream(w, r, f)
}

func (p *page) overviewParts(s *gardnerv1.StatusResponse) (map[string]template.HTML, error) {
	data := struct {
		*gardnerv1.StatusResponse
		Team *team
	}{s, p.team(s.Workers)}
	parts := map[string]template.HTML{}
	var err error
	for id, name := range map[string]string{"sweeps": "sweeps.html", "workers": "workers.html", "notices": "notices.html"} {
		if parts[id], err = p.part(name, data); err != nil {
			return nil, err
		}
	}
	return parts, nil
}
