package theory

import "fmt"

// DomainError reports a parameter outside the domain of the theory.
type DomainError struct {
	Param string  // name as in sweeps: f_exc, phi, kappa ...
	Value float64 // the value refused
	Want  string  // the domain, e.g. "in [0, 1]"
}

func (e *DomainError) Error() string {
	return fmt.Sprintf("theory: %s = %g is outside the domain: give a value %s", e.Param, e.Value, e.Want)
}

// UndefinedError reports a quantity that does not exist at a valid point.
type UndefinedError struct {
	Quantity string  // what was asked for, e.g. kappa_balanced
	Param    string  // the parameter that makes it undefined
	Value    float64 // its value
	Limit    float64 // the value it would have to respect; NaN if none does
	Why      string
}

func (e *UndefinedError) Error() string {
	return fmt.Sprintf("theory: %s is undefined at %s = %.12g: %s", e.Quantity, e.Param, e.Value, e.Why)
}

// above says that a load is above a capacity.
func above(limit string, capacity float64) string {
	return fmt.Sprintf("the load is above %s = %.12g; ask below it", limit, capacity)
}
