package sweeps

import (
	"bytes"
	"context"
	"crypto/sha256"
	"flag"
	"fmt"
	"math"
	"os"
	"sort"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "rewrite golden files")

var freeze = flag.Bool("freeze", false, "write the hashes of the experiments' bits anew")

// tiny are small tasks of each experiment. The hashes of the records they make
// are frozen in testdata/frozen.txt.
var tiny = map[string]string{
	"balanced-network": `{name: t, experiment: balanced-network, replicates: 2, params: {N: 200, K: 20, burn_in: 5, record: 20, trials: 2}, grid: {m_0: [0.2, 0.3], population: [E, I], lag: [0, 0.3, 2]}}`,
	"capacity":         `{name: t, experiment: capacity, replicates: 2, grid: {N: [10, 21], gamma: [1, 3], solution: [A, B], kappa: [0, 0.25, 1]}}`,
	"capacity-families": `{name: t, experiment: capacity, params: {labels: random, p_out: 0.4, gamma: inf, min_active: 1}, grid: {N: [12],
		zip: {family_exc: [bernoulli, gaussian, lognormal], family_inh: [bernoulli, gamma, exponential], mean_exc: [0.3, 1, 1], mean_inh: [0.2, 1, 1], shape_inh: [2, 1.5, 2]},
		solution: [A, B], kappa: [0, 0.5]}}`,
	"emergence":           `{name: t, experiment: emergence, replicates: 2, params: {N: 70, alpha: 0.4}, grid: {zip: {sigma_in: [0.15, 0.1], sigma_out: [0, 0.15]}, cycle: [0, 1, 7, 40]}}`,
	"inhibition-capacity": `{name: t, experiment: inhibition-capacity, params: {N: 40, f_exc: 0.5, neurons: 1}, grid: {architecture: [constant, live, selective], kappa: [0.5, 1]}}`,
	"memory-basins":       `{name: t, experiment: memory-basins, params: {N: 40, min_active: 1, cycles: 10}, grid: {solution: [A, B], memory: [1, 3], distortion: [0.05, 0.3]}}`,
	"memory-crossings":    `{name: t, experiment: memory-crossings, params: {N: 40, min_active: 1, tested: 2}, grid: {solution: [A, B, UF]}}`,
	"memory-stability":    `{name: t, experiment: memory-stability, params: {N: 40, min_active: 1, cycles: 20}, grid: {solution: [A, B, UF], memory: [2], sigma_out: [0.01, 0.3]}}`,
	"network-capacity":    `{name: t, experiment: network-capacity, params: {N: 40, min_active: 1}, grid: {f_E: [0.3, 0.5], solution: [A, B, UF], kappa: [0, 0.5]}}`,
	"role-of-inhibition":  `{name: t, experiment: role-of-inhibition, params: {N: 60, f_exc: 0.5, tested: 2, alpha: 0.1}, grid: {architecture: [feedback, ei, excitatory]}}`,
	"new-vs-old":          `{name: t, experiment: new-vs-old, replicates: 2, params: {neurons_per_input: 3, burn_in: 4, record: 8, trials: 2}, grid: {size: [20, 41], system: [old, new], perturbation: [gain, replace, against], strength: [0.5]}}`,
	"noise":               `{name: t, experiment: noise, replicates: 2, grid: {alpha: [0.5, 4], gamma: [1, inf], solution: [A, B], sigma_in: [0, 0.3], sigma_out: [0, 1]}, params: {N: 20}}`,
	"noise-rectified":     `{name: t, experiment: noise, params: {N: 21, rectified: true, trials: 7}, grid: {solution: [A, B], sigma_in: [0, 0.3], sigma_out: [0.5]}}`,
	"spiking": `{name: t, experiment: spiking, replicates: 2, params: {N: 20, trials: 3, n_noise: 300}, grid: {alpha: [0.5, 4], solution: [A, B],
		sigma_noise: [0, 2], threshold: [1, 3]}}`,
	"temporal-svm": `{name: t, experiment: temporal-svm, replicates: 2, params: {N: 25, T: 200, rate_out: 15}, grid: {alpha: [0.05, 0.15, 0.8]}}`,
	"tempotron":    `{name: t, experiment: tempotron, replicates: 2, params: {N: 20, K: 15, learning_rate: 0.01}, grid: {input: [once, poisson], decay: [0, 20], cycles: [5, 20, 60]}}`,
	"precise-spikes": `{name: t, experiment: precise-spikes, replicates: 2, params: {N: 40, T: 200, step: 0.05}, grid: {rule: [finite-precision, high-threshold],
		rate_out: [10, 40], cycles: [20, 100]}}`,
	"weights":       `{name: t, experiment: weights, replicates: 2, grid: {N: [12, 25], alpha: [0.5, 4], gamma: [1, inf], solution: [A, B]}}`,
	"single-neuron": `{name: t, experiment: single-neuron, replicates: 2, grid: {N: [10, 25], alpha: [0.5, 1.2, 4], solution: [A, B]}}`,
}

func tinyPlan(t *testing.T, file string) *Plan {
	t.Helper()
	reg := Builtin()
	s, err := ParseSpec("tiny", []byte(file), reg)
	if err != nil {
		t.Fatal(err)
	}
	blocks, err := s.Blocks(reg)
	if err != nil {
		t.Fatal(err)
	}
	p, err := reg.Plan(blocks[0])
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func runRecord(t *testing.T, p *Plan, ordinal uint64, mask []int) []byte {
	t.Helper()
	rows, err := p.Task(ordinal, mask).Run(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	return EncodeRecord(p.Experiment, p.Rows(), mask, rows)
}

// If a hash changes, every stored result of that experiment is another number
// than a new one at the same key would be: step the experiment's Version, so that
// the keys differ, and then run `go test ./sweeps -run Bits -freeze`.
func TestBitsChangeOnlyWithTheVersion(t *testing.T) {
	t.Parallel()
	const golden = "testdata/frozen.txt"
	var names []string
	for name := range tiny {
		names = append(names, name)
	}
	sort.Strings(names)
	var got strings.Builder
	for _, name := range names {
		p := tinyPlan(t, tiny[name])
		h := sha256.New()
		for o := range p.Block.Tasks() {
			fmt.Fprintf(h, "%x\n", runRecord(t, p, o, nil))
		}
		fmt.Fprintf(&got, "%s %s %x\n", name, p.Experiment.ID(), h.Sum(nil)[:8])
	}
	if *freeze {
		if err := os.WriteFile(golden, []byte(got.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got.String()); diff != "" {
		t.Errorf("results have other bits (or there are new ones): step the version of the experiment, then -freeze\n%s", diff)
	}
}

func TestTheBitsOfEveryExperimentAreFrozen(t *testing.T) {
	t.Parallel()
	frozen := map[string]bool{}
	for _, file := range tiny {
		frozen[tinyPlan(t, file).Experiment.Name] = true
	}
	for _, name := range Builtin().Names() {
		if !frozen[name] {
			t.Errorf("no tiny task of %s: its bits may change unseen", name)
		}
	}
}

func TestAnySubsetOfAnInnerAxisHasTheSameBits(t *testing.T) {
	t.Parallel()
	for name, file := range tiny {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := tinyPlan(t, file)
			o := p.Block.Tasks() - 1
			whole := runRecord(t, p, o, nil)
			for mask := 1; mask < 1<<p.Rows()-1; mask++ {
				var in []int
				only := make([]int, p.Rows())
				for i := range only {
					only[i] = -1
					if mask>>i&1 != 0 {
						in, only[i] = append(in, i), i
					}
				}
				want, err := ProjectRecord(p.Experiment, p.Rows(), whole, only)
				if err != nil {
					t.Fatal(err)
				}
				if got := runRecord(t, p, o, in); !bytes.Equal(got, want) {
					t.Fatalf("rows %v alone are other bits than among all", in)
				}
			}
		})
	}
}

func TestTreatmentsShareStreamsAndPositionsDoNotCount(t *testing.T) {
	t.Parallel()
	e, err := Builtin().Lookup("capacity")
	if err != nil {
		t.Fatal(err)
	}
	first := func(seed uint64, rep int, axes ...Axis) uint64 {
		b, err := NewBlock(e, axes, seed, rep, rep+1)
		if err != nil {
			t.Fatal(err)
		}
		p, err := e.Plan(b)
		if err != nil {
			t.Fatal(err)
		}
		return p.Task(b.Tasks()-1, nil).Stream("patterns").Uint64()
	}
	base := first(1, 0, Numbers("N", 50))
	for name, same := range map[string]uint64{
		"another gamma":       first(1, 0, Numbers("N", 50), Numbers("gamma", 3)),
		"another kappa":       first(1, 0, Numbers("N", 50), Numbers("kappa", 3)),
		"a larger grid":       first(1, 0, Numbers("p_out", 0.3, 0.1), Numbers("N", 20, 50)),
		"default spelled out": first(1, 0, Numbers("N", 50), Numbers("f_exc", 0.8)),
	} {
		if same != base {
			t.Errorf("%s changes the patterns", name)
		}
	}
	for name, other := range map[string]uint64{
		"seed":      first(2, 0, Numbers("N", 50)),
		"replicate": first(1, 1, Numbers("N", 50)),
		"N":         first(1, 0, Numbers("N", 51)),
		"f_exc":     first(1, 0, Numbers("N", 50), Numbers("f_exc", 0.5)),
	} {
		if other == base {
			t.Errorf("another %s has the same patterns", name)
		}
	}
}

func TestCapacityIsNearTheory(t *testing.T) {
	t.Parallel()
	p := tinyPlan(t, `{name: t, experiment: capacity, replicates: 12, params: {N: 60}, grid: {solution: [A, B], kappa: [0, 0.5, 1]}}`)
	n, sums, squares := map[string]float64{}, map[string]float64{}, map[string]float64{}
	for o := range p.Block.Tasks() {
		rows, err := p.Task(o, nil).Run(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		for r, row := range rows {
			for m, c := range row.Cells[:2] {
				if c.IsEmpty(MetricNumber) {
					continue
				}
				k := fmt.Sprint(r, " ", m)
				n[k]++
				sums[k] += c.V
				squares[k] += c.V * c.V
			}
		}
	}
	if len(n) != 5 { // three kappas of A, two of B (0 is undefined)
		t.Fatalf("%d cells have values: %v", len(n), n)
	}
	outer, _ := p.Outer(0)
	for k := range n {
		var r, m int
		fmt.Sscan(k, &r, &m)
		mean := sums[k] / n[k]
		sem := math.Sqrt((squares[k]/n[k] - mean*mean) / (n[k] - 1))
		want := p.Experiment.Theory[[]int{0, 2}[m]].Eval(p.At(outer, r)) // large N for A, finite N for B
		// A has a finite-size effect of a few per cent at N = 60.
		if math.Abs(mean-want) > 4*sem+0.06*want {
			t.Errorf("row %d metric %d: %.3f +- %.3f, theory %.3f", r, m, mean, sem, want)
		}
	}
}

func TestEndlessSequencesAreUndefined(t *testing.T) {
	t.Parallel()
	// With p_out = 1e-6 all labels of the first patterns are -1, which w = 0 classifies at any kappa.
	p := tinyPlan(t, `{name: t, experiment: capacity, params: {N: 1, p_out: 1e-6}, grid: {kappa: [0, 0.5]}}`)
	rows, err := p.Task(0, nil).Run(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	for i, r := range rows {
		if r.Status != UndefinedRow {
			t.Errorf("row %d: status %v, cells %v", i, r.Status, r.Cells)
		}
	}
	p = tinyPlan(t, `{name: t, experiment: capacity, params: {N: 20000, p_out: 1e-6}}`)
	if _, err := p.Task(0, nil).Run(context.Background()); err == nil || !strings.Contains(err.Error(), "more than fit in memory") {
		t.Errorf("a sequence too large for memory: error %v", err)
	}
}

func TestHelpShowsTheDeclaration(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	for _, name := range Builtin().Names() {
		e, err := Builtin().Lookup(name)
		if err != nil {
			t.Fatal(err)
		}
		b.WriteString(e.Help() + "\n")
	}
	const golden = "testdata/help.txt"
	if *update {
		if err := os.WriteFile(golden, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if b.String() != string(want) {
		t.Errorf("the help texts changed; look at them and run the test with -update:\n%s", b.String())
	}
}
