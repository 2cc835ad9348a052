package query

import "math"

// moments accumulates mean and variance of values given one after another. The
// mean is a sum with Neumaier's compensation; the variance follows Welford's
// recurrence. Products are rounded before they are added, so that no build fuses
// them and the bits are the same everywhere.
type moments struct {
	n          int64
	sum, rest  float64
	mean, m2   float64
	minV, maxV float64
}

func (m *moments) add(x float64) {
	m.n++
	if m.n == 1 {
		m.minV, m.maxV = x, x
	} else {
		m.minV, m.maxV = math.Min(m.minV, x), math.Max(m.maxV, x)
	}
	t := m.sum + x
	if math.Abs(m.sum) >= math.Abs(x) {
		m.rest += (m.sum - t) + x
	} else {
		m.rest += (x - t) + m.sum
	}
	m.sum = t
	d := x - m.mean
	m.mean += d / float64(m.n)
	m.m2 += float64(d * (x - m.mean))
}

// average is the mean; NaN without values.
func (m *moments) average() float64 {
	if m.n == 0 {
		return math.NaN()
	}
	if math.IsInf(m.sum, 0) {
		return m.sum / float64(m.n) // the compensation is NaN then
	}
	return (m.sum + m.rest) / float64(m.n)
}

// sd is the sample standard deviation; NaN with less than two values.
func (m *moments) sd() float64 {
	if m.n < 2 {
		return math.NaN()
	}
	return math.Sqrt(m.m2 / float64(m.n-1))
}
