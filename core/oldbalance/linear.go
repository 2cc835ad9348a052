package oldbalance

import "fmt"

// UnbalancedError says that no balanced state exists: the rates that would cancel
// the drives are not between 0 and 1, or the self-consistent ones were not found.
type UnbalancedError struct {
	Rates [2]float64 // those that would cancel the drives as K grows, or the last tried
	Why   string
}

func (e *UnbalancedError) Error() string {
	return fmt.Sprintf("oldbalance: no balanced state (rates %.4g and %.4g): %s", e.Rates[0], e.Rates[1], e.Why)
}

// LargeK returns the rates as K grows, which solve E_k m_0 + sum_l J_kl m_l = 0:
// linear in m_0. The error is an *UnbalancedError if a rate is not in [0, 1].
func (p Params) LargeK() (m [2]float64, err error) {
	j, e := p.Coupling, p.Drive
	det := float64(j[0][0]*j[1][1]) - float64(j[0][1]*j[1][0])
	m[0] = p.M0 * (float64(j[0][1]*e[1]) - float64(j[1][1]*e[0])) / det
	m[1] = p.M0 * (float64(j[1][0]*e[0]) - float64(j[0][0]*e[1])) / det
	for _, v := range m {
		if !(v >= 0 && v <= 1) {
			return m, &UnbalancedError{m, "choose E_E/E_I > J_EI/J_II > J_EE/J_IE, and a smaller m_0"}
		}
	}
	return m, nil
}
