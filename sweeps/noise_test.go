package sweeps

import (
	"context"
	"math"
	"strings"
	"testing"
)

// meanOf runs all tasks of a plan and averages a metric of each inner row, NaN where no task has a value.
func meanOf(t *testing.T, p *Plan, metric string) (mean, sem []float64) {
	t.Helper()
	return average(runAll(t, p), p.Experiment.Metric(metric))
}

// runAll returns the rows of each task of a plan.
func runAll(t *testing.T, p *Plan) (tasks [][]Row) {
	t.Helper()
	for o := range p.Block.Tasks() {
		rows, err := p.Task(o, nil).Run(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		tasks = append(tasks, rows)
	}
	return tasks
}

// average returns the mean of a metric in each row over tasks, NaN where none has a value, and its standard error.
func average(tasks [][]Row, metric int) (mean, sem []float64) {
	n, sum, square := make([]float64, len(tasks[0])), make([]float64, len(tasks[0])), make([]float64, len(tasks[0]))
	for _, rows := range tasks {
		for i, r := range rows {
			if v := r.Cells[metric].V; !math.IsNaN(v) {
				n[i]++
				sum[i] += v
				square[i] += v * v
			}
		}
	}
	for i := range sum {
		mu := sum[i] / n[i]
		mean, sem = append(mean, mu), append(sem, math.Sqrt(math.Max(0, square[i]/n[i]-mu*mu)/(n[i]-1)))
	}
	return mean, sem
}

func TestNoiseIsNearTheory(t *testing.T) {
	t.Parallel()
	p := tinyPlan(t, `{name: t, experiment: noise, replicates: 10, params: {N: 200, alpha: 1}, grid: {solution: [A, B], sigma_in: [0.05, 0.5], sigma_out: [0.05, 0.5]}}`)
	mean, sem := meanOf(t, p, "error")
	outer, _ := p.Outer(0)
	for row := range mean {
		at := p.At(outer, row)
		want := p.Experiment.Theory[0].Eval(at)
		// A has the larger finite-size effect, 10 % at N = 400 where output noise alone decides.
		if math.IsNaN(want) || math.Abs(mean[row]-want) > 4*sem[row]+0.2*want {
			t.Errorf("%s: %.5f +- %.5f, theory %.5f", at, mean[row], sem[row], want)
		}
	}
}

// With inputs far above the noise rectification changes nothing but the way the error is found.
func TestRectifiedNoiseMeetsTheClosedForm(t *testing.T) {
	t.Parallel()
	const file = `{name: t, experiment: noise, params: {N: 30, family_exc: gaussian, mean_exc: 20, family_inh: gaussian, mean_inh: 20, trials: 2000, rectified: RECT},
		grid: {solution: [A, B], sigma_in: [0, 0.3], sigma_out: [0, 0.2]}}`
	mean := map[bool][]float64{}
	for _, rectified := range []bool{false, true} {
		p := tinyPlan(t, strings.Replace(file, "RECT", Truth(rectified).String(), 1))
		mean[rectified], _ = meanOf(t, p, "error")
	}
	for row, exact := range mean[false] {
		sampled := mean[true][row]
		if se := math.Sqrt(exact * (1 - exact) / (15 * 2000)); math.Abs(sampled-exact) > 4*se {
			t.Errorf("row %d: exact %v, sampled %v, standard error %v", row, exact, sampled, se)
		}
	}
}

func TestNoiseWithoutWeights(t *testing.T) {
	t.Parallel()
	p := tinyPlan(t, `{name: t, experiment: noise, params: {N: 20}, grid: {alpha: [0.2, 4], gamma: [inf], solution: [A, B], sigma_in: [0.1]}}`)
	for o, want := range [][]Status{{OK, UndefinedRow}, {InfeasibleRow, InfeasibleRow}} {
		rows, err := p.Task(uint64(o), nil).Run(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		for i, r := range rows {
			if r.Status != want[i] || (r.Status == OK) == r.Cells[0].IsEmpty(MetricNumber) {
				t.Errorf("task %d row %d: %v %v, want %v", o, i, r.Status, r.Cells[0], want[i])
			}
		}
	}
}
