package sweeps

import (
	"context"
	"errors"
	"testing"
	"time"
)

func TestCalibrate(t *testing.T) {
	t.Parallel()
	var order []int
	e := &Experiment{Name: "timed", Version: 1, Doc: "for tests",
		Params:  []Param{{Name: "size", Doc: "size", Kind: Integer, Default: Num(1), Min: 1, Max: 100}},
		Metrics: []Metric{{Name: "m", Doc: "one"}},
		Cost:    func(p Point, _ []Point) float64 { return float64(p.Int("size")) },
		Run: func(ctx context.Context, t *Task) ([]Row, error) {
			order = append(order, t.Outer.Int("size"))
			time.Sleep(time.Millisecond)
			return []Row{{Cells: []Cell{Val(1)}}}, ctx.Err()
		}}
	registry := NewRegistry(e)
	b, err := NewBlock(e, []Axis{Numbers("size", 8, 4, 2, 1)}, 1, 0, 100)
	if err != nil {
		t.Fatal(err)
	}
	p, err := registry.Plan(b)
	if err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	used := func() time.Duration { return time.Since(began) }
	c, err := Calibrate(t.Context(), p, 4, time.Hour, used, func(*Task) {})
	if err != nil || c.Tasks != 4 || len(order) != 4 || order[0] != 1 || order[3] != 8 {
		t.Errorf("%+v, %v; ran %v", c, err, order)
	}
	record := float64(len(EncodeRecord(e, 1, nil, []Row{{Cells: []Cell{Val(1)}}})))
	if c.Bytes != 400*record || !(c.Seconds >= 0.4) { // 100 x 15 units of cost, 15 of which took at least 4 ms
		t.Errorf("%+v; a record has %g bytes", c, record)
	}
	if c, err := Calibrate(t.Context(), p, 4, 0, used, func(*Task) {}); err != nil || c.Tasks != 1 {
		t.Errorf("without time: %+v, %v", c, err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Calibrate(ctx, p, 4, 0, used, func(*Task) {}); !errors.Is(err, context.Canceled) {
		t.Errorf("cut short: %v", err)
	}
}
