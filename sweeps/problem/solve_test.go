package problem

import (
	"fmt"
	"math"
	"os"
	"slices"
	"testing"

	"gardner/core/rng"
)

// random draws a problem from a stream: all families of inputs, signs, optional
// keys, duplicate and conflicting patterns.
func random(s *rng.Stream) task {
	n, p := 1+s.IntN(8), 1+s.IntN(14)
	q := task{}
	kind := s.IntN(4)
	for range n {
		q.Signs = append(q.Signs, []int{1, 1, -1, 0}[s.IntN(4)])
	}
	for mu := range p {
		row := make([]float64, n)
		for i := range row {
			switch kind {
			case 0:
				row[i] = s.Exp()
			case 1:
				if s.Bernoulli(.4) {
					row[i] = 1
				}
			case 2:
				row[i] = s.Norm()
			default:
				row[i] = float64(s.IntN(5) - 1)
			}
		}
		label := float64(2*s.IntN(2) - 1)
		if mu > 0 && s.Bernoulli(.1) { // a duplicate, half of them in conflict
			row = append([]float64(nil), q.Patterns[mu-1]...)
			if s.Bernoulli(.5) {
				label = q.Labels[mu-1]
			}
		}
		q.Patterns, q.Labels = append(q.Patterns, row), append(q.Labels, label)
	}
	if s.Bernoulli(.6) {
		q.Gamma = gamma([]float64{.3, 1, 5}[s.IntN(3)])
	}
	if s.Bernoulli(.3) {
		for range p {
			q.Drive = append(q.Drive, .5*s.Norm())
		}
	}
	if s.Bernoulli(.3) {
		for range p {
			q.Margins = append(q.Margins, []float64{.5, 1, 2}[s.IntN(3)])
		}
	}
	if s.Bernoulli(.2) {
		q.Equal = append(q.Equal, s.IntN(p))
	}
	return q
}

// instances is how many random problems a test solves; make slow solves 50 times
// as many.
func instances(n int) int {
	if os.Getenv("GARDNER_SLOW") != "" {
		return 50 * n
	}
	return n
}

// Every question about random problems is answered with a proof, and the
// answers agree with each other.
func TestEveryAnswerIsProved(t *testing.T) {
	t.Parallel()
	feasible, infeasible := 0, 0
	for k := range instances(400) {
		q := random(rng.New(rng.NewKey("problem test", fmt.Sprint(k))))
		answers := map[string]printed{}
		for _, question := range []string{MaxKappaIn, MaxKappaOut, Feasible, "free"} {
			q := q
			q.Problem = question
			if question == "free" {
				q.Problem, q.Free = MaxKappaIn, true
			}
			p, err := solve(q)
			if err != nil {
				t.Errorf("problem %d %s: %v", k, question, err)
				continue
			}
			if wrong := q.verify(p); wrong != "" {
				t.Errorf("problem %d %s: %s\n%+v\n%+v", k, question, wrong, q, p)
			}
			answers[question] = p
		}
		a, b, f := answers[MaxKappaIn], answers[MaxKappaOut], answers[Feasible]
		if a.Status != b.Status || a.Status != f.Status {
			t.Errorf("problem %d: A is %s, B %s, F %s", k, a.Status, b.Status, f.Status)
		}
		if a.Status != "optimal" {
			infeasible++
			continue
		}
		feasible++
		if less8(a.KappaIn, b.KappaIn) || less8(b.KappaOut, a.KappaOut) || less8(answers["free"].KappaIn, a.KappaIn) {
			t.Errorf("problem %d: A %+v\nB %+v\nfree %+v", k, a, b, answers["free"])
		}
		if m := scalar(a.SignedMargin); math.Abs(m-scalar(b.KappaOut)) > 2e-8*math.Max(1, m) && m != scalar(b.KappaOut) {
			t.Errorf("problem %d: signed margin %v, kappa_out of B %v", k, m, b.KappaOut)
		}
	}
	if feasible < 80 || infeasible < 80 {
		t.Errorf("%d feasible, %d infeasible: one-sided", feasible, infeasible)
	}
}

// A's norm reaches its bound, but is not held by it: found by the slow run, where
// the multipliers of B had been given for A's.
func TestBoundReachedButNotPressing(t *testing.T) {
	t.Parallel()
	q := task{Problem: MaxKappaIn, Patterns: [][]float64{{2, -1, 0, -1}, {2, -1, 0, -1}, {0, 1, 1, 0}}, Labels: []float64{1, 1, -1}, Signs: []int{1, 1, 1, 1}, Gamma: gamma(1)}
	p := mustSolve(t, q)
	if wrong := q.verify(p); wrong != "" || math.Abs(scalar(p.KappaIn)-1) > 1e-8 {
		t.Errorf("%s %+v", wrong, p)
	}
}

// The verifier of these tests notices what is wrong.
func TestVerifierIsAlert(t *testing.T) {
	t.Parallel()
	q := task{Problem: MaxKappaOut, Patterns: [][]float64{{2, 1}, {1, 2}, {1, 1}}, Labels: []float64{1, -1, -1}, Signs: []int{1, -1}, Gamma: gamma(5)}
	good := mustSolve(t, q)
	if wrong := q.verify(good); wrong != "" {
		t.Fatal(wrong)
	}
	for name, spoil := range map[string]func(p *printed){
		"weight":     func(p *printed) { p.Weights = []any{scalar(p.Weights[0]) * 1.001, p.Weights[1]} },
		"theta":      func(p *printed) { p.Theta = scalar(p.Theta) * 1.001 },
		"kappa_in":   func(p *printed) { p.KappaIn = scalar(p.KappaIn) * 1.001 },
		"multiplier": func(p *printed) { p.Certificate = &multipliers{"dual", []any{1., 0., 0.}} },
		"negative":   func(p *printed) { p.Certificate = &multipliers{"dual", []any{-1., 1., 1.}} },
		"status":     func(p *printed) { p.Status = "infeasible" },
		"farkas": func(p *printed) {
			*p = printed{Status: "infeasible", SignedMargin: -1., Certificate: &multipliers{"farkas", []any{.5, .5, 0.}}}
		},
	} {
		bad := good
		spoil(&bad)
		if q.verify(bad) == "" {
			t.Errorf("a wrong %s passes", name)
		}
	}
}

func TestInfeasible(t *testing.T) {
	t.Parallel()
	conflict := task{Patterns: [][]float64{{2, 1}, {2, 1}}, Labels: []float64{1, -1}, Signs: []int{1, -1}}
	out := task{Patterns: [][]float64{{1, 1}}, Labels: []float64{1}, Signs: []int{-1, -1}}               // inhibition only
	small := task{Patterns: [][]float64{{.5, 0}}, Labels: []float64{1}, Signs: []int{1, 1}}              // |w| <= 1 cannot reach the threshold
	silent := task{Patterns: [][]float64{{0, 0}, {1, 1}}, Labels: []float64{1, -1}, Signs: []int{1, -1}} // a plus pattern without input
	for name, q := range map[string]task{"conflict": conflict, "inhibition only": out, "out of reach": small, "silent plus": silent} {
		for _, question := range []string{MaxKappaIn, MaxKappaOut, Feasible} {
			for _, g := range []*float64{nil, gamma(1)} {
				q.Problem, q.Gamma = question, g
				if name == "out of reach" && g == nil {
					continue
				}
				p := mustSolve(t, q)
				if wrong := q.verify(p); p.Status != "infeasible" || wrong != "" {
					t.Errorf("%s, %s: %s %+v", name, question, wrong, p)
				}
			}
		}
	}
	// max over |v| <= 1 of .5 v - 1.
	small.Problem, small.Gamma = MaxKappaOut, gamma(1)
	if p := mustSolve(t, small); math.Abs(scalar(p.SignedMargin)+.5) > 1e-9 {
		t.Errorf("signed margin %v, want -0.5", p.SignedMargin)
	}
	// Infeasible by one pattern: the prefix before has a solution.
	conflict.Patterns = append([][]float64{{1, 3}}, conflict.Patterns...)
	conflict.Labels = append([]float64{-1}, conflict.Labels...)
	conflict.Problem = CapacityCurve
	p := mustSolve(t, conflict)
	if *p.Capacity != 2 || len(p.Curve) != 2 || p.Certificate == nil || p.Certificate.Kind != "farkas" || len(p.Certificate.Multipliers) != 3 {
		t.Fatalf("got %+v", p)
	}
	if wrong := conflict.verifyFarkas(vector(p.Certificate.Multipliers)); wrong != "" {
		t.Error(wrong)
	}
}

func TestAllLabelsMinus(t *testing.T) {
	t.Parallel()
	for _, g := range []*float64{nil, gamma(2)} {
		q := task{Problem: MaxKappaIn, Patterns: [][]float64{{2, 1}, {1, 3}}, Labels: []float64{-1, -1}, Signs: []int{1, -1}, Gamma: g}
		p := mustSolve(t, q)
		if p.Status != "optimal" || p.Theta != 1. || p.KappaIn != "inf" || p.KappaOut != 1. || p.Norm != 0. || p.Imbalance != nil ||
			len(p.Weights) != 2 || p.Weights[0] != 0. || p.Weights[1] != 0. || q.verify(p) != "" {
			t.Errorf("gamma %v: %s %+v", q.gamma(), q.verify(p), p)
		}
		q.Free = true
		if p := mustSolve(t, q); p.Theta != 1. || p.KappaIn != "inf" || p.SignedMargin != nil {
			t.Errorf("free threshold: %+v", p)
		}
		q.Free, q.Signs = true, []int{0, 0}
		if p := mustSolve(t, q); p.Theta != 1. || p.KappaIn != "inf" {
			t.Errorf("UF: %+v", p)
		}
	}
}

func TestAllLabelsPlus(t *testing.T) {
	t.Parallel()
	q := task{Problem: MaxKappaIn, Patterns: [][]float64{{2, 1}, {1, 3}}, Labels: []float64{1, 1}, Signs: []int{1, -1}, Gamma: gamma(2)}
	for _, question := range []string{MaxKappaIn, MaxKappaOut, Feasible} {
		q.Problem = question
		if p := mustSolve(t, q); q.verify(p) != "" || p.Status != "optimal" {
			t.Errorf("%s: %s %+v", question, q.verify(p), p)
		}
	}
	q.Problem, q.Free = MaxKappaIn, true // theta = -1 does it alone
	p := mustSolve(t, q)
	if p.Theta != -1. || p.KappaIn != "inf" || p.KappaOut != nil || p.Weights != nil || len(p.CanonicalWeights) != 2 {
		t.Errorf("free threshold: %+v", p)
	}
}

// Without bound on the norm B may reach theta = 0: no physical weights.
func TestThresholdZero(t *testing.T) {
	t.Parallel()
	q := task{Problem: MaxKappaOut, Patterns: [][]float64{{2, 1}, {1, 2}}, Labels: []float64{1, -1}, Signs: []int{1, -1}}
	p := mustSolve(t, q)
	if p.Theta != 0. || p.KappaOut != "inf" || p.SignedMargin != "inf" || p.Weights != nil || p.Norm != nil || len(p.CanonicalWeights) != 2 || q.verify(p) != "" {
		t.Errorf("%s %+v", q.verify(p), p)
	}
	// 2a - b >= 1, -(a - 2b) >= 1 with w = (a, -b): both hold with equality at a = b = 1.
	if w := vector(p.CanonicalWeights); math.Abs(w[0]-1) > 1e-9 || math.Abs(w[1]+1) > 1e-9 {
		t.Errorf("weights %v, want 1 and -1", w)
	}
	q.Gamma = gamma(3)
	if p = mustSolve(t, q); !(scalar(p.Theta) > 0) || q.verify(p) != "" {
		t.Errorf("a finite Gamma: %s %+v", q.verify(p), p)
	}
}

// One pattern in one dimension, by hand.
func TestOnePattern(t *testing.T) {
	t.Parallel()
	// 2w - theta >= 1, |w| <= theta: theta = w = 1.
	q := task{Problem: MaxKappaOut, Patterns: [][]float64{{2}}, Labels: []float64{1}, Signs: []int{1}, Gamma: gamma(1)}
	for _, c := range []struct {
		question         string
		drive, margin    float64
		theta, w         float64
		imbalance, gamma float64
	}{
		{MaxKappaOut, 0, 1, 1, 1, 1, 1},
		{MaxKappaIn, 0, 1, 1, 1, 1, 1},
		{MaxKappaOut, 0, 3, 3, 1, 1, 1},              // margins scale everything
		{MaxKappaOut, .5, 1, 2. / 3, 1, 1, 1},        // 2w - theta/2 >= 1
		{MaxKappaOut, -.5, 1, 2, 1, 1, 1},            // 2w - 1.5 theta >= 1
		{MaxKappaOut, 0, 1, 1. / 3, 2, 1, 2},         // w = 2 theta
		{MaxKappaOut, 1.25, 1, 1 / 2.25, 1, 1, 1},    // driven beyond the threshold
		{MaxKappaIn, 3, 1, 1. / 2, 0, math.NaN(), 1}, // the drive alone, w = 0, 2 theta >= 1
	} {
		q.Problem, q.Drive, q.Margins, q.Gamma = c.question, []float64{c.drive}, []float64{c.margin}, gamma(c.gamma)
		p := mustSolve(t, q)
		if wrong := q.verify(p); wrong != "" || math.Abs(scalar(p.Theta)-c.theta) > 1e-9 || math.Abs(scalar(p.Weights[0])-c.w) > 1e-9 ||
			math.Abs(scalar(p.Imbalance)-c.imbalance) > 1e-9 {
			t.Errorf("%+v: %s %+v", c, wrong, p)
		}
	}
}

// A duplicate changes nothing, a conflicting one excludes everything.
func TestDuplicates(t *testing.T) {
	t.Parallel()
	q := task{Patterns: [][]float64{{1, 2, 1}, {2, 1, 0}, {1, 1, 2}}, Labels: []float64{1, -1, 1}, Signs: []int{1, -1, 0}, Gamma: gamma(2)}
	for _, question := range []string{MaxKappaIn, MaxKappaOut, Feasible} {
		q.Problem = question
		once := mustSolve(t, q)
		twice := q
		twice.Patterns = append(append([][]float64{}, q.Patterns...), q.Patterns...)
		twice.Labels = append(append([]float64{}, q.Labels...), q.Labels...)
		p := mustSolve(t, twice)
		if wrong := twice.verify(p); wrong != "" || once.Status != "optimal" || math.Abs(scalar(p.KappaIn)/scalar(once.KappaIn)-1) > 1e-7 || math.Abs(scalar(p.KappaOut)/scalar(once.KappaOut)-1) > 1e-7 {
			t.Errorf("%s: %s\nonce %+v\ntwice %+v", question, wrong, once, p)
		}
		twice.Labels[5] = -twice.Labels[5]
		if p = mustSolve(t, twice); p.Status != "infeasible" || twice.verify(p) != "" {
			t.Errorf("%s: conflict: %s %+v", question, twice.verify(p), p)
		}
	}
}

// Inputs that never change or never fire get their due.
func TestConstantAndSilentInputs(t *testing.T) {
	t.Parallel()
	base := task{Patterns: [][]float64{{2, 1}, {1, 2}, {3, 1}}, Labels: []float64{1, -1, 1}, Signs: []int{1, -1}, Gamma: gamma(2)}
	for _, constant := range []float64{0, 1} {
		q := base
		q.Signs = []int{1, -1, 1}
		q.Patterns = nil
		for _, row := range base.Patterns {
			q.Patterns = append(q.Patterns, append(append([]float64{}, row...), constant))
		}
		for _, question := range []string{MaxKappaIn, MaxKappaOut, Feasible} {
			q.Problem, base.Problem = question, question
			p, b := mustSolve(t, q), mustSolve(t, base)
			if wrong := q.verify(p); wrong != "" || p.Status != "optimal" {
				t.Errorf("%s, constant %v: %s %+v", question, constant, wrong, p)
			}
			if constant == 0 && (question != Feasible && p.Weights[2] != 0. || math.Abs(scalar(p.KappaOut)-scalar(b.KappaOut)) > 1e-7) {
				t.Errorf("%s: a silent input changes the answer: %+v, before %+v", question, p, b)
			}
		}
	}
	dead := task{Problem: MaxKappaIn, Patterns: [][]float64{{0, 0}, {0, 0}}, Labels: []float64{-1, -1}, Signs: []int{1, -1}, Gamma: gamma(1)}
	if p := mustSolve(t, dead); p.Theta != 1. || dead.verify(p) != "" {
		t.Errorf("no input at all: %s %+v", dead.verify(p), p)
	}
}

// Rows with equality hold with equality; margins scale the answer.
func TestEqualityAndMargins(t *testing.T) {
	t.Parallel()
	q := task{Problem: MaxKappaIn, Patterns: [][]float64{{2, 1}, {1, 2}, {3, 1}}, Labels: []float64{1, -1, 1}, Signs: []int{1, -1}, Gamma: gamma(3), Equal: []int{2, 1}}
	p := mustSolve(t, q)
	if wrong := q.verify(p); p.Status != "optimal" && p.Status != "infeasible" || wrong != "" {
		t.Errorf("%s %+v", wrong, p)
	}
	q.Equal = nil
	one := mustSolve(t, q)
	q.Margins = []float64{4, 4, 4}
	four := mustSolve(t, q)
	if math.Abs(scalar(four.Theta)/scalar(one.Theta)-4) > 1e-8 || math.Abs(scalar(four.Weights[0])-scalar(one.Weights[0])) > 1e-8 || q.verify(four) != "" {
		t.Errorf("margins 4: %s %+v, before %+v", q.verify(four), four, one)
	}
}

// free_threshold drops theta >= 0 and the norm; the signs stay.
func TestFreeThresholdKeepsSigns(t *testing.T) {
	t.Parallel()
	// Only a negative weight separates x = 1 (plus) from x = 2 (minus).
	q := task{Problem: MaxKappaIn, Patterns: [][]float64{{1}, {2}}, Labels: []float64{1, -1}, Signs: []int{0}, Gamma: gamma(.1), Free: true}
	p := mustSolve(t, q)
	if wrong := q.verify(p); wrong != "" || math.Abs(scalar(p.Theta)+3) > 1e-9 || p.KappaOut != nil || math.Abs(scalar(p.CanonicalWeights[0])+2) > 1e-9 {
		t.Errorf("UF: %s %+v", wrong, p)
	}
	q.Signs = []int{-1}
	if p = mustSolve(t, q); q.verify(p) != "" || math.Abs(scalar(p.Theta)+3) > 1e-9 {
		t.Errorf("inhibitory: %s %+v", q.verify(p), p)
	}
	q.Signs = []int{1}
	if p = mustSolve(t, q); q.verify(p) != "" || p.Status != "infeasible" {
		t.Errorf("excitatory: %s %+v", q.verify(p), p)
	}
	// Symmetric: the optimum is at theta = 0, where both halves meet.
	q = task{Problem: MaxKappaIn, Patterns: [][]float64{{1, 0}, {-1, 0}}, Labels: []float64{1, -1}, Signs: []int{1, 1}, Free: true}
	if p = mustSolve(t, q); q.verify(p) != "" || math.Abs(scalar(p.Theta)) > 1e-9 || math.Abs(scalar(p.KappaIn)-1) > 1e-9 {
		t.Errorf("symmetric: %s %+v", q.verify(p), p)
	}
}

// The curve has what each prefix solved alone has.
func TestCapacityCurve(t *testing.T) {
	t.Parallel()
	ended, open := 0, 0
	for k := range instances(60) {
		s := rng.New(rng.NewKey("problem curve", fmt.Sprint(k)))
		q := random(s)
		q.Problem = CapacityCurve
		p := mustSolve(t, q)
		if *p.Capacity != len(p.Curve) || p.Curve == nil || scalar(p.Gap) > tolerance {
			t.Fatalf("problem %d: %+v", k, p)
		}
		for n := 1; n <= min(len(p.Curve)+1, len(q.Labels)); n++ {
			prefix := q
			prefix.Patterns, prefix.Labels = q.Patterns[:n], q.Labels[:n]
			if q.Drive != nil {
				prefix.Drive = q.Drive[:n]
			}
			if q.Margins != nil {
				prefix.Margins = q.Margins[:n]
			}
			prefix.Equal = slices.DeleteFunc(slices.Clone(q.Equal), func(e int) bool { return e >= n })
			prefix.Problem = MaxKappaIn
			a := mustSolve(t, prefix)
			prefix.Problem = MaxKappaOut
			b := mustSolve(t, prefix)
			if n > len(p.Curve) {
				if a.Status != "infeasible" || p.Certificate == nil {
					t.Errorf("problem %d: the curve ends at %d, but A of %d is %s", k, len(p.Curve), n, a.Status)
				} else if wrong := prefix.verifyFarkas(vector(p.Certificate.Multipliers)); wrong != "" {
					t.Errorf("problem %d: %s", k, wrong)
				}
				ended++
				break
			}
			in, out := scalar(p.Curve[n-1][0]), scalar(p.Curve[n-1][1])
			if !close8(in, scalar(a.KappaIn)) || !close8(out, scalar(b.KappaOut)) {
				t.Errorf("problem %d prefix %d: curve %v, %v; alone %v, %v\n%+v", k, n, in, out, a.KappaIn, b.KappaOut, prefix)
			}
		}
		if len(p.Curve) == len(q.Labels) {
			open++
			if p.Certificate != nil {
				t.Errorf("problem %d: a curve that does not end has the certificate %+v", k, p.Certificate)
			}
		}
	}
	if ended < 15 || open < 15 {
		t.Errorf("%d curves end, %d do not: one-sided", ended, open)
	}
}

// less8: a is less than b by more than their gaps may say.
func less8(a, b any) bool { return scalar(a) < scalar(b) && !close8(scalar(a), scalar(b)) }

func close8(a, b float64) bool {
	return a == b || math.Abs(a-b) <= 2e-8*math.Max(1, math.Abs(b))
}
