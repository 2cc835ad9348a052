package query

import (
	"bufio"
	"context"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// tableSample is how many rows decide the widths and which columns are shown;
// longer cells further down stick out.
const tableSample = 1000

// seldom are the columns of an aggregate that a table leaves out. They are in all
// other formats.
var seldom = []string{"sd", "min", "q05", "q25", "median", "q75", "q95", "max", "count_k", "count_n"}

// exact are columns that have no error, so that the row's sem says nothing of them.
var exact = []string{"level", "below", "above", "bin_low", "bin_high"}

// writeTable writes aligned columns for people: numbers rounded to what their
// standard error supports, no columns that are seldom read or that are empty.
func writeTable(ctx context.Context, w *bufio.Writer, r *Result) error {
	t := &table{w: w, r: r}
	err := r.Each(ctx, func(row []Field) error {
		if t.widths != nil {
			return t.write(t.cells(row))
		}
		t.sample = append(t.sample, slices.Clone(row))
		if len(t.sample) == tableSample {
			return t.begin()
		}
		return nil
	})
	if err == nil && t.widths == nil {
		err = t.begin()
	}
	if note := Mixed(r.Numerics); err == nil && note != "" {
		_, err = w.WriteString("note: " + note + "\n")
	}
	return err
}

type table struct {
	w      *bufio.Writer
	r      *Result
	sample [][]Field
	shown  []int
	widths []int
	line   []byte
}

// begin decides on the layout and writes the header and the sample.
func (t *table) begin() error {
	for i := range t.r.Columns {
		if t.interesting(i) {
			t.shown = append(t.shown, i)
		}
	}
	t.widths = make([]int, len(t.shown))
	lines := make([][]string, 0, len(t.sample)+1)
	header := make([]string, len(t.shown))
	for j, i := range t.shown {
		header[j] = t.r.Columns[i].Name
		if u := t.r.Columns[i].Unit; u != "" {
			header[j] += " [" + u + "]"
		}
	}
	lines = append(lines, header)
	for _, row := range t.sample {
		lines = append(lines, t.cells(row))
	}
	for _, cells := range lines {
		for j, c := range cells {
			t.widths[j] = max(t.widths[j], utf8.RuneCountInString(c))
		}
	}
	t.sample = nil
	for _, cells := range lines {
		if err := t.write(cells); err != nil {
			return err
		}
	}
	return nil
}

func (t *table) interesting(i int) bool {
	c := &t.r.Columns[i]
	if t.r.Raw {
		return true
	}
	if i < len(t.r.By) {
		return true
	}
	if slices.Contains(seldom, c.Name) {
		return false
	}
	counts := strings.HasPrefix(c.Name, "n_")
	for _, row := range t.sample {
		switch {
		case counts && row[i].Int == 0:
		case c.Name == "unit" && row[i].Text == "":
		case !row[i].empty(c.Kind):
			return true
		}
	}
	return c.Name == "n" || c.Name == "mean"
}

func (t *table) cells(row []Field) []string {
	sem := math.NaN()
	if i := t.r.Column("sem"); i >= 0 && !t.r.Raw && row[i].Valid {
		sem = row[i].Num
	}
	out := make([]string, len(t.shown))
	for j, i := range t.shown {
		c := &t.r.Columns[i]
		switch {
		case row[i].empty(c.Kind):
		case c.Kind != Float || !t.r.Raw && i < len(t.r.By):
			out[j] = string(appendPlain(nil, c.Kind, &row[i]))
		case !t.r.Raw && (c.Name == "z" || strings.HasPrefix(c.Name, "z_")):
			out[j] = strconv.FormatFloat(row[i].Num, 'f', 2, 64)
		case !t.r.Raw && slices.Contains(exact, c.Name):
			out[j] = rounded(row[i].Num, math.NaN())
		default:
			out[j] = rounded(row[i].Num, sem)
		}
	}
	return out
}

// rounded shows x to two digits of its standard error, else to six digits.
func rounded(x, sem float64) string {
	if math.IsInf(x, 0) {
		return string(appendNumber(nil, x))
	}
	if !(sem > 0) || math.IsInf(sem, 0) {
		return strconv.FormatFloat(x, 'g', 6, 64)
	}
	digits := 1 - int(math.Floor(math.Log10(sem)))
	if digits > 15 || digits < -6 || math.Abs(x) >= 1e12 {
		return strconv.FormatFloat(x, 'g', 6, 64)
	}
	return strconv.FormatFloat(x, 'f', max(0, digits), 64)
}

// write aligns texts left and everything else right.
func (t *table) write(cells []string) error {
	t.line = t.line[:0]
	for j, c := range cells {
		pad := strings.Repeat(" ", max(0, t.widths[j]-utf8.RuneCountInString(c)))
		if j > 0 {
			t.line = append(t.line, "  "...)
		}
		if k := t.r.Columns[t.shown[j]].Kind; k == Text || k == Vector {
			t.line = append(append(t.line, c...), pad...)
		} else {
			t.line = append(append(t.line, pad...), c...)
		}
	}
	for len(t.line) > 0 && t.line[len(t.line)-1] == ' ' {
		t.line = t.line[:len(t.line)-1]
	}
	_, err := t.w.Write(append(t.line, '\n'))
	return err
}
