package sweeps

import (
	"math"
	"testing"
)

// Both balances cancel what grows like the root of the size, and each follows and
// ignores what theory says. The old network's theory is that of N much larger than K
// and within 2 % already here, N = 5 K; the new neuron's is that of large N.
func TestNewVsOldIsNearTheory(t *testing.T) {
	t.Parallel()
	type slack struct{ relative, absolute float64 }
	for _, c := range []struct {
		system, replicates string
		slack              map[string]slack
	}{
		{"old", "40", map[string]slack{"excitation": {0.01, 0}, "inhibition": {0.01, 0}, "net": {0, 0.02}, "rate_change": {0.02, 0}}},
		{"new", "16", map[string]slack{"excitation": {0.05, 0}, "inhibition": {0.05, 0}, "net": {0, 0.1}, "flipped": {0.05, 0.01}}},
	} {
		p := tinyPlan(t, `{name: t, experiment: new-vs-old, replicates: `+c.replicates+`, params: {size: 150, burn_in: 10, record: 50},
			grid: {system: [`+c.system+`], perturbation: [gain, replace, along, against], strength: [0.25]}}`)
		outer, _ := p.Outer(0)
		tasks := runAll(t, p)
		for m, slack := range c.slack {
			mean, sem := average(tasks, p.Experiment.Metric(m))
			for row, got := range mean {
				at := p.At(outer, row)
				want := math.NaN()
				for _, th := range p.Experiment.Theory {
					if th.Metric == m {
						want = th.Eval(at)
					}
				}
				t.Logf("%s of %s, %s: %.4f +- %.4f, theory %.4f", m, c.system, at.Str("perturbation"), got, sem[row], want)
				if !(math.Abs(got-want) <= 3.5*sem[row]+slack.absolute+slack.relative*math.Abs(want)) {
					t.Errorf("%s of %s: %.4f +- %.4f, theory %.4f", m, at, got, sem[row], want)
				}
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
	mean := func(x []float64) (sum float64) {
		for _, v := range x {
			sum += v / float64(len(x))
		}
		return sum
	}
	for _, system := range []string{oldSystem, newSystem} {
		for _, m := range []string{"excitation", "inhibition"} {
			slope := math.Log(mean(large[system+" "+m])/mean(small[system+" "+m])) / math.Log(4)
			if math.Abs(slope-0.5) > 0.08 { // rates of the old network still grow with K
				t.Errorf("%s: %s grows with the power %.3f of the size, want 1/2", system, m, slope)
			}
		}
		if change := mean(large[system+" net"]) - mean(small[system+" net"]); math.Abs(change) > 0.25 {
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
