package ensemble

import (
	"math"

	"gardner/core/linalg"
)

// shared is what all neurons of a network have in common. It is computed once, from the memories alone, and only read
// afterwards.
type shared struct {
	m      *Memories
	gain   float64   // the mean of 1 - I_ext
	across []float64 // N x P: the transpose of X
	binary []bool    // columns that hold 0 and 1 only
	rest   []int     // the other columns
	dense  []float64 // P x len(rest): the other columns
	bits   []uint64  // P x words: the binary columns, one bit each
	words  int
	byRow  table     // products with X', by groups of eight memories
	byCol  table     // products with X, by groups of eight columns
	bulk   float64   // largest eigenvalue of (X - mean)(X - mean)'
	mean   float64   // sum over columns of the squared mean
	all    []float64 // P x P, lower triangle: X X' (UF)
}

// newShared packs the memories. gram says that the Gram matrix of whole rows is wanted (UF).
func newShared(m *Memories, gram bool, threads int) *shared {
	s := &shared{m: m, across: make([]float64, m.N*m.P), words: (m.N + 63) / 64}
	s.binary = make([]bool, m.N)
	for j := range s.binary {
		s.binary[j] = true
	}
	for mu := range m.P {
		for j, x := range m.X[mu*m.N : (mu+1)*m.N] {
			s.across[j*m.P+mu] = x
			if x != 0 && x != 1 {
				s.binary[j] = false
			}
		}
	}
	for j, b := range s.binary {
		if !b {
			s.rest = append(s.rest, j)
		}
	}
	s.dense = make([]float64, m.P*len(s.rest))
	s.bits = make([]uint64, m.P*s.words)
	s.byRow, s.byCol = newTable(m.P, m.N), newTable(m.N, m.P)
	for mu := range m.P {
		row := m.X[mu*m.N : (mu+1)*m.N]
		for k, j := range s.rest {
			s.dense[mu*len(s.rest)+k] = row[j]
		}
		for j, x := range row {
			if s.binary[j] && x == 1 {
				s.bits[mu*s.words+j/64] |= 1 << (j % 64)
				s.byRow.set(mu, j)
				s.byCol.set(j, mu)
			}
		}
	}
	s.gain = m.gain()
	eng := linalg.New(threads)
	s.spectrum(eng)
	if gram {
		s.all = make([]float64, m.P*m.P)
		eng.Syrk(s.all, m.P, m.X, m.N, m.P, m.N, nil)
	}
	return s
}

// gain is the mean of 1 - I_ext.
func (m *Memories) gain() float64 {
	gain := 1.0
	for _, d := range m.Drive {
		gain -= d / float64(m.P)
	}
	return gain
}

// spectrumRounds is the number of power iterations for the largest eigenvalue; they find it to a few per cent, which is
// all that a step length needs.
const spectrumRounds = 20

// spectrum estimates the largest eigenvalue of (X - mean)(X - mean)' and the squared length of the mean row: the two
// scales of the Gram matrix, whose one giant eigenvector, of the mean, would make a plain gradient crawl.
func (s *shared) spectrum(eng *linalg.Engine) {
	m := s.m
	mean := make([]float64, m.N)
	for mu := range m.P {
		linalg.Axpy(1/float64(m.P), m.X[mu*m.N:(mu+1)*m.N], mean)
	}
	s.mean = linalg.Dot(mean, mean)
	v, x := make([]float64, m.P), make([]float64, m.N)
	for mu := range v {
		// Anything without structure: the golden ratio's multiples modulo 1.
		turns := float64(float64(mu+1) * (math.Sqrt(5) - 1) / 2)
		v[mu] = turns - math.Floor(turns) - 0.5
	}
	for range spectrumRounds {
		var sum float64
		for _, y := range v {
			sum += y
		}
		for mu := range v {
			v[mu] -= sum / float64(m.P)
		}
		length := math.Sqrt(linalg.Dot(v, v))
		if !(length > 0) {
			break
		}
		for mu := range v {
			v[mu] /= length
		}
		eng.MulVecT(x, m.X, m.N, m.P, m.N, v)
		s.bulk = linalg.Dot(x, x)
		eng.MulVec(v, m.X, m.N, m.P, m.N, x)
	}
	// A single memory or equal ones have no bulk; any positive scale serves.
	s.bulk = math.Max(s.bulk, 1e-3*s.mean/float64(m.P))
}

// mulT sets x = X'c, one number per neuron. rest is scratch of the number of other columns.
func (s *shared) mulT(x, c, rest []float64) {
	s.byRow.mul(x, c)
	if len(s.rest) == 0 {
		return
	}
	clear(rest)
	for mu, a := range c {
		linalg.Axpy(a, s.dense[mu*len(rest):(mu+1)*len(rest)], rest)
	}
	for k, j := range s.rest {
		x[j] = rest[k]
	}
}

// mul sets h = X w, one number per memory.
func (s *shared) mul(h, w, rest []float64) {
	s.byCol.mul(h, w)
	if len(s.rest) == 0 {
		return
	}
	for k, j := range s.rest {
		rest[k] = w[j]
	}
	for mu := range h[:s.m.P] {
		h[mu] += linalg.Dot(s.dense[mu*len(rest):(mu+1)*len(rest)], rest)
	}
}
