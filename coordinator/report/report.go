// Package report puts figures on one page, each with how well it agrees with its theory and how it is made again.
package report

import (
	_ "embed"
	"fmt"
	"html/template"
	"io"
	"math"
	"time"
)

// Figure is a sweep that has been computed and drawn.
type Figure struct {
	Name, Title, Experiment string
	File                    string // of the figure, without its ending; SVG, PNG, PDF and CSV are there
	Tasks, Failed           uint64
	Took                    time.Duration // in this run; what was stored before took nothing
	Agreements              []Agreement   // none: it has no theory
	Command                 string        // makes it again
}

// Points counts what has a theory, and what of it is within three standard errors.
func (f *Figure) Points() (within, all int) {
	for _, a := range f.Agreements {
		within, all = within+a.Within, all+a.Points
	}
	return within, all
}

// Verdict is a line on the agreement.
func (f *Figure) Verdict() string {
	within, all := f.Points()
	if all == 0 {
		return "no theory"
	}
	return fmt.Sprintf("%d of %d points within %d standard errors of theory", within, all, Within3)
}

// Page is all of it.
type Page struct {
	Title, Version, Platform, Fingerprint string
	Made                                  time.Time
	Figures                               []Figure
}

// Summary is the page in a line.
func (p *Page) Summary() string {
	with, within, all := 0, 0, 0
	for i := range p.Figures {
		w, n := p.Figures[i].Points()
		within, all = within+w, all+n
		if n > 0 {
			with++
		}
	}
	return fmt.Sprintf("%d figures; %d have a theory, with %d of %d points within %d standard errors of it; %d have none",
		len(p.Figures), with, within, all, Within3, len(p.Figures)-with)
}

//go:embed page.html
var source string

var page = template.Must(template.New("page").Funcs(template.FuncMap{
	"share": func(x float64) string {
		if math.IsNaN(x) {
			return ""
		}
		return fmt.Sprintf("%.1f %%", 100*x)
	},
	"z": func(x float64) string { return fmt.Sprintf("%+.1f", x) },
	"seconds": func(d time.Duration) string {
		return d.Round(time.Second).String()
	},
}).Parse(source))

// Write writes the page as HTML; the figures' files are to be beside it.
func (p *Page) Write(w io.Writer) error { return page.Execute(w, p) }
