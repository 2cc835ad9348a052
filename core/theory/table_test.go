package theory

import (
	"errors"
	"math"
	"testing"
)

func TestCapacityTable(t *testing.T) {
	t.Parallel()
	const sigma = 0.5
	cols, err := paper.CapacityTable([]float64{0, 0.25}, sigma)
	if err != nil {
		t.Fatal(err)
	}
	wantNames(t, cols, "kappa", "alpha_in", "alpha_balanced")
	ok := must(t)
	near(t, "alpha_in", cols[1].Values[0], 1.956450926938, 1e-11)
	near(t, "alpha_in, sigma", cols[1].Values[1], ok(paper.CapacityIn(0.5)), 0)
	near(t, "alpha_balanced, sigma", cols[2].Values[1], ok(paper.CapacityBalanced(0.5)), 0)
	var domain *DomainError
	if _, err := paper.CapacityTable([]float64{0, -1}, 1); !errors.As(err, &domain) {
		t.Errorf("kappa = -1: %v, want a *DomainError", err)
	}
	if _, err := paper.CapacityTable(nil, 0); !errors.As(err, &domain) || domain.Param != "sigma_exc" {
		t.Errorf("sigma_exc = 0: %v, want a *DomainError", err)
	}
}

func TestRobustnessTable(t *testing.T) {
	t.Parallel()
	cols, err := paper.RobustnessTable([]float64{1, 1.8, 2.5}, 2)
	if err != nil {
		t.Fatal(err)
	}
	wantNames(t, cols, "alpha", "kappa_in", "kappa_balanced", "kappa_unbalanced")
	ok := must(t)
	nan := math.NaN()
	want := [][]float64{
		{1, 1.8, 2.5},
		{2 * ok(paper.KappaIn(1)), 2 * ok(paper.KappaIn(1.8)), nan},
		{2 * ok(paper.KappaBalanced(1)), nan, nan},
		{nan, ok(paper.UnbalancedKappaOut(1.8)), nan},
	}
	for i, col := range cols {
		for j, v := range col.Values {
			if v != want[i][j] && !(math.IsNaN(v) && math.IsNaN(want[i][j])) {
				t.Errorf("%s[%d] = %g, want %g", col.Name, j, v, want[i][j])
			}
		}
	}
	var domain *DomainError
	if _, err := paper.RobustnessTable([]float64{0}, 1); !errors.As(err, &domain) {
		t.Errorf("alpha = 0: %v, want a *DomainError", err)
	}
}

func wantNames(t *testing.T, cols []Column, names ...string) {
	t.Helper()
	if len(cols) != len(names) {
		t.Fatalf("%d columns, want %v", len(cols), names)
	}
	for i, c := range cols {
		if c.Name != names[i] || c.Doc == "" || len(c.Values) != len(cols[0].Values) {
			t.Errorf("column %d is %+v, want %s", i, c, names[i])
		}
	}
}
