package figure

// Figure is one figure: panels that share a legend.
type Figure struct {
	Title   string // above the panels, may be empty
	Caption string // below them, wrapped; what is shown and where it comes from
	X, Y    Axis   // of all panels that have no axes of their own
	Panels  []Panel
	Columns int    // of panels, fewer where too narrow; 0 = as fits the width
	Meta    []Meta // written into the file: query, version, seed ...
}

// Meta is one entry of the file's metadata.
type Meta struct{ Key, Value string }

// Axis is a coordinate axis. Name and Unit are markup.
type Axis struct {
	Name string
	Unit string // in brackets after the name; empty = none
	Log  bool
	// Min and Max fix the range where Min < Max (and can be shown: finite, and
	// positive if Log); otherwise it follows the data.
	Min, Max float64
}

// Panel is one facet. Elements are drawn in the order heat map, bands,
// histograms, lines, series.
type Panel struct {
	Title      string // e.g. the facet's value
	X, Y       *Axis  // nil = the figure's, shared with the other panels
	Series     []Series
	Lines      []Line
	Bands      []Band
	Histograms []Histogram
	Heat       *HeatMap
	Notes      []string // short lines of text in a free corner
}

// Point is one measured point; Err is the half-length of its error bar, drawn
// where it is positive. Points that are not finite are left out.
type Point struct{ X, Y, Err float64 }

// Series is a set of measured points.
type Series struct {
	Label   string // in the legend; empty = none. Equal labels share an entry
	Points  []Point
	Style   int  // colour and marker, from 0
	Open    bool // open markers, for a second kind of point in the same colour
	Connect bool // join the points, for metrics without theory
}

// Dash is the pattern of a line.
type Dash int

// The patterns: solid for large-N theory, dashed for finite-N theory.
const (
	Solid Dash = iota
	Dashed
	Dotted
	DashDotted
)

// Line is a curve, usually theory. Points that are not finite break it.
type Line struct {
	Label string
	X, Y  []float64
	Dash  Dash
	Style int // colour; Ink = black
}

// Ink is the style of black lines, such as theory that belongs to all series.
const Ink = -1

// Band is an area between Low and High over X.
type Band struct {
	Label        string
	X, Low, High []float64
	Style        int
}

// Histogram is a set of bars between consecutive edges.
type Histogram struct {
	Label   string
	Edges   []float64 // one more than heights, increasing
	Heights []float64
	Err     []float64 // half-lengths of error bars, or nil
	Style   int
}

// HeatMap is a grid of values, Z[j][i] at (X[i], Y[j]). Values that are not
// finite stay grey. Coordinates increase and are the cells' centres, on the
// scale of the axis.
type HeatMap struct {
	X, Y []float64
	Z    [][]float64
	Name string // of the value, beside the colour bar
	Unit string
	// Min and Max of the colours; Min >= Max = the range of Z.
	Min, Max  float64
	Diverging bool      // colours around 0, for differences
	Levels    []float64 // contour lines
	// Theory is what Z should be; its contour lines are dashed. nil = none.
	Theory [][]float64
}

// Size is the size of a figure in mm. A height of 0 follows from the content.
type Size struct{ Width, Height float64 }

// The widths of one and of two columns of a journal.
var (
	Column = Size{Width: 89}
	Double = Size{Width: 183}
)
