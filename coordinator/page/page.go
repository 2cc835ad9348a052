package page

import (
	"embed"
	"html/template"
	"io/fs"
	"net/http"
	"net/url"
	"time"

	"gardner/coordinator/httpapi"
	gardnerv1 "gardner/proto/gardner/v1"
	"gardner/sweeps"
)

//go:embed templates/*.html
var templateFiles embed.FS

//go:embed static
var staticFiles embed.FS

// page serves the paths of the package's doc.
type page struct {
	control   gardnerv1.ControlClient
	registry  *sweeps.Registry
	templates *template.Template
	statuses  *statuses
	feeds     *feeds
	easel     *easel
	speeds    *speeds
}

// interval is the time between two looks at anything.
const interval = time.Second

// New returns the page's handler. The registry tells what can be picked of a sweep's experiment.
func New(control gardnerv1.ControlClient, registry *sweeps.Registry) http.Handler {
	p := &page{control: control, registry: registry, statuses: newStatuses(control), feeds: newFeeds(), easel: newEasel(), speeds: newSpeeds(),
		templates: template.Must(template.New("").Funcs(functions).ParseFS(templateFiles, "templates/*.html"))}
	static, err := fs.Sub(staticFiles, "static")
	if err != nil {
		panic("page: embedded files: " + err.Error())
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", p.overview)
	mux.HandleFunc("GET /events", p.overviewEvents)
	mux.HandleFunc("GET /sweeps/{sweep}", p.sweep)
	mux.HandleFunc("GET /sweeps/{sweep}/events", p.sweepEvents)
	mux.HandleFunc("POST /sweeps/{sweep}/{action}", p.act)
	mux.Handle("GET /static/", http.StripPrefix("/static/", cached(http.FileServerFS(static))))
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		p.problem(w, r, http.StatusNotFound, "There is nothing at "+r.URL.Path+".")
	})
	return mux
}

// cached lets a browser keep style and script for an hour.
func cached(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Cache-Control", "max-age=3600")
		next.ServeHTTP(w, r)
	})
}

// frame is what every page shows around its parts.
type frame struct {
	Title   string
	Events  string // where the parts' changes come from
	Operate bool
	Parts   map[string]template.HTML
	Body    any
}

// render answers with a page.
func (p *page) render(w http.ResponseWriter, r *http.Request, code int, name string, f frame) {
	f.Operate = httpapi.RoleOf(r.Context()) >= httpapi.Operate
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(code)
	// An error here is a visitor who left, or a bug that tests find.
	_ = p.templates.ExecuteTemplate(w, name, f)
}

func (p *page) problem(w http.ResponseWriter, r *http.Request, code int, message string) {
	p.render(w, r, code, "problem.html", frame{Title: "gardner", Body: message})
}

// part renders a piece of a page.
func (p *page) part(name string, data any) (template.HTML, error) {
	var b writer
	err := p.templates.ExecuteTemplate(&b, name, data)
	return template.HTML(b), err //nolint:gosec // html/template made it
}

type writer []byte

func (w *writer) Write(b []byte) (int, error) {
	*w = append(*w, b...)
	return len(b), nil
}

// sweepPath is the address of a sweep's page.
func sweepPath(name string) string { return "/sweeps/" + url.PathEscape(name) }
