package page

import (
	"context"
	"encoding/csv"
	"html/template"
	"slices"
	"strconv"
	"strings"

	gardnerv1 "gardner/proto/gardner/v1"
)

// maxRows is how many lines of the table the page shows; all are in the file beside it.
const maxRows = 400

// table is the aggregates as the page shows them.
type table struct {
	Head []string
	Rows [][]string
	Max  int // the lines shown, if there are more; 0: there are none
}

// narrow are the columns of aggregates that the page leaves to the file.
var narrow = []string{"min", "max", "sd", "q05", "q25", "q50", "q75", "q95", "ci95_low", "ci95_high"}

// rows renders the aggregates behind the figure.
func (p *page) rows(ctx context.Context, s *gardnerv1.SweepStatus, v picked) (template.HTML, error) {
	if s.Done == 0 {
		return "", nil
	}
	stream, err := p.control.Query(ctx, &gardnerv1.QueryRequest{Sweep: s.Name, Where: v.Where, Metrics: v.Y, Format: "csv", Limit: maxRows + 1})
	text, err := collect(stream, err)
	if err != nil {
		return blamed(err)
	}
	all, err := csv.NewReader(strings.NewReader(string(text))).ReadAll()
	if err != nil || len(all) == 0 {
		return "", err
	}
	var t table
	keep := make([]int, 0, len(all[0]))
	for i, name := range all[0] {
		if !slices.Contains(narrow, name) && filled(all[1:], i) {
			keep = append(keep, i)
			t.Head = append(t.Head, name)
		}
	}
	for _, row := range all[1:] {
		if len(t.Rows) == maxRows {
			t.Max = maxRows
			break
		}
		cells := make([]string, len(keep))
		for k, i := range keep {
			cells[k] = rounded(row[i])
		}
		t.Rows = append(t.Rows, cells)
	}
	return p.part("rows.html", t)
}

// filled reports whether a column says anything: values, or counts above 0.
func filled(rows [][]string, column int) bool {
	for _, r := range rows {
		if r[column] != "" && r[column] != "0" {
			return true
		}
	}
	return false
}

// rounded shortens a number to what is read at a glance; the file has every digit.
func rounded(cell string) string {
	x, err := strconv.ParseFloat(cell, 64)
	if err != nil || !strings.Contains(cell, ".") {
		return cell
	}
	return strconv.FormatFloat(x, 'g', 5, 64)
}
