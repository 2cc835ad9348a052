package oldbalance

import (
	"math/bits"

	"gardner/core/rng"
)

// packed is wiring for dense connections: a bit for each pair of neurons.
//
// Counts are kept bit by bit, for 64 neurons in a word, so that a flip adds its row
// of bits to all counts in N/64 steps instead of K. Rows are added eight at once,
// by full adders on words (R. Harley and H. S. Seal's method of counting bits); until
// then they wait, and who reads a count adds them. A neuron that falls silent takes
// its row away, which is to add the complement of the row and to take 1 from all counts.
type packed struct {
	n     int
	words int         // of a row: those of the targets in E, then those of the targets in I
	from  [2]outgoing // by source population
}

// outgoing is the connections from one population, and the counts they make.
type outgoing struct {
	rows    []uint64 // N x words
	degrees []uint16 // N x 2
	planes  int      // bits of a count
	counts  []record // words
	offset  uint64   // what counts are too large by

	waiting int       // rows that wait
	rest    []uint64  // they, 8 x words
	invert  [8]uint64 // all bits 1: the row is to be taken away
	live    [8]uint64 // 1: waits
}

// record is the counts of 64 neurons: bit b of record[p] is bit p of the count of
// neuron b.
type record [16]uint64

func newPacked(p Params, s *rng.Stream) *packed {
	half := (p.N + 63) / 64
	v := &packed{n: p.N, words: 2 * half}
	for l := range v.from {
		v.from[l] = outgoing{rows: make([]uint64, p.N*v.words), degrees: make([]uint16, 2*p.N),
			counts: make([]record, v.words), rest: make([]uint64, 8*v.words)}
	}
	for k := range 2 {
		for l := range 2 {
			o := &v.from[l]
			var row []uint64
			var degree *uint16
			in := make([]int, p.N)
			draw(s, p.N, float64(p.K)/float64(p.N), func(j int) {
				row, degree = o.rows[j*v.words+k*half:][:half], &o.degrees[2*j+k]
			}, func(i int) {
				row[i/64] |= 1 << (i % 64)
				*degree++
				in[i]++
			})
			for _, d := range in {
				o.planes = max(o.planes, 3, bits.Len(uint(d)))
			}
		}
	}
	return v
}

func (v *packed) flip(l, j int, active bool) {
	o := &v.from[l]
	slot := o.waiting & 7
	copy(o.rest[slot*v.words:(slot+1)*v.words], o.rows[j*v.words:(j+1)*v.words])
	o.live[slot], o.invert[slot] = 1, 0
	if !active {
		o.invert[slot] = ^uint64(0)
		o.offset++
	}
	if o.waiting++; o.waiting == 8 {
		o.merge()
	}
}

// merge adds the rows that wait to the counts.
func (o *outgoing) merge() {
	n := len(o.counts)
	row := func(slot int) []uint64 { return o.rest[slot*n:][:n] }
	a0, a1, a2, a3, a4, a5, a6, a7 := row(0), row(1), row(2), row(3), row(4), row(5), row(6), row(7)
	i := &o.invert
	for w := range o.counts {
		c := &o.counts[w]
		ones, t0 := fullAdd(c[0], a0[w]^i[0], a1[w]^i[1])
		ones, t1 := fullAdd(ones, a2[w]^i[2], a3[w]^i[3])
		twos, f0 := fullAdd(c[1], t0, t1)
		ones, t0 = fullAdd(ones, a4[w]^i[4], a5[w]^i[5])
		ones, t1 = fullAdd(ones, a6[w]^i[6], a7[w]^i[7])
		twos, f1 := fullAdd(twos, t0, t1)
		fours, carry := fullAdd(c[2], f0, f1)
		c[0], c[1], c[2] = ones, twos, fours
		for p := 3; p < o.planes; p++ {
			old := c[p&15]
			c[p&15] = old ^ carry
			carry &= old
		}
	}
	o.waiting, o.live = 0, [8]uint64{}
}

// fullAdd adds three bits in each place.
func fullAdd(a, b, c uint64) (sum, carry uint64) {
	u := a ^ b
	return u ^ c, a&b | u&c
}

func (v *packed) counts(k, i int) (exc, inh int) {
	w, b := k*(v.words/2)+i/64, uint(i%64)
	return v.from[0].count(w, b), v.from[1].count(w, b)
}

// count is exact modulo 2^planes, which all counts are below.
func (o *outgoing) count(w int, b uint) int {
	c := -o.offset
	r := &o.counts[w]
	for slot := range o.live {
		c += (o.rest[w] ^ o.invert[slot]) >> (b & 63) & o.live[slot]
		w += len(o.counts)
	}
	for p := range o.planes {
		c += r[p&15] >> (b & 63) & 1 << (p & 15)
	}
	return int(c & (1<<o.planes - 1))
}

func (v *packed) degree(k, l, j int) int { return int(v.from[l].degrees[2*j+k]) }
