package oldbalance

import (
	"context"
	"fmt"
	"math"
	"math/bits"

	"gardner/core/rng"
)

// MinSpikes is the least number of spikes of a neuron whose intervals count: fewer
// say little about their variation.
const MinSpikes = 10

// Seen is what was observed of the two populations in a time. A spike is a
// change from silent to active.
type Seen struct {
	Rate     [2]float64   // mean activity m_k over neurons and time
	Neurons  [2][]float64 // rate of each neuron: fraction of the time it was active
	Quenched [2]float64   // q_k, mean over neurons of the product of the rates in the first and the second half of the time
	DriveExc [2]float64   // mean input of a neuron from outside and the E population
	DriveInh [2]float64   // mean input of a neuron from the I population

	CV        [2]float64 // mean coefficient of variation of intervals between spikes; NaN without neurons that count
	Irregular [2]int     // neurons with at least MinSpikes spikes, whose CV is averaged

	Autocorrelation [2][]float64 // mean over neurons and time of x(t) x(t+lag), at the lags asked for
}

// neuron is the history of one neuron in the time observed.
type neuron struct {
	since       float64    // when it became active
	on          [2]float64 // time active in either half
	spikes      int
	last        float64 // spike
	sum, square float64 // of intervals
}

// watch collects what happens in a time.
type watch struct {
	begin, middle float64
	neurons       [2][]neuron
	out           [2][2]float64 // active out-connections onto k from l, now
	driven        [2][2]float64 // their integral over time up to since
	since         [2]float64    // by source population
}

func newWatch(n *Network, duration float64) *watch {
	w := &watch{begin: n.time, middle: n.time + float64(duration/2), since: [2]float64{n.time, n.time}}
	for l := range 2 {
		w.neurons[l] = make([]neuron, n.p.N)
		for i := range w.neurons[l] {
			w.neurons[l][i].since = n.time
			if n.Active(Population(l), i) {
				for k := range 2 {
					w.out[k][l] += float64(n.wiring.degree(k, l, i))
				}
			}
		}
	}
	return w
}

// flipped is called after each flip.
func (w *watch) flipped(n *Network, l, i int, active bool) {
	w.integrate(l, n.time)
	sign := -1.0
	u := &w.neurons[l][i]
	if active {
		sign = 1
		u.since = n.time
		if u.spikes > 0 {
			interval := n.time - u.last
			u.sum += interval
			u.square += float64(interval * interval)
		}
		u.spikes++
		u.last = n.time
	} else {
		w.active(u, n.time)
	}
	for k := range 2 {
		w.out[k][l] += float64(sign * float64(n.wiring.degree(k, l, i)))
	}
}

// active adds the time from u.since to now to the halves it lies in.
func (w *watch) active(u *neuron, now float64) {
	if first := math.Min(now, w.middle) - u.since; first > 0 {
		u.on[0] += first
	}
	if second := now - math.Max(u.since, w.middle); second > 0 {
		u.on[1] += second
	}
}

func (w *watch) integrate(l int, now float64) {
	for k := range 2 {
		w.driven[k][l] += float64(w.out[k][l] * (now - w.since[l]))
	}
	w.since[l] = now
}

// Observe runs the network for a time and returns what was seen. The states at
// times step apart are compared for the autocorrelation, lags being counted in
// steps. Which lags are asked for does not change anything else. The error is a
// *ParamError: the time and step must be positive, and lags from 0 to below
// duration/step.
func (n *Network) Observe(ctx context.Context, s *rng.Stream, duration, step float64, lags []int) (*Seen, error) {
	if !(duration > 0 && duration <= math.MaxFloat64) {
		return nil, &ParamError{"duration", duration, "a positive time"}
	}
	if !(step > 0 && step <= math.MaxFloat64) {
		return nil, &ParamError{"step", step, "a positive time"}
	}
	for _, lag := range lags {
		if lag < 0 || !(float64(lag)*step < duration) {
			return nil, &ParamError{"lag", float64(lag), fmt.Sprintf("0 to below the time observed, %v steps", duration/step)}
		}
	}
	n.watch = newWatch(n, duration)
	defer func() { n.watch = nil }()
	film := newFilm(lags)
	begin := n.time
	for k := 0; len(lags) > 0 && float64(step*float64(k)) < duration; k++ {
		if err := n.until(ctx, s, begin+float64(step*float64(k))); err != nil {
			return nil, err
		}
		film.take(n)
	}
	if err := n.until(ctx, s, begin+duration); err != nil {
		return nil, err
	}
	seen := n.watch.seen(n, duration)
	seen.Autocorrelation = film.correlation(n.p.N)
	return seen, nil
}

// seen sums up a watch at its end.
func (w *watch) seen(n *Network, duration float64) *Seen {
	r := &Seen{}
	N := float64(n.p.N)
	for l := range 2 {
		w.integrate(l, n.time)
		r.Neurons[l] = make([]float64, n.p.N)
		cv := 0.0
		for i := range w.neurons[l] {
			u := &w.neurons[l][i]
			if n.Active(Population(l), i) {
				w.active(u, n.time)
			}
			rate := (u.on[0] + u.on[1]) / duration
			r.Neurons[l][i] = rate
			r.Rate[l] += rate
			r.Quenched[l] += float64(4 * (u.on[0] / duration) * (u.on[1] / duration))
			if u.spikes >= MinSpikes {
				count := float64(u.spikes - 1)
				mean := u.sum / count
				variance := u.square/count - float64(mean*mean)
				cv += math.Sqrt(math.Max(0, variance)) / mean
				r.Irregular[l]++
			}
		}
		r.Rate[l] /= N
		r.Quenched[l] /= N
		r.CV[l] = cv / float64(r.Irregular[l])
	}
	for k := range 2 {
		mean := func(l int) float64 { return float64(n.strength[k][l] * w.driven[k][l] / (N * duration)) }
		r.DriveExc[k] = n.outside[k] + mean(0)
		r.DriveInh[k] = mean(1)
	}
	return r
}

// film holds the states at equal intervals for as long as the longest lag.
type film struct {
	lags  []int // in steps
	taken int
	ring  [][2][]uint64
	both  [2][]float64 // neurons active at both times, summed over pairs of times
	pairs []float64
}

func newFilm(lags []int) *film {
	f := &film{lags: lags, pairs: make([]float64, len(lags))}
	longest := 0
	for _, lag := range lags {
		longest = max(longest, lag)
	}
	f.ring = make([][2][]uint64, longest+1)
	for k := range 2 {
		f.both[k] = make([]float64, len(lags))
	}
	return f
}

// take remembers the present state and compares it with those before.
func (f *film) take(n *Network) {
	now := &f.ring[f.taken%len(f.ring)]
	for k := range 2 {
		now[k] = append(now[k][:0], n.active[k]...)
	}
	for i, lag := range f.lags {
		if lag > f.taken {
			continue
		}
		then := &f.ring[(f.taken-lag)%len(f.ring)]
		f.pairs[i]++
		for k := range 2 {
			f.both[k][i] += float64(together(now[k], then[k]))
		}
	}
	f.taken++
}

func (f *film) correlation(n int) (c [2][]float64) {
	for k := range 2 {
		for i, both := range f.both[k] {
			c[k] = append(c[k], both/(f.pairs[i]*float64(n)))
		}
	}
	return c
}

func count(a []uint64) (n int) {
	for _, w := range a {
		n += bits.OnesCount64(w)
	}
	return n
}

// together counts the bits set in both.
func together(a, b []uint64) (n int) {
	for i, w := range a {
		n += bits.OnesCount64(w & b[i])
	}
	return n
}
