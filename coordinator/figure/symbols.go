package figure

import "strings"

// Symbol returns the markup of the paper's symbol for the name of a parameter,
// metric or axis, and the name itself if it has none.
func Symbol(name string) string {
	switch name {
	case "N", "P":
		return "*" + name + "*"
	case "alpha":
		return "*α*"
	case "alpha_in":
		return "*α*_{in}"
	case "alpha_balanced":
		return "*α*_{balanced}"
	case "kappa":
		return "*κ*"
	case "kappa_in":
		return "*κ*_{in}"
	case "kappa_out":
		return "*κ*_{out}"
	case "kappa_balanced":
		return "*κ*_{out}/*Γ*"
	case "kappa_unbalanced":
		return "*κ*_{out} √*N*/CV_{exc}"
	case "gamma":
		return "*Γ*"
	case "lambda":
		return "*λ*"
	case "phi":
		return "*φ*"
	case "theta":
		return "*θ*"
	case "norm":
		return "|*w*|/*θ*"
	case "f_exc":
		return "*f*_{exc}"
	case "f_E", "f_I":
		return "*f*_{" + name[2:] + "}"
	case "p_out":
		return "*p*_{out}"
	case "sigma_in":
		return "*σ*_{in}"
	case "sigma_out":
		return "*σ*_{out}"
	case "sigma_exc":
		return "*σ*_{exc}"
	case "sigma_inh":
		return "*σ*_{inh}"
	case "sigma_noise":
		return "*σ*_{noise}"
	case "sigma50":
		return "*σ*_{50}"
	case "p50":
		return "*p*_{50}"
	case "weights_exc", "weights_inh":
		return "*w*_{" + name[len("weights_"):] + "}"
	case "silent_exc", "silent_inh":
		return "silent fraction, " + name[len("silent_"):]
	case "correct_plus", "correct_minus":
		return "correct " + name[len("correct_"):] + " presentations"
	case "|w|/sqrt N":
		return "|*w*|/√*N*"
	case "imbalance":
		return "imbalance index"
	case "m_0":
		return "*m*_{0}"
	case "V_th":
		return "*V*_{th}"
	case "1/sigma_exc":
		return "1/*σ*_{exc}"
	case "P/N":
		return "*P*/*N*"
	}
	return strings.ReplaceAll(name, "_", " ")
}
