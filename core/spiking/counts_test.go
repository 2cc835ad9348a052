package spiking_test

import (
	"fmt"
	"math"
	"testing"

	"gardner/core/rng"
	"gardner/core/spiking"
)

// The curve and its area against comparison of every pair.
func TestCounts(t *testing.T) {
	t.Parallel()
	r := rng.New(rng.NewKey("counts"))
	for trial := range 200 {
		var c spiking.Counts
		plus, minus := make([]int, 1+r.IntN(20)), make([]int, 1+r.IntN(20))
		for i := range plus {
			plus[i] = r.Poisson(3)
			c.Add(true, plus[i])
		}
		for i := range minus {
			minus[i] = r.Poisson(2)
			c.Add(false, minus[i])
		}
		won := 0.0
		for _, a := range plus {
			for _, b := range minus {
				switch {
				case a > b:
					won++
				case a == b:
					won += .5
				}
			}
		}
		if want := won / float64(len(plus)*len(minus)); math.Abs(c.Area()-want) > 1e-14 {
			t.Errorf("trial %d: area %v, pairs say %v", trial, c.Area(), want)
		}
		// PlusAt passes through every threshold's point (the lowest of equals) and
		// its integral is the area.
		sum := 0.0
		const parts = 20000
		for i := range parts {
			sum += c.PlusAt((float64(i)+.5)/parts) / parts
		}
		if math.Abs(sum-c.Area()) > 1e-3 {
			t.Errorf("trial %d: area %v, integral of PlusAt %v", trial, c.Area(), sum)
		}
		for n := 0; n <= 12; n++ {
			x, y := c.CorrectMinus(n), c.CorrectPlus(n)
			if n > 0 && c.CorrectMinus(n-1) == x {
				continue
			}
			if got := c.PlusAt(x); math.Abs(got-y) > 1e-14 {
				t.Errorf("trial %d: the curve at %v is %v, threshold %d says %v", trial, x, got, n, y)
			}
		}
	}
	var none spiking.Counts
	if !math.IsNaN(none.Area()) || !math.IsNaN(none.PlusAt(.5)) || !math.IsNaN(none.CorrectPlus(1)) {
		t.Error("counts of nothing have an area")
	}
}

func ExampleCounts() {
	var c spiking.Counts
	for _, n := range []int{2, 3, 3, 5} {
		c.Add(true, n)
	}
	for _, n := range []int{0, 0, 1, 3} {
		c.Add(false, n)
	}
	fmt.Println(c.CorrectPlus(2), c.CorrectMinus(2), c.Area())
	// Output: 1 0.75 0.875
}
