// Package curve computes the capacity curve of one ordered sequence of patterns: the largest margin kappa of every
// prefix, in one incremental pass, and the prefix where no solution is left. As the margin never grows when a
// pattern is added, one curve gives the capacity of its sequence at every kappa.
//
//	c, err := curve.In(ctx, &perceptron.Problem{P: 1000, N: 500, X: x, Labels: y, Signs: g, Gamma: 1}, nil)
//	c.Kappa[299]        // kappa_in of the first 300 patterns
//	c.CapacityAt(0.5)   // the largest prefix with kappa_in >= 0.5
//	c.Capacity, c.Ended // the largest feasible prefix; false if the patterns ran out first
//
// In maximises kappa_in = 1/|w| (solution A), Out maximises kappa_out = 1/theta (solution B) of
// perceptron.Problem; variables and duality are those of that package. Source: Rubin, Abbott, Sompolinsky, PNAS
// 114(44):E9366 (2017); the method is a dual active set in the manner of Goldfarb and Idnani, Math. Programming 27:1
// (1983).
//
// # Method
//
// Both problems are members of one family of quadratic programs over u >= 0 and a scalar s (see activeSet),
//
//	minimise |u|^2/2 - C s   subject to   a_i.u - b_i s >= c_i,
//
// whose dual solution lambda >= 0, b'lambda = C determines u = (A'lambda)_+.
//
// From one prefix to the next only one row is added, so the old multipliers, with a zero appended, are a start whose
// supports S = {lambda > 0} and F = {A'lambda > 0} are nearly right. The ways to the new optimum, in the order of trying:
//
//   - rounds of Newton's method (newton.go, search.go): solve with the supports held fixed and go there as far as the
//     dual value grows, many indices changing sides at once. About six rounds a prefix; no guarantee to end.
//   - a homotopy (homotopy.go, path.go): raise the new multiplier and follow the piecewise linear path of optima from one
//     kink to the next; in B, then move C to where |u| = Gamma.
//   - where |u| stays below Gamma, B is a linear program: a parametric simplex method with an explicit inverse (rise.go, basis.go),
//     or, should that get lost, pivots of a dual simplex method (vertex.go).
//   - the same anew from the first row, and at last perceptron's solver for this prefix alone (cold.go), which is the way of
//     all prefixes where some rows hold with equality.
//
// All keep one Cholesky factor of the rows in S up to date, O(|S|^2) an index. Memory: 8 P N bytes for the signed rows,
// some 24 |S|^2 for the factor and 12 |S| N for the rows in S once more.
//
// Every prefix is then judged by its definition alone (certificate.go): a feasible point and a dual bound, both
// recomputed from the patterns. Their distance is the reported gap.
package curve
