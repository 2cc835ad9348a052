package sweeps

import (
	"math"
	"testing"
)

func TestRecordsAreComparedRowByRow(t *testing.T) {
	t.Parallel()
	e := &Experiment{Name: "t", Version: 1, Metrics: []Metric{{Name: "x"}, {Name: "v", Kind: MetricVector}}}
	row := func(x float64, v ...float64) Row { return Row{Cells: []Cell{Val(x), Vec(v)}} }
	all := EncodeRecord(e, 3, nil, []Row{row(1, 2), row(math.NaN()), row(math.Inf(1), 4, 5)})
	undefined := row(1, 2)
	undefined.Status = UndefinedRow
	for name, c := range map[string]struct {
		other []byte
		want  Comparison
	}{
		"itself":              {all, Comparison{Rows: 3, Equal: true, Near: true}},
		"some rows":           {EncodeRecord(e, 3, []int{0, 2}, []Row{row(1, 2), row(math.Inf(1), 4, 5)}), Comparison{Rows: 2, Equal: true, Near: true}},
		"last bit":            {EncodeRecord(e, 3, []int{0}, []Row{row(math.Nextafter(1, 2), 2)}), Comparison{Rows: 1, Near: true, Worst: (math.Nextafter(1, 2) - 1) / math.Nextafter(1, 2)}},
		"another number":      {EncodeRecord(e, 3, []int{0}, []Row{row(3, 2)}), Comparison{Rows: 1, Worst: 2. / 3}},
		"another vector":      {EncodeRecord(e, 3, []int{0}, []Row{row(1, 4)}), Comparison{Rows: 1, Worst: 0.5}},
		"another length":      {EncodeRecord(e, 3, []int{0}, []Row{row(1, 2, 2)}), Comparison{Rows: 1}},
		"another status":      {EncodeRecord(e, 3, []int{0}, []Row{undefined}), Comparison{Rows: 1}},
		"a value for nothing": {EncodeRecord(e, 3, []int{1}, []Row{row(1)}), Comparison{Rows: 1, Worst: math.NaN()}},
	} {
		got, err := CompareRecords(e, 3, all, c.other)
		if err != nil {
			t.Fatal(err)
		}
		if math.IsNaN(c.want.Worst) && math.IsNaN(got.Worst) {
			got.Worst, c.want.Worst = 0, 0
		}
		if got != c.want {
			t.Errorf("%s: %+v, want %+v", name, got, c.want)
		}
	}
	if _, err := CompareRecords(e, 3, all, []byte("no")); err == nil {
		t.Error("garbage was compared")
	}
}
