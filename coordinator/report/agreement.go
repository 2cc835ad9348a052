package report

import (
	"encoding/csv"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"
)

// Agreement is how well the means of a metric agree with a theory.
type Agreement struct {
	Metric, Theory string
	Points         int     // groups that have a mean with an error, and a theory
	Within         int     // of them, those within three standard errors
	WorstZ         float64 // the z of largest size
	Median         float64 // median of |mean - theory| / |theory|; NaN where every theory is 0
}

// Within3 is the size of z up to which a mean agrees.
const Within3 = 3

// Agreements reads aggregates as CSV, with the columns of gardner query, and compares every theory in them.
func Agreements(table io.Reader) ([]Agreement, error) {
	r := csv.NewReader(table)
	head, err := r.Read()
	if err != nil {
		return nil, fmt.Errorf("aggregates: %w", err)
	}
	metric, mean := slices.Index(head, "metric"), slices.Index(head, "mean")
	type comparison struct {
		Agreement
		differences []float64
	}
	type theory struct {
		name     string
		value, z int
		byMetric map[string]*comparison
	}
	var theories []*theory
	for i, name := range head {
		suffix, ok := strings.CutPrefix(name, "theory")
		if z := slices.Index(head, "z"+suffix); ok && z >= 0 {
			theories = append(theories, &theory{name: strings.ReplaceAll(name, "_", " "), value: i, z: z, byMetric: map[string]*comparison{}})
		}
	}
	if metric < 0 || mean < 0 {
		return nil, fmt.Errorf("aggregates: no columns metric and mean")
	}
	var order []*comparison
	for {
		row, err := r.Read()
		if err == io.EOF {
			break
		}
		if err != nil {
			return nil, fmt.Errorf("aggregates: %w", err)
		}
		for _, t := range theories {
			z, err := strconv.ParseFloat(row[t.z], 64)
			if err != nil || math.IsNaN(z) || math.IsInf(z, 0) { // no theory, or a mean without an error
				continue
			}
			a := t.byMetric[row[metric]]
			if a == nil {
				a = &comparison{Agreement: Agreement{Metric: row[metric], Theory: t.name}}
				t.byMetric[row[metric]] = a
				order = append(order, a)
			}
			a.Points++
			if math.Abs(z) <= Within3 {
				a.Within++
			}
			if math.Abs(z) > math.Abs(a.WorstZ) {
				a.WorstZ = z
			}
			x, errX := strconv.ParseFloat(row[mean], 64)
			y, errY := strconv.ParseFloat(row[t.value], 64)
			if errX == nil && errY == nil && y != 0 {
				a.differences = append(a.differences, math.Abs(x-y)/math.Abs(y))
			}
		}
	}
	out := make([]Agreement, len(order))
	for i, a := range order {
		a.Median = median(a.differences)
		out[i] = a.Agreement
	}
	return out, nil
}

func median(x []float64) float64 {
	if len(x) == 0 {
		return math.NaN()
	}
	slices.Sort(x)
	return (x[(len(x)-1)/2] + x[len(x)/2]) / 2
}
