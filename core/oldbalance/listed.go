package oldbalance

import (
	"math"

	"gardner/core/rng"
)

// listed is wiring for sparse connections: lists of targets, two bytes each.
type listed struct {
	to     [2]lists // by source population; the targets in E, then those in I
	middle [2][]uint32
	count  [2][2]*[1 << 16]uint16 // of a neuron of the first population, from the second
}

// lists holds the targets of each neuron of a population, one list after another.
type lists struct {
	begin []uint32 // N+1 values
	units []uint16
}

func (l *lists) of(j int) []uint16 { return l.units[l.begin[j]:l.begin[j+1]] }

// connect draws the lists of n neurons onto n: each connection with probability p.
func connect(s *rng.Stream, n int, p float64) lists {
	l := lists{begin: make([]uint32, n+1)}
	expected := float64(n) * float64(n) * p
	l.units = make([]uint16, 0, int(expected)+6*int(math.Sqrt(expected))+16)
	draw(s, n, p, func(j int) { l.begin[j] = uint32(len(l.units)) }, func(i int) { l.units = append(l.units, uint16(i)) })
	l.begin[n] = uint32(len(l.units))
	return l
}

func newListed(p Params, s *rng.Stream) *listed {
	v := &listed{}
	var onto [2][2]lists
	for k := range 2 {
		for l := range 2 {
			onto[k][l] = connect(s, p.N, float64(p.K)/float64(p.N))
			v.count[k][l] = new([1 << 16]uint16)
		}
	}
	// A flip reads both lists of a neuron: they lie one after the other.
	for l := range 2 {
		e, i, to := &onto[0][l], &onto[1][l], &v.to[l]
		to.begin, v.middle[l] = make([]uint32, p.N+1), make([]uint32, p.N)
		to.units = make([]uint16, 0, len(e.units)+len(i.units))
		for j := range p.N {
			to.begin[j] = uint32(len(to.units))
			to.units = append(to.units, e.of(j)...)
			v.middle[l][j] = uint32(len(to.units))
			to.units = append(to.units, i.of(j)...)
		}
		to.begin[p.N] = uint32(len(to.units))
	}
	return v
}

func (v *listed) onto(k, l, j int) []uint16 {
	to, middle := &v.to[l], v.middle[l][j]
	if k == 0 {
		return to.units[to.begin[j]:middle]
	}
	return to.units[middle:to.begin[j+1]]
}

func (v *listed) flip(l, j int, active bool) {
	step := uint16(1)
	if !active {
		step = math.MaxUint16 // -1
	}
	for k := range 2 {
		c := v.count[k][l]
		for _, t := range v.onto(k, l, j) {
			c[t] += step
		}
	}
}

func (v *listed) counts(k, i int) (exc, inh int) {
	return int(v.count[k][0][i&(1<<16-1)]), int(v.count[k][1][i&(1<<16-1)])
}

func (v *listed) degree(k, l, j int) int { return len(v.onto(k, l, j)) }
