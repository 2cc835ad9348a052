package data

import (
	"errors"
	"fmt"
	"math"

	"gardner/core/theory"
)

// Moments describes the inputs of one cell type, over all its cells and all
// patterns.
type Moments struct {
	Cells    int
	Mean     float64 // NaN without cells, as all below
	SD       float64 // divided by the number of values
	CV       float64 // SD/|Mean|; +Inf at mean 0
	Activity float64 // fraction of values above 0
	Min, Max float64
	Constant int // cells with the same value in all patterns
	Silent   int // cells that are 0 in all patterns
}

// Statistics are what theory needs to know of a data set, and whether it may be
// asked at all.
type Statistics struct {
	P, N           int
	All            Moments
	Exc, Inh, Free Moments // of signs +1, -1, 0 (or no signs)
	FExc           float64 // fraction of excitatory cells
	POut           float64 // fraction of labels +1; NaN without labels
	Phi            float64 // CV_exc/CV_inh; NaN without both types
	Lambda         float64 // sigma_inh/sigma_exc
	Correlation    Correlation
}

// Statistics evaluates the set.
func (s *Set) Statistics() Statistics {
	st := Statistics{P: s.P, N: s.N, POut: math.NaN()}
	every := func(int8) bool { return true }
	st.All = s.moments(every)
	st.Exc = s.moments(func(g int8) bool { return g > 0 })
	st.Inh = s.moments(func(g int8) bool { return g < 0 })
	st.Free = s.moments(func(g int8) bool { return g == 0 })
	st.FExc = float64(st.Exc.Cells) / float64(s.N)
	st.Phi, st.Lambda = st.Exc.CV/st.Inh.CV, st.Inh.SD/st.Exc.SD
	if s.Labels != nil {
		plus := 0
		for _, y := range s.Labels {
			if y > 0 {
				plus++
			}
		}
		st.POut = float64(plus) / float64(s.P)
	}
	st.Correlation = s.correlation()
	return st
}

// sign is the type of cell i, 0 if there are no types.
func (s *Set) sign(i int) int8 {
	if s.Signs == nil {
		return 0
	}
	return s.Signs[i]
}

// moments of the cells whose sign is wanted; two passes, against cancellation.
func (s *Set) moments(want func(int8) bool) Moments {
	nan := math.NaN()
	m := Moments{Mean: nan, SD: nan, CV: nan, Activity: nan, Min: nan, Max: nan}
	var cells []int
	for i := range s.N {
		if want(s.sign(i)) {
			cells = append(cells, i)
		}
	}
	if m.Cells = len(cells); m.Cells == 0 {
		return m
	}
	m.Min, m.Max = math.Inf(1), math.Inf(-1)
	active := 0
	varies, fires := make([]bool, len(cells)), make([]bool, len(cells))
	sum, values := 0.0, float64(s.P*m.Cells)
	for mu := range s.P {
		row := s.X[mu*s.N : (mu+1)*s.N]
		part := 0.0 // a pattern at a time loses fewer digits
		for k, i := range cells {
			x := row[i]
			part += x / values // x up to the largest float64 may be there
			m.Min, m.Max = math.Min(m.Min, x), math.Max(m.Max, x)
			if x > 0 {
				active++
			}
			varies[k] = varies[k] || x != s.X[i]
			fires[k] = fires[k] || x != 0
		}
		sum += part
	}
	m.Mean, m.Activity = sum, float64(active)/values
	square, scale := 0.0, math.Max(m.Max-m.Mean, m.Mean-m.Min)
	if scale > 0 {
		for mu := range s.P {
			part := 0.0
			for _, i := range cells {
				d := (s.X[mu*s.N+i] - m.Mean) / scale
				part += d * d
			}
			square += part
		}
	}
	m.SD = scale * math.Sqrt(square/values)
	m.CV = m.SD / math.Abs(m.Mean)
	for k := range cells {
		if !varies[k] {
			m.Constant++
		}
		if !fires[k] {
			m.Silent++
		}
	}
	return m
}

// ErrNoTheory is wrapped where a data set is outside of what theory describes.
var ErrNoTheory = errors.New("no theory for this data set")

// Neuron returns the neuron of theory that has these statistics, and CV_exc. The
// error wraps ErrNoTheory where the inputs are not independent, are not of the
// two types, or have no mean, spread or labels that theory could use.
func (st Statistics) Neuron() (theory.Neuron, float64, error) {
	no := func(format string, args ...any) (theory.Neuron, float64, error) {
		return theory.Neuron{}, math.NaN(), fmt.Errorf("%w: "+format, append([]any{ErrNoTheory}, args...)...)
	}
	switch {
	case st.Correlation.Correlated:
		return no("its inputs are correlated (rms correlation %.3g beyond chance, mean %.3g)", st.Correlation.Excess, st.Correlation.Mean)
	case st.Correlation.Unequal:
		return no("cells of one type have different means")
	case st.Free.Cells > 0:
		return no("%d inputs are neither excitatory nor inhibitory", st.Free.Cells)
	case math.IsNaN(st.POut):
		return no("it has no labels")
	}
	in := theory.Inputs{MeanExc: st.Exc.Mean, SDExc: st.Exc.SD, MeanInh: st.Inh.Mean, SDInh: st.Inh.SD}
	// An empty type does not matter: theory gets the other's moments for it.
	if st.Inh.Cells == 0 {
		in.MeanInh, in.SDInh = in.MeanExc, in.SDExc
	}
	if st.Exc.Cells == 0 {
		in.MeanExc, in.SDExc = in.MeanInh, in.SDInh
	}
	n, cv, err := theory.FromInputs(st.FExc, st.POut, in)
	if err != nil {
		return no("%w", err)
	}
	return n, cv, nil
}

// Marginal returns all input values of the cells of one sign, pattern by
// pattern: the empirical distribution, from which independent inputs may be
// drawn with a uniform index.
func (s *Set) Marginal(sign int8) []float64 {
	var values []float64
	for mu := range s.P {
		for i := range s.N {
			if s.sign(i) == sign {
				values = append(values, s.X[mu*s.N+i])
			}
		}
	}
	return values
}
