package figure

import "fmt"

// validate checks lengths, so that drawing need not.
func (f *Figure) validate() error {
	if len(f.Panels) == 0 {
		return fmt.Errorf("figure: no panels; nothing to draw")
	}
	for i := range f.Panels {
		if err := f.Panels[i].validate(); err != nil {
			return fmt.Errorf("figure: panel %d %q: %w", i+1, f.Panels[i].Title, err)
		}
	}
	return nil
}

func (p *Panel) validate() error {
	for _, l := range p.Lines {
		if len(l.X) != len(l.Y) {
			return fmt.Errorf("line %q has %d x and %d y values; give as many of each", l.Label, len(l.X), len(l.Y))
		}
	}
	for _, b := range p.Bands {
		if len(b.X) != len(b.Low) || len(b.X) != len(b.High) {
			return fmt.Errorf("band %q has %d x, %d low and %d high values; give as many of each", b.Label, len(b.X), len(b.Low), len(b.High))
		}
	}
	for _, h := range p.Histograms {
		if len(h.Edges) != len(h.Heights)+1 || (h.Err != nil && len(h.Err) != len(h.Heights)) {
			return fmt.Errorf("histogram %q has %d edges, %d heights and %d errors; give one edge more than heights", h.Label, len(h.Edges), len(h.Heights), len(h.Err))
		}
	}
	if h := p.Heat; h != nil {
		if len(h.X) == 0 || len(h.Y) == 0 || len(h.Z) != len(h.Y) {
			return fmt.Errorf("heat map has %d x, %d y values and %d rows; give a row for each y", len(h.X), len(h.Y), len(h.Z))
		}
		if h.Theory != nil && len(h.Theory) != len(h.Y) {
			return fmt.Errorf("heat map has %d y values and %d rows of theory; give a row for each y", len(h.Y), len(h.Theory))
		}
		for j, row := range append(h.Z[:len(h.Z):len(h.Z)], h.Theory...) {
			if len(row) != len(h.X) {
				return fmt.Errorf("row %d of the heat map has %d values for %d x", j%len(h.Y)+1, len(row), len(h.X))
			}
		}
	}
	return nil
}
