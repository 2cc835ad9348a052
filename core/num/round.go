package num

import (
	"math"
	"strconv"
)

// Round12 returns x rounded to 12 significant decimal digits, the value that
// params have before use and hashing: a+(b-a)*i/10 and a+i*0.1 then agree. -0
// becomes 0; infinities and NaN stay.
func Round12(x float64) float64 {
	if x == 0 {
		return 0
	}
	if math.IsNaN(x) || math.IsInf(x, 0) {
		return x
	}
	var buf [32]byte
	text := strconv.AppendFloat(buf[:0], x, 'e', 11, 64)
	// What AppendFloat prints parses; rounding up at the end of the range gives
	// an infinity, which is no param: keep x there.
	y, err := strconv.ParseFloat(string(text), 64)
	if err != nil {
		return x
	}
	return y
}
