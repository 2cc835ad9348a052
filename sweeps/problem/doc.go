// Package problem reads and answers single perceptron problems as files:
//
//	{"problem": "max-kappa-in", "patterns": [[1, 2], [0, 1]], "labels": [1, -1], "signs": [1, -1], "gamma": 2}
//
// Problem is one of max-kappa-in, max-kappa-out, feasible and capacity-curve.
// Patterns is P rows of N finite numbers, labels P times +1 or -1, signs N times
// +1, -1 or 0 (unconstrained). Gamma bounds |w|/theta; absent, it is infinite.
// Optional are drive (P numbers, I_ext), margins (P numbers >= 0), equal (row
// numbers from 0 whose rows hold with equality) and free_threshold (true drops
// theta >= 0 and the norm; signs stay, and where all are 0 this is UF).
//
// Patterns, labels, signs, drive and margins may stand in files of their own, NPY
// or CSV, named relative to the problem's folder:
//
//	{"problem": "max-kappa-out", "patterns": {"file": "x.npy"}, "labels": {"file": "y.csv"}, "signs": {"file": "types.csv"}}
//
// Mistakes are *Error values with line and column of the offending value, and
// those of a file that it names wrap a *data.Error with the place there.
package problem
