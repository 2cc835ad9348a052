package perceptron

import "fmt"

// InputError says which part of a Problem is out of its domain. Row and Col are -1 where they do not apply.
type InputError struct {
	Field    string
	Row, Col int
	Msg      string
}

func (e *InputError) Error() string {
	switch {
	case e.Row >= 0 && e.Col >= 0:
		return fmt.Sprintf("perceptron: %s of pattern %d, input %d %s", e.Field, e.Row, e.Col, e.Msg)
	case e.Row >= 0:
		return fmt.Sprintf("perceptron: %s of pattern %d %s", e.Field, e.Row, e.Msg)
	case e.Col >= 0:
		return fmt.Sprintf("perceptron: %s of input %d %s", e.Field, e.Col, e.Msg)
	}
	return fmt.Sprintf("perceptron: %s %s", e.Field, e.Msg)
}

// NumericalError says that a problem could be neither solved nor proved infeasible to the wanted accuracy. Lower and
// Upper bound the optimal kappa (kappa_in for A and UF, kappa_out for the others) and hold regardless.
type NumericalError struct {
	Kind         Kind
	Lower, Upper float64
	Gap, Tol     float64
	Iterations   int
	Msg          string
}

func (e *NumericalError) Error() string {
	return fmt.Sprintf("perceptron: %s: %s after %d iterations: kappa between %.17g and %.17g, gap %.3g, wanted %.3g",
		e.Kind, e.Msg, e.Iterations, e.Lower, e.Upper, e.Gap, e.Tol)
}

// CertificateError says why Check refused a solution.
type CertificateError struct {
	Kind Kind
	Msg  string
}

func (e *CertificateError) Error() string {
	return fmt.Sprintf("perceptron: certificate of %s: %s", e.Kind, e.Msg)
}
