package sweeps

import "strings"

// Nearest returns the candidate that a mistyped word most likely meant, for "did
// you mean"; false if none is near.
func Nearest(word string, candidates []string) (string, bool) { return nearest(word, candidates) }

// nearest returns the candidate that a mistyped word most likely meant: the one
// with the smallest edit distance, if that is at most a third of the longer
// word (at least 1), or one that differs only in case, '-' and '_'.
func nearest(word string, candidates []string) (string, bool) {
	best, bestDistance := "", -1
	for _, c := range candidates {
		if plain(c) == plain(word) {
			return c, true
		}
		d := editDistance(strings.ToLower(word), strings.ToLower(c))
		if d <= max(1, max(len(word), len(c))/3) && (bestDistance < 0 || d < bestDistance) {
			best, bestDistance = c, d
		}
	}
	return best, bestDistance >= 0
}

func plain(s string) string {
	return strings.NewReplacer("_", "", "-", "", " ", "").Replace(strings.ToLower(s))
}

// editDistance is the optimal string alignment distance: insertions, deletions,
// substitutions and swaps of neighbours each cost 1. Words beyond 64 bytes are
// cut, for nobody mistypes that much.
func editDistance(a, b string) int {
	a, b = a[:min(len(a), 64)], b[:min(len(b), 64)]
	before, last, row := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range last {
		last[j] = j
	}
	for i := 1; i <= len(a); i++ {
		row[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			row[j] = min(last[j]+1, row[j-1]+1, last[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
		before, last, row = last, row, before
	}
	return last[len(b)]
}
