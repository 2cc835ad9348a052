package chart

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"

	"gardner/coordinator/query"
)

// Summary writes the few numbers a person wants to see first: for the last value
// of each numeric param beside x (usually the largest size), a line per x with
// each metric, its standard error and its theories. Columns without a value are
// left out.
func Summary(ctx context.Context, w io.Writer, result *query.Result) error {
	table, err := result.Table(ctx)
	if err != nil {
		return err
	}
	s := &summary{table: table, last: map[string]string{}, cells: map[string]map[string]string{}}
	s.choose()
	for _, row := range table.Rows {
		s.add(row)
	}
	return s.write(w)
}

type summary struct {
	table *query.Table
	last  map[string]string // numeric param -> the value shown
	words []string          // text params: part of the column's name
	heads []string
	order []string // values of x
	cells map[string]map[string]string
}

// choose splits the params beside x into those shown at one value and those that
// name columns.
func (s *summary) choose() {
	for _, p := range s.others() {
		c := s.table.Column(p)
		if s.table.Columns[c].Kind == query.Text || s.table.Columns[c].Kind == query.Bool {
			s.words = append(s.words, p)
			continue
		}
		for _, row := range s.table.Rows {
			s.last[p] = s.text(p, row)
		}
	}
}

// others are the params beside x.
func (s *summary) others() []string { return s.table.By[min(1, len(s.table.By)):] }

func (s *summary) text(param string, row []query.Field) string {
	c := s.table.Column(param)
	switch f := row[c]; {
	case !f.Valid:
		return ""
	case s.table.Columns[c].Kind == query.Float:
		return fmt.Sprintf("%g", f.Num)
	case s.table.Columns[c].Kind == query.Int:
		return fmt.Sprint(f.Int)
	case s.table.Columns[c].Kind == query.Bool:
		return fmt.Sprint(f.Int != 0)
	default:
		return f.Text
	}
}

func (s *summary) add(row []query.Field) {
	mean, sem := row[s.table.Column("mean")], row[s.table.Column("sem")]
	if i := s.table.Column("index"); !mean.Valid || i >= 0 && row[i].Valid {
		return // no value, or one bin of many
	}
	for p, v := range s.last {
		if s.text(p, row) != v {
			return
		}
	}
	name := row[s.table.Column("metric")].Text
	for _, p := range s.words {
		name += " " + s.text(p, row)
	}
	x := ""
	if len(s.table.By) > 0 {
		x = s.text(s.table.By[0], row)
	}
	if s.cells[x] == nil {
		s.cells[x] = map[string]string{}
		s.order = append(s.order, x)
	}
	value := fmt.Sprintf("%.4f", mean.Num)
	if sem.Valid {
		value = fmt.Sprintf("%.3f +- %.3f", mean.Num, sem.Num)
	}
	s.put(x, name, value)
	for i, c := range s.table.Columns {
		if strings.HasPrefix(c.Name, "theory") && row[i].Valid {
			s.put(x, strings.ReplaceAll(c.Name, "_", " ")+strings.Repeat(" ", s.copies(name)), fmt.Sprintf("%.4f", row[i].Num))
		}
	}
}

// copies tells columns of the same theory of different metrics apart by blanks
// that nobody sees.
func (s *summary) copies(name string) int { return slices.Index(s.heads, name) }

func (s *summary) put(x, head, value string) {
	if !slices.Contains(s.heads, head) {
		s.heads = append(s.heads, head)
	}
	s.cells[x][head] = value
}

func (s *summary) write(w io.Writer) error {
	var at []string
	for _, p := range s.others() {
		if v, ok := s.last[p]; ok {
			at = append(at, p+"="+v)
		}
	}
	heads := make([]string, len(s.heads))
	for i, h := range s.heads {
		heads[i] = strings.TrimRight(h, " ")
	}
	t := tabwriter.NewWriter(w, 0, 0, 3, ' ', 0)
	fmt.Fprintf(t, "%s\t%s\t%s\n", strings.Join(at, ", "), strings.Join(s.table.By[:min(1, len(s.table.By))], ""), strings.Join(heads, "\t"))
	for _, x := range s.order {
		line := make([]string, len(s.heads))
		for i, h := range s.heads {
			line[i] = s.cells[x][h]
		}
		fmt.Fprintf(t, "\t%s\t%s\n", x, strings.Join(line, "\t"))
	}
	return t.Flush()
}
