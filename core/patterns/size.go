package patterns

import (
	"fmt"
	"math"
)

// FloorSize returns floor(x) for a size such as alpha N or f_exc N that was
// computed from rounded decimals: an x that misses the next integer only by
// rounding (1e-9, or 4e-12 of x) counts as that integer, so 0.29*100 is 29.
// It panics unless 0 <= x <= 2^53.
func FloorSize(x float64) int {
	if !(x >= 0 && x <= 1<<53) {
		panic(fmt.Sprintf("patterns: a size must be between 0 and 2^53, got %v", x))
	}
	near := math.Floor(x + 0.5)
	if math.Abs(x-near) <= math.Max(1e-9, math.Min(4e-12*x, 1e-3)) {
		return int(near)
	}
	return int(math.Floor(x))
}
