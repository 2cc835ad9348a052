package linalg

import "fmt"

// checkMatrix panics unless an m x n matrix with leading dimension ld fits a
// slice of length have.
func checkMatrix(op, name string, have, ld, m, n int) {
	if m < 0 || n < 0 {
		panic(fmt.Sprintf("linalg: %s: %s is %d x %d: sizes must not be negative", op, name, m, n))
	}
	if m == 0 || n == 0 {
		return
	}
	if ld < n {
		panic(fmt.Sprintf("linalg: %s: %s is %d x %d with leading dimension %d: it must be at least %d", op, name, m, n, ld, n))
	}
	if need := (m-1)*ld + n; have < need {
		panic(fmt.Sprintf("linalg: %s: %s is %d x %d with leading dimension %d and needs %d numbers, got %d", op, name, m, n, ld, need, have))
	}
}

// checkVector panics unless a vector of n numbers fits a slice of length have.
func checkVector(op, name string, have, n int) {
	if have < n {
		panic(fmt.Sprintf("linalg: %s: %s needs %d numbers, got %d", op, name, n, have))
	}
}
