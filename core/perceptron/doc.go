// Package perceptron finds the optimal weights of a perceptron whose weights have fixed signs: the solution that is
// most robust to input noise (A, MaxKappaIn), to output noise (B, MaxKappaOut), any solution at all (F, Feasible),
// and the unconstrained relatives (U: Signs all 0, UF: FreeThreshold). Every answer carries a certificate that
// Check verifies with arithmetic of its own.
//
//	p := &perceptron.Problem{P: 2, N: 2, X: []float64{3, 1, 1, 3}, Labels: []float64{1, -1},
//		Signs: []int8{1, -1}, Gamma: 1}
//	s, err := perceptron.MaxKappaOut(ctx, p, nil)
//	if err == nil && s.Status == perceptron.Optimal {
//		w, _ := s.Physical() // in units of the threshold
//		fmt.Println(w, s.KappaOut, s.Gap)
//	}
//
// # Variables
//
// Canonical variables (w, theta), theta >= 0:
//
//	y^mu (w.x^mu - theta (1 - I_ext^mu)) >= d^mu,   g_i w_i >= 0,   |w| <= Gamma theta
//
// with d = 1 unless margins are given. Physical weights, in units of the threshold, are w/theta.
// kappa_in = 1/|w| and kappa_out = 1/theta. Source: Rubin, Abbott, Sompolinsky, PNAS 114(44):E9366 (2017).
//
// # Duality
//
// With u = g.w, a_mu,i = y_mu g_i x_mu,i, t_mu = y_mu (1 - I_ext^mu), v = u/theta and (.)_+ componentwise (the
// identity where g = 0):
//
//	B:  kappa* = max_{v >= 0, |v| <= Gamma} min_mu (a_mu.v - t_mu)/d_mu = min_{mu >= 0, d'mu = 1} Gamma |(A'mu)_+| - t'mu
//	A:  |u|^2/2 >= d'lambda - [(|(A'lambda)_+| - t'lambda/Gamma)_+]^2 / 2   for all lambda >= 0 with t'lambda >= 0
//
// so a vector of multipliers, one per pattern, bounds the optimum by a few sums. kappa* <= 0 means that no solution
// exists, and its multipliers are the Farkas vector. Multipliers of rows in Equal are free in sign.
//
// # Method
//
// All kinds reduce to one program (program.go), solved from coarse to exact:
//
//   - a few rounds on the soft problem, hinges for rows, with a falling penalty (ridge*.go), tell the rows and weights that matter
//     from the others. The first rounds of A are solved by conjugate gradients. Where A's rows do not rest on too few weights,
//     rounds of the method of multipliers (ridge_harden.go) lead from there to supports that the active set can start from.
//   - otherwise a predictor-corrector interior point (ipm*.go, newton.go) runs on those rows and weights only (sift.go); after
//     each step the rest is reviewed, and what is missed joins (sift_review.go).
//   - a primal-dual active set of the whole program (polish*.go) starts from its supports, the nearer to the optimum the fewer
//     weights are to spare, and ends at rounding accuracy. From round to round it updates its Gram matrix (gram.go).
//   - where any of this fails, and for small, special or infeasible problems, the interior point runs on all rows and weights
//     (optimise.go), with repairs of Farkas vectors (farkas.go) and a search over the radius (radius.go) as last resorts.
//
// # Resolution
//
// That there is no solution is said of proof only: a Farkas vector that holds to 2e-15 of the terms in its sums, evaluated in
// doubled precision, and for the share of them that rows with d > 0 have. So a margin above about 1e-13 of the root mean square input (for kappa_out, times Gamma) is never taken for
// none. Double precision finds margins down to about 1e-11; what lies between, and what lies below and is not zero to rounding,
// ends in a *NumericalError with the bound that is proved.
// Where rows hold with equality or have margin 0, the answer is checked by Check before it is returned; margins
// below about 1e-7 may then end in a *NumericalError.
package perceptron
