package theory

import (
	"errors"
	"math"
)

// Column is one column of a table: equal lengths, NaN for an undefined cell.
type Column struct {
	Name, Doc, Unit string
	Values          []float64
}

// CapacityTable returns the columns kappa, alpha_in and alpha_balanced at the
// given margins, for inputs of s.d. sigmaExc: kappa is kappa_in for the one and
// kappa_out/Gamma for the other, both theory's kappa times sigmaExc.
func (n Neuron) CapacityTable(kappas []float64, sigmaExc float64) ([]Column, error) {
	t := table{sigmaExc: sigmaExc, columns: []Column{
		{Name: "kappa", Doc: "margin: kappa_in, or kappa_out/Gamma", Unit: "sigma_exc"},
		{Name: "alpha_in", Doc: "largest load at margin kappa_in", Unit: "P/N"},
		{Name: "alpha_balanced", Doc: "largest load of a balanced solution at margin kappa_out/Gamma", Unit: "P/N"},
	}}
	if err := t.check(n); err != nil {
		return nil, err
	}
	for _, kappa := range kappas {
		t.row(kappa, n.at(n.CapacityIn, kappa/sigmaExc), n.at(n.CapacityBalanced, kappa/sigmaExc))
	}
	return t.columns, t.err
}

// RobustnessTable returns the columns alpha, kappa_in, kappa_balanced
// (kappa_out/Gamma) and kappa_unbalanced (kappa_out sqrt(N)/CV_exc) at the given
// loads, for inputs of s.d. sigmaExc; a margin that does not exist at a load is NaN.
func (n Neuron) RobustnessTable(alphas []float64, sigmaExc float64) ([]Column, error) {
	t := table{sigmaExc: sigmaExc, columns: []Column{
		{Name: "alpha", Doc: "load", Unit: "P/N"},
		{Name: "kappa_in", Doc: "largest margin against input noise", Unit: "sigma_exc"},
		{Name: "kappa_balanced", Doc: "largest kappa_out/Gamma of a balanced solution", Unit: "sigma_exc"},
		{Name: "kappa_unbalanced", Doc: "largest kappa_out sqrt(N)/CV_exc of an unbalanced solution", Unit: "1"},
	}}
	if err := t.check(n); err != nil {
		return nil, err
	}
	for _, alpha := range alphas {
		in, balanced := n.at(n.KappaIn, alpha), n.at(n.KappaBalanced, alpha)
		in.v, balanced.v = in.v*sigmaExc, balanced.v*sigmaExc
		t.row(alpha, in, balanced, n.at(n.UnbalancedKappaOut, alpha))
	}
	return t.columns, t.err
}

// table collects rows and the first error that is not an undefined cell.
type table struct {
	sigmaExc float64
	columns  []Column
	err      error
}

type cell struct {
	v   float64
	err error
}

func (n Neuron) at(f func(float64) (float64, error), x float64) cell {
	v, err := f(x)
	return cell{v, err}
}

func (t *table) check(n Neuron) error {
	if err := n.Validate(); err != nil {
		return err
	}
	return positive("sigma_exc", t.sigmaExc)
}

func (t *table) row(x float64, cells ...cell) {
	t.columns[0].Values = append(t.columns[0].Values, x)
	for i, c := range cells {
		var undefined *UndefinedError
		if errors.As(c.err, &undefined) {
			c.v = math.NaN()
		} else if c.err != nil && t.err == nil {
			t.err = c.err
		}
		t.columns[i+1].Values = append(t.columns[i+1].Values, c.v)
	}
}
