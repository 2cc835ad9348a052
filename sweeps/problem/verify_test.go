package problem

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"testing"
)

// task is a problem file as the test writes it.
type task struct {
	Problem  string      `json:"problem"`
	Patterns [][]float64 `json:"patterns"`
	Labels   []float64   `json:"labels"`
	Signs    []int       `json:"signs"`
	Gamma    *float64    `json:"gamma,omitempty"`
	Drive    []float64   `json:"drive,omitempty"`
	Margins  []float64   `json:"margins,omitempty"`
	Equal    []int       `json:"equal,omitempty"`
	Free     bool        `json:"free_threshold,omitempty"`
}

func gamma(v float64) *float64 { return &v }

// printed is an answer as it stands in the JSON text.
type printed struct {
	Status           string
	Weights          []any
	Theta            any
	Norm             any
	KappaIn          any `json:"kappa_in"`
	KappaOut         any `json:"kappa_out"`
	SignedMargin     any `json:"signed_margin"`
	Imbalance        any
	Gap              any
	Certificate      *multipliers
	Iterations       int
	CanonicalWeights []any `json:"canonical_weights"`
	Notes            []string

	Curve    [][2]any
	Capacity *int
}

type multipliers struct {
	Kind        string
	Multipliers []any
}

// scalar reads what stands for a number: null is NaN, "inf" infinite.
func scalar(v any) float64 {
	switch v := v.(type) {
	case float64:
		return v
	case string:
		switch v {
		case "inf":
			return math.Inf(1)
		case "-inf":
			return math.Inf(-1)
		}
	}
	return math.NaN()
}

func vector(v []any) []float64 {
	if v == nil {
		return nil
	}
	out := make([]float64, len(v))
	for i := range v {
		out[i] = scalar(v[i])
	}
	return out
}

// solve sends the task through Parse, Solve and JSON.
func solve(q task) (printed, error) {
	var p printed
	text, err := json.Marshal(q)
	if err != nil {
		return p, err
	}
	f, err := Parse("task.json", text)
	if err != nil {
		return p, err
	}
	answer, err := f.Solve(context.Background())
	if err != nil {
		return p, err
	}
	text, err = json.Marshal(answer)
	if err != nil {
		return p, err
	}
	return p, json.Unmarshal(text, &p)
}

func mustSolve(t *testing.T, q task) printed {
	t.Helper()
	p, err := solve(q)
	if err != nil {
		t.Fatalf("%+v: %v", q, err)
	}
	return p
}

const tolerance = 1e-8

// verify checks an answer from nothing but the numbers that were asked and
// printed, by weak duality: the weights satisfy the problem, and the multipliers
// prove that no others do better, or that none exist. It returns what is wrong,
// "" if nothing.
func (q task) verify(p printed) string {
	switch p.Status {
	case "infeasible":
		return q.verifyInfeasible(p)
	case "optimal":
		return q.verifyOptimal(p)
	}
	return fmt.Sprintf("the status is %q", p.Status)
}

func (q task) gamma() float64 {
	if q.Gamma == nil || q.Free {
		return math.Inf(1)
	}
	return *q.Gamma
}

func (q task) margin(mu int) float64 {
	if q.Margins == nil {
		return 1
	}
	return q.Margins[mu]
}

// threshold is t_mu = y (1 - I_ext).
func (q task) threshold(mu int) float64 {
	if q.Drive == nil {
		return q.Labels[mu]
	}
	return q.Labels[mu] * (1 - q.Drive[mu])
}

func (q task) equal(mu int) bool {
	for _, e := range q.Equal {
		if e == mu {
			return true
		}
	}
	return false
}

// sums returns d'm, t'm, |(A'm)_+| and the sizes of the terms of the last two.
func (q task) sums(m []float64) (dm, tm, am, sizeT, sizeA float64) {
	for mu := range m {
		dm += q.margin(mu) * m[mu]
		tm += q.threshold(mu) * m[mu]
		sizeT += math.Abs(q.threshold(mu) * m[mu])
	}
	for i, g := range q.Signs {
		a := 0.0
		for mu, row := range q.Patterns {
			a += m[mu] * q.Labels[mu] * row[i]
			sizeA += math.Abs(m[mu] * row[i])
		}
		if g == 0 || float64(g)*a > 0 {
			am += a * a
		}
	}
	return dm, tm, math.Sqrt(am), sizeT, sizeA
}

func (q task) verifyInfeasible(p printed) string {
	if p.Weights != nil || p.Theta != nil || p.Norm != nil || p.KappaIn != nil || p.KappaOut != nil || p.Imbalance != nil || p.CanonicalWeights != nil {
		return fmt.Sprintf("an infeasible problem has %+v", p)
	}
	if s := scalar(p.SignedMargin); !(s <= 0) && !q.Free {
		return fmt.Sprintf("infeasible with signed margin %v", p.SignedMargin)
	}
	if p.Certificate == nil || p.Certificate.Kind != "farkas" {
		return fmt.Sprintf("infeasible with certificate %+v", p.Certificate)
	}
	m := vector(p.Certificate.Multipliers)
	return q.verifyFarkas(m)
}

// verifyFarkas: m >= 0 with Gamma |(A'm)_+| <= t'm excludes every solution with
// positive d'm: summing the rows, 0 < d'm <= (A'm).w - t'm theta <= 0.
func (q task) verifyFarkas(m []float64) string {
	if len(m) != len(q.Labels) {
		return fmt.Sprintf("%d multipliers for %d patterns", len(m), len(q.Labels))
	}
	for mu, v := range m {
		if math.IsNaN(v) || math.IsInf(v, 0) || v < 0 && !q.equal(mu) {
			return fmt.Sprintf("multiplier %d is %v", mu, v)
		}
	}
	dm, tm, am, sizeT, sizeA := q.sums(m)
	slack := 1e-10 * (sizeT + sizeA)
	switch g := q.gamma(); {
	case q.Free && math.Abs(tm) > slack:
		return fmt.Sprintf("t'm = %v does not vanish", tm)
	case math.IsInf(g, 1) && (am > slack || tm < -slack):
		return fmt.Sprintf("t'm = %v, |(A'm)_+| = %v", tm, am)
	case !math.IsInf(g, 1) && g*am > tm+slack*(1+g):
		return fmt.Sprintf("t'm = %v, Gamma |(A'm)_+| = %v", tm, g*am)
	case !(dm > 0) && !(tm > slack*10):
		return fmt.Sprintf("d'm = %v and t'm = %v exclude nothing", dm, tm)
	}
	return ""
}

func (q task) verifyOptimal(p printed) string {
	theta, in, out := scalar(p.Theta), scalar(p.KappaIn), scalar(p.KappaOut)
	w := vector(p.Weights)
	if theta > 0 {
		if theta < 1e-12 {
			return fmt.Sprintf("theta is %v: 0 up to rounding, and was not taken as such", theta)
		}
		if w == nil || p.CanonicalWeights != nil {
			return fmt.Sprintf("theta %v has weights %v, canonical %v", theta, p.Weights, p.CanonicalWeights)
		}
		norm := 0.0
		for i := range w {
			norm += w[i] * w[i]
			w[i] *= theta
		}
		norm = math.Sqrt(norm)
		if !near(norm, scalar(p.Norm)) || norm > q.gamma()*(1+1e-9) {
			return fmt.Sprintf("the norm is %v, printed %v, Gamma %v", norm, p.Norm, q.gamma())
		}
	} else {
		if p.Weights != nil || p.CanonicalWeights == nil || p.Norm != nil {
			return fmt.Sprintf("theta %v has weights %v, canonical %v, norm %v", theta, p.Weights, p.CanonicalWeights, p.Norm)
		}
		w = vector(p.CanonicalWeights)
		if theta < 0 && !q.Free || theta == 0 && !math.IsInf(q.gamma(), 1) || math.IsNaN(theta) {
			return fmt.Sprintf("theta is %v", theta)
		}
	}
	if wrong := q.verifyRows(w, theta); wrong != "" {
		return wrong
	}
	square := 0.0
	for _, v := range w {
		square += v * v
	}
	if !near(1/math.Sqrt(square), in) {
		return fmt.Sprintf("kappa_in is %v, printed %v", 1/math.Sqrt(square), in)
	}
	if theta >= 0 && !near(1/theta, out) || theta < 0 && p.KappaOut != nil {
		return fmt.Sprintf("kappa_out is %v, printed %v", 1/theta, p.KappaOut)
	}
	if gap := scalar(p.Gap); !(math.Abs(gap) <= tolerance) {
		return fmt.Sprintf("the gap is %v", p.Gap)
	}
	return q.verifyBound(p, theta, in, out)
}

func (q task) verifyRows(w []float64, theta float64) string {
	if len(w) != len(q.Signs) {
		return fmt.Sprintf("%d weights for %d signs", len(w), len(q.Signs))
	}
	for i, g := range q.Signs {
		if float64(g)*w[i] < 0 || math.IsNaN(w[i]) || math.IsInf(w[i], 0) {
			return fmt.Sprintf("weight %d is %v with sign %d", i, w[i], g)
		}
	}
	for mu, row := range q.Patterns {
		slack, size := -q.threshold(mu)*theta-q.margin(mu), 1+math.Abs(theta)+q.margin(mu)
		for i, x := range row {
			slack += q.Labels[mu] * x * w[i]
			size += math.Abs(x * w[i])
		}
		if slack < -1e-9*size || q.equal(mu) && slack > 1e-9*size {
			return fmt.Sprintf("row %d is missed by %v", mu, slack)
		}
	}
	return ""
}

// verifyBound checks that no solution has a larger kappa.
func (q task) verifyBound(p printed, theta, in, out float64) string {
	kappa := out
	var upper float64
	m := []float64{}
	if p.Certificate != nil {
		m = vector(p.Certificate.Multipliers)
	}
	if len(m) != len(q.Labels) || p.Certificate.Kind != "dual" {
		return fmt.Sprintf("certificate %+v for %d patterns", p.Certificate, len(q.Labels))
	}
	for mu, v := range m {
		if math.IsNaN(v) || v < 0 && !q.equal(mu) {
			return fmt.Sprintf("multiplier %d is %v", mu, v)
		}
	}
	dm, tm, am, sizeT, sizeA := q.sums(m)
	switch {
	case q.Problem == MaxKappaIn || theta == 0: // also B's least norm at theta = 0
		kappa = in
		if math.IsInf(kappa, 1) {
			return "" // w = 0 beats everything
		}
		length := am
		switch {
		case theta == 0 && q.Problem != MaxKappaIn: // at theta = 0 whatever t'm
		case q.Free && math.Abs(tm)*(1+math.Abs(theta)) > 1e-9*(1+sizeT), tm < -1e-9*(1+sizeT):
			return fmt.Sprintf("t'm = %v", tm)
		default:
			length = math.Max(0, am-tm/q.gamma())
		}
		upper = 1 / math.Sqrt(2*(dm-length*length/2))
	case math.IsInf(q.gamma(), 1):
		if am > 1e-9*(sizeA+sizeT) {
			return fmt.Sprintf("|(A'm)_+| = %v", am)
		}
		upper = -tm / dm
	default:
		upper = (q.gamma()*am - tm) / dm
	}
	if !(math.Abs(upper-kappa) <= 2*tolerance*math.Max(1, kappa)) {
		return fmt.Sprintf("kappa is %v, its bound %v", kappa, upper)
	}
	return ""
}

func near(a, b float64) bool {
	return a == b || math.Abs(a-b) <= 1e-11*math.Max(math.Abs(a), math.Abs(b))
}
