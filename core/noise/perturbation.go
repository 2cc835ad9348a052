package noise

import (
	"fmt"
	"math"

	"gardner/core/rng"
)

// Perturbation names a change of a pattern x of active (1) and silent (0) inputs.
// All of one strength s have the same length s |x|, up to the whole number of inputs
// that Replace takes (ours; what they are for is the talk's comparison of the old
// balance with the new, the model description, section 9).
type Perturbation string

// The perturbations.
const (
	Gain    Perturbation = "gain"    // x (1+s)
	Replace Perturbation = "replace" // of the active inputs of each type a share s^2/2 falls silent, and as many silent ones become active
	Along   Perturbation = "along"   // x + s |x| w/|w|
	Against Perturbation = "against" // x - s |x| w/|w|
)

// Perturbations lists all of them.
func Perturbations() []Perturbation { return []Perturbation{Gain, Replace, Along, Against} }

// Apply sets dst to the perturbed x, whose first nExc inputs are of one type and the
// others of another. w, of the same length, is the direction of Along and Against;
// only Replace draws from the stream, at most s^2/2 <= 1 of the active. It panics if
// the lengths differ, for an unknown perturbation and unless 0 <= strength < Inf.
func (p Perturbation) Apply(dst []float64, s *rng.Stream, x, w []float64, nExc int, strength float64) {
	if len(dst) != len(x) || len(w) != len(x) || nExc < 0 || nExc > len(x) || !(strength >= 0 && strength <= math.MaxFloat64) {
		panic(fmt.Sprintf("noise: %d inputs, %d weights, room for %d, %d of the first type, strength %v", len(x), len(w), len(dst), nExc, strength))
	}
	switch p {
	case Gain:
		for i, v := range x {
			dst[i] = float64((1 + strength) * v)
		}
	case Replace:
		copy(dst, x)
		share := math.Min(strength*strength/2, 1)
		replace(s, dst[:nExc], share)
		replace(s, dst[nExc:], share)
	case Along, Against:
		var size, length float64
		for i, v := range x {
			size += float64(v * v)
			length += float64(w[i] * w[i])
		}
		factor := 0.0
		if length > 0 {
			factor = strength * math.Sqrt(size) / math.Sqrt(length)
		}
		if p == Against {
			factor = -factor
		}
		for i, v := range x {
			dst[i] = v + float64(factor*w[i])
		}
	default:
		panic(fmt.Sprintf("noise: unknown perturbation %q", string(p)))
	}
}

// replace silences a share of the active inputs and activates as many silent ones,
// or all of them if there are fewer.
func replace(s *rng.Stream, x []float64, share float64) {
	var active, silent []int
	for i, v := range x {
		if v != 0 {
			active = append(active, i)
		} else {
			silent = append(silent, i)
		}
	}
	n := min(int(math.Floor(float64(share*float64(len(active)))+0.5)), len(silent))
	for _, set := range []struct {
		of    []int
		value float64
	}{{active, 0}, {silent, 1}} {
		for k := range n { // the beginning of a random permutation
			j := k + s.IntN(len(set.of)-k)
			set.of[k], set.of[j] = set.of[j], set.of[k]
			x[set.of[k]] = set.value
		}
	}
}
