package data

import (
	"math"

	"gardner/core/linalg"
)

// Correlation says whether inputs look like independent draws, as theory has
// it. Under independence the correlation r of two cells over the P patterns has,
// whatever the distributions, mean 0 and mean square 1/(P-1), and different
// pairs are uncorrelated; so sums over all pairs have known mean and variance.
type Correlation struct {
	Cells  int     // cells looked at: all that vary, at most 512, evenly spaced
	Mean   float64 // mean r over pairs; NaN with fewer than 2 cells
	RMS    float64 // root mean square r
	Excess float64 // sqrt(max(0, mean r^2 - 1/(P-1))), what chance does not explain

	// Evidence in normal s.d.; NaN where there are too few patterns or cells.
	ZMean float64 // of a common positive correlation
	ZRMS  float64 // of correlations of any sign
	ZType float64 // of different means among cells of one type

	Correlated bool // ZMean or ZRMS above 6: no theory
	Unequal    bool // ZType above 6: no theory
}

const (
	maxCorrelated = 512 // cells: 130,000 pairs tell enough
	minPatterns   = 10  // fewer cannot tell
	evidence      = 6   // s.d.: sparse inputs have heavier tails than the approximation
)

func (s *Set) correlation() Correlation {
	nan := math.NaN()
	c := Correlation{Mean: nan, RMS: nan, Excess: nan, ZMean: nan, ZRMS: nan, ZType: nan}
	columns, tails := s.standardised()
	n, p := len(columns), float64(s.P)
	c.Cells = n
	if n >= 2 && s.P >= 2 {
		sum, square := 0.0, 0.0
		for i, x := range columns {
			for _, y := range columns[:i] {
				r := linalg.Dot(x, y)
				sum += r
				square += r * r
			}
		}
		pairs := float64(n) * float64(n-1) / 2
		c.Mean, c.RMS = sum/pairs, math.Sqrt(square/pairs)
		c.Excess = math.Sqrt(math.Max(0, square/pairs-1/(p-1)))
		if s.P >= minPatterns {
			// |sum of the columns|^2 = n + 2 sum is n/(P-1) chi-square of P-1.
			c.ZMean = chiSquareZ((float64(n)+2*sum)*(p-1)/float64(n), p-1)
			// E r^4 = 3/(P^2-1) (1 + (P-2)(P-3)/(3P(P-1)^2) g g'), g the excess
			// kurtoses of the two samples (E. J. G. Pitman, Suppl. J. R. Stat. Soc.
			// 4:225, 1937).
			g, gg := 0.0, 0.0
			for _, t := range tails {
				g += t
				gg += t * t
			}
			fourth := 3 / (p*p - 1) * (pairs + (p-2)*(p-3)/(3*p*(p-1)*(p-1))*(g*g-gg)/2)
			mean := pairs / (p - 1)
			c.ZRMS = chiSquareZ2(square, mean, math.Max(fourth-pairs/((p-1)*(p-1)), 1e-3*mean/(p-1)))
		}
	}
	if s.P >= minPatterns {
		c.ZType = s.unequalMeans()
	}
	c.Correlated = c.ZMean > evidence || c.ZRMS > evidence
	c.Unequal = c.ZType > evidence
	return c
}

// chiSquareZ is the normal quantile of a chi-square number with k degrees of
// freedom (E. B. Wilson and M. M. Hilferty, PNAS 17:684, 1931).
func chiSquareZ(x, k float64) float64 {
	v := 2 / (9 * k)
	return (math.Cbrt(math.Max(x, 0)/k) - (1 - v)) / math.Sqrt(v)
}

// chiSquareZ2 is that of a number of given mean and variance, taken as a
// multiple of a chi-square number.
func chiSquareZ2(x, mean, variance float64) float64 {
	k := 2 * mean * mean / variance
	return chiSquareZ(x/mean*k, k)
}

// standardised returns the varying columns with mean 0 and length 1, and the
// excess kurtosis of each (ratio of the k-statistics k4/k2^2).
func (s *Set) standardised() (columns [][]float64, tails []float64) {
	p := float64(s.P)
	step := max(1, (s.N+maxCorrelated-1)/maxCorrelated)
	for i := 0; i < s.N; i += step {
		column := make([]float64, s.P)
		mean, largest := 0.0, 0.0
		for mu := range column {
			x := s.X[mu*s.N+i]
			column[mu] = x
			mean += x / p
			largest = math.Max(largest, math.Abs(x))
		}
		spread := 0.0
		for mu := range column {
			column[mu] -= mean
			spread = math.Max(spread, math.Abs(column[mu]))
		}
		if !(spread > 1e-14*largest) || math.IsInf(spread, 0) { // constant up to rounding
			continue
		}
		square, fourth := 0.0, 0.0
		for mu := range column {
			d := column[mu] / spread
			square += d * d
			fourth += d * d * d * d
		}
		for mu := range column {
			column[mu] = column[mu] / spread / math.Sqrt(square)
		}
		columns = append(columns, column)
		if s.P > 3 {
			k2 := square / (p - 1)
			k4 := p * ((p+1)*fourth - 3*(p-1)*square*square/p) / ((p - 1) * (p - 2) * (p - 3))
			tails = append(tails, k4/(k2*k2))
		}
	}
	return columns, tails
}

// unequalMeans asks whether the cells of one type scatter more about the mean
// of the type than P draws explain; NaN if no type has two cells that vary.
func (s *Set) unequalMeans() float64 {
	p := float64(s.P)
	chi, degrees := 0.0, 0.0
	for _, sign := range []int8{1, -1, 0} {
		var means []float64
		within, total := 0.0, 0.0
		for i := range s.N {
			if s.sign(i) != sign {
				continue
			}
			m, q := 0.0, 0.0
			for mu := range s.P {
				m += s.X[mu*s.N+i] / p
			}
			for mu := range s.P {
				d := s.X[mu*s.N+i] - m
				q += d * d / (p - 1)
			}
			means = append(means, m)
			within += q
			total += m
		}
		n := float64(len(means))
		if n < 2 || !(within > 0) || math.IsInf(within, 0) {
			continue
		}
		for _, m := range means {
			d := m - total/n
			chi += d * d * p / (within / n)
		}
		degrees += n - 1
	}
	if degrees == 0 {
		return math.NaN()
	}
	return chiSquareZ(chi, degrees)
}
