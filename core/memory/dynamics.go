package memory

import (
	"fmt"
	"math"

	"gardner/core/linalg"
	"gardner/core/rng"
)

// Noise is the standard deviations of the noises.
type Noise struct {
	In  float64 // sigma_in, of each input at each update
	Out float64 // sigma_out, of the potential, in units of V_th
}

// refreshFlips is the number of flips after which fields are computed anew.
const refreshFlips = 4096

// Dynamics is a network that changes its state. It owns its memory and is not for
// concurrent use.
type Dynamics struct {
	net     *Network
	state   State
	target  []bool // the state that errors are counted against
	counted int    // the first neurons, whose errors count
	wrong   int    // counted neurons that differ from target
	lo, hi  int    // the neurons that are updated
	since   int    // flips since the fields were exact
	sd      []float64
	noisy   bool
	normals []float64
	order   []int32
	flipped []int32 // in this cycle
}

// NewDynamics returns the dynamics of a network, in the silent state, without noise.
func NewDynamics(net *Network) *Dynamics {
	n := net.n
	d := &Dynamics{net: net, target: make([]bool, n), sd: make([]float64, n), normals: make([]float64, n), order: make([]int32, n),
		counted: n, hi: n}
	d.state = State{active: make([]bool, n), fields: make([]float64, n)}
	net.setFields(&d.state)
	return d
}

// Reset puts the network into a state and counts errors against it from now on.
func (d *Dynamics) Reset(s *State) {
	copy(d.state.active, s.active)
	copy(d.state.fields, s.fields)
	copy(d.target, s.active)
	d.wrong, d.since = 0, 0
}

// SetNoise sets the noise of all later cycles. It panics unless both are finite and
// not negative.
func (d *Dynamics) SetNoise(m Noise) { d.SetNoiseOn(d.net.n, m) }

// SetNoiseOn is SetNoise for the first n neurons; the others have none.
func (d *Dynamics) SetNoiseOn(n int, m Noise) {
	if !(m.In >= 0 && m.In <= math.MaxFloat64 && m.Out >= 0 && m.Out <= math.MaxFloat64) {
		panic(fmt.Sprintf("memory: noise of s.d. %v and %v", m.In, m.Out))
	}
	d.noisy = false
	clear(d.sd)
	for i, norm := range d.net.norms[:n] {
		in := norm * m.In
		d.sd[i] = math.Sqrt(float64(in*in) + float64(m.Out*m.Out))
		d.noisy = d.noisy || d.sd[i] > 0
	}
}

// Network returns the network that changes its state.
func (d *Dynamics) Network() *Network { return d.net }

// State returns a copy of the state and its fields, which are as exact as those of the
// dynamics.
func (d *Dynamics) State() *State {
	return &State{active: append([]bool(nil), d.state.active...), fields: append([]float64(nil), d.state.fields...)}
}

// Count makes the first n neurons the ones whose errors are counted; at first all are.
// It takes effect at the next Reset. It panics unless 1 <= n <= N.
func (d *Dynamics) Count(n int) {
	if n < 1 || n > d.net.n {
		panic(fmt.Sprintf("memory: errors of %d neurons of %d", n, d.net.n))
	}
	d.counted = n
}

// Update makes neurons lo ... hi-1 the ones that are updated, the others being clamped;
// at first all are. It panics if that is no range.
func (d *Dynamics) Update(lo, hi int) {
	if lo < 0 || hi > d.net.n || lo >= hi {
		panic(fmt.Sprintf("memory: updates of neurons %d to %d of %d", lo, hi, d.net.n))
	}
	d.lo, d.hi = lo, hi
}

// Error returns the fraction of counted neurons that differ from the state last Reset to.
func (d *Dynamics) Error() float64 { return float64(d.wrong) / float64(d.counted) }

// Active reports whether neuron i is active.
func (d *Dynamics) Active(i int) bool { return d.state.active[i] }

// Flip flips neuron i and corrects all fields.
func (d *Dynamics) Flip(i int) {
	s := &d.state
	s.active[i] = !s.active[i]
	change := -1.0
	if s.active[i] {
		change = 1
	}
	linalg.Axpy(change, d.net.column(i), s.fields)
	switch {
	case i >= d.counted:
	case s.active[i] == d.target[i]:
		d.wrong--
	default:
		d.wrong++
	}
	if d.since++; d.since == refreshFlips {
		d.net.setFields(s)
		d.since = 0
	}
}

// Cycle updates every neuron once, in a random order, and returns the neurons that
// flipped, in the order in which they did; the slice is valid until the next call. It
// takes a normal number for each updated neuron from noise, if there is any, and an
// order from order only if some neuron would flip (see the package documentation).
func (d *Dynamics) Cycle(noise, order *rng.Stream) []int32 {
	d.flipped = d.flipped[:0]
	z := d.normals
	if d.noisy {
		noise.FillNorm(z[d.lo:d.hi])
	}
	if d.still(z) {
		return nil
	}
	s := &d.state
	for _, i := range d.shuffle(order) {
		if d.wants(int(i), z) != s.active[i] {
			d.Flip(int(i))
			d.flipped = append(d.flipped, i)
		}
	}
	return d.flipped
}

// still reports whether no neuron would flip as things stand.
func (d *Dynamics) still(z []float64) bool {
	active := d.state.active[d.lo:d.hi]
	sd, z := d.sd[d.lo:d.hi][:len(active)], z[d.lo:d.hi][:len(active)]
	for i, f := range d.state.fields[d.lo:d.hi][:len(active)] {
		if (f+float64(sd[i]*z[i]) > 0) != active[i] {
			return false
		}
	}
	return true
}

// wants reports whether neuron i would be active after an update.
func (d *Dynamics) wants(i int, z []float64) bool {
	return d.state.fields[i]+float64(d.sd[i]*z[i]) > 0
}

// shuffle draws a uniform order of the neurons (Fisher and Yates).
func (d *Dynamics) shuffle(s *rng.Stream) []int32 {
	order := d.order[:d.hi-d.lo]
	for i := range order {
		order[i] = int32(d.lo + i)
	}
	for i := len(order) - 1; i > 0; i-- {
		j := s.IntN(i + 1)
		order[i], order[j] = order[j], order[i]
	}
	return order
}
