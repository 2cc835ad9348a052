package spiking

// Counts are histograms of the number of output spikes: Plus[n] and Minus[n]
// presentations of patterns with label +1 and -1 had n spikes.
type Counts struct{ Plus, Minus []int64 }

// Add counts a presentation with n spikes.
func (c *Counts) Add(plus bool, n int) {
	h := &c.Minus
	if plus {
		h = &c.Plus
	}
	for len(*h) <= n {
		*h = append(*h, 0)
	}
	(*h)[n]++
}

// Above returns how many presentations in h had at least n spikes, and how many
// there are.
func Above(h []int64, n int) (above, total int64) {
	for i, k := range h {
		total += k
		if i >= n {
			above += k
		}
	}
	return above, total
}

// CorrectPlus returns the share of plus presentations with at least n spikes, NaN
// without any.
func (c *Counts) CorrectPlus(n int) float64 {
	above, total := Above(c.Plus, n)
	return float64(above) / float64(total)
}

// CorrectMinus returns the share of minus presentations with fewer than n spikes,
// NaN without any.
func (c *Counts) CorrectMinus(n int) float64 {
	above, total := Above(c.Minus, n)
	return float64(total-above) / float64(total)
}

// Area returns the area under CorrectPlus as a function of CorrectMinus, joined by
// straight lines: the probability that a plus presentation has more spikes than a
// minus presentation, ties counting one half. 1/2 is chance; NaN without
// presentations of a kind.
func (c *Counts) Area() float64 {
	var more, plus float64 // plus presentations above n
	for _, k := range c.Plus {
		plus += float64(k)
	}
	more = plus
	var won, minus float64
	for n, k := range c.Minus {
		same := 0.0
		if n < len(c.Plus) {
			same = float64(c.Plus[n])
		}
		more -= same
		won += float64(float64(k) * (more + float64(same/2)))
		minus += float64(k)
	}
	return won / float64(plus*minus)
}

// PlusAt returns the largest CorrectPlus on the curve at a given CorrectMinus, in
// [0, 1]: between two thresholds the curve is straight, which is what choosing
// between them at random gives. NaN without presentations of a kind.
func (c *Counts) PlusAt(correctMinus float64) float64 {
	last := max(len(c.Plus), len(c.Minus))
	if total := c.CorrectMinus(0) + c.CorrectPlus(0); total != total {
		return total
	}
	x0, y0 := 0.0, 1.0
	for n := 1; n <= last && x0 != correctMinus; n++ {
		x1, y1 := c.CorrectMinus(n), c.CorrectPlus(n)
		if x1 > correctMinus {
			return y0 + float64((correctMinus-x0)/(x1-x0)*(y1-y0))
		}
		x0, y0 = x1, y1 // of thresholds with equal CorrectMinus the lowest is best
	}
	return y0
}
