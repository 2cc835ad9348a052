package sweeps

import (
	"math"
	"testing"
)

// Both balances cancel what grows like the root of the size, and each follows and
// ignores what theory says.
func TestNewVsOldIsNearTheory(t *testing.T) {
	t.Parallel()
	p := tinyPlan(t, `{name: t, experiment: new-vs-old, replicates: 16, params: {size: 150, burn_in: 10, record: 25},
		grid: {system: [old, new], perturbation: [gain, replace, along, against], strength: [0.25]}}`)
	outer, _ := p.Outer(0)
	for m, slack := range map[string]struct{ relative, absolute float64 }{
		"excitation": {0.05, 0}, "inhibition": {0.05, 0}, "net": {0, 0.1}, "rate_change": {0.05, 0.03}, "flipped": {0.05, 0.02},
	} {
		mean, sem := meanOf(t, p, m)
		for row, got := range mean {
			at := p.At(outer, row)
			want := math.NaN()
			for _, th := range p.Experiment.Theory {
				if th.Metric == m {
					want = th.Eval(at)
				}
			}
			if math.IsNaN(got) != math.IsNaN(want) || math.Abs(got-want) > 4*sem[row]+slack.absolute+slack.relative*math.Abs(want) {
				t.Errorf("%s of %s: %.4f +- %.4f, theory %.4f", m, at, got, sem[row], want)
			}
		}
	}
}

// The inputs of either system grow like the root of the size, their difference does
// not: slopes against size on logarithmic axes.
func TestWhatCancelsOnWhatScale(t *testing.T) {
	t.Parallel()
	p := tinyPlan(t, `{name: t, experiment: new-vs-old, replicates: 20, params: {burn_in: 10, record: 25}, grid: {size: [60, 240], system: [old, new]}}`)
	reg := p.Experiment
	small, large := map[string][]float64{}, map[string][]float64{}
	for o := range p.Block.Tasks() {
		outer, _ := p.Outer(o)
		rows, err := p.Task(o, nil).Run(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for i, r := range rows {
			system := p.At(outer, i).Str("system")
			for _, m := range []string{"excitation", "inhibition", "net"} {
				to := small
				if outer.Num("size") > 100 {
					to = large
				}
				to[system+" "+m] = append(to[system+" "+m], r.Cells[reg.Metric(m)].V)
			}
		}
	}
	average := func(x []float64) (sum float64) {
		for _, v := range x {
			sum += v / float64(len(x))
		}
		return sum
	}
	for _, system := range []string{oldSystem, newSystem} {
		for _, m := range []string{"excitation", "inhibition"} {
			slope := math.Log(average(large[system+" "+m])/average(small[system+" "+m])) / math.Log(4)
			if math.Abs(slope-0.5) > 0.08 { // rates of the old network still grow with K
				t.Errorf("%s: %s grows with the power %.3f of the size, want 1/2", system, m, slope)
			}
		}
		if change := average(large[system+" net"]) - average(small[system+" net"]); math.Abs(change) > 0.25 {
			t.Errorf("%s: the net input changes by %.3f", system, change)
		}
	}
}

func TestNewVsOldBeyondCapacity(t *testing.T) {
	t.Parallel()
	p := tinyPlan(t, `{name: t, experiment: new-vs-old, params: {size: 20, alpha: 4, burn_in: 1, record: 2}, grid: {system: [old, new]}}`)
	rows, err := p.Task(0, nil).Run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if rows[0].Status != OK || rows[1].Status != InfeasibleRow {
		t.Errorf("statuses %v and %v", rows[0].Status, rows[1].Status)
	}
}
