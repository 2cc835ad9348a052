package oldbalance

import (
	"context"
	"math"

	"gardner/core/rng"
)

// Response is what follows a step of the activity outside: the mean activities
// before it, at times 0, Step, 2 Step, ... after it, and long after, which is the
// mean over the second half of these times.
type Response struct {
	Step          float64
	Before, After [2]float64
	Curve         [2][]float64
}

// HalfRise returns the time after the step at which the activity of population k is
// first half way from Before to After, linearly between two points; NaN if it never
// is, or if there is no difference.
func (r *Response) HalfRise(k Population) float64 {
	half, rise := float64((r.Before[k]+r.After[k])/2), r.After[k]-r.Before[k]
	if rise == 0 {
		return math.NaN()
	}
	curve := r.Curve[k]
	for i, v := range curve {
		if (v < half) == (rise > 0) && v != half {
			continue
		}
		if i == 0 {
			return 0
		}
		between := (half - curve[i-1]) / (v - curve[i-1])
		return float64(r.Step*float64(i-1)) + float64(r.Step*between)
	}
	return math.NaN()
}

// Settle sets After from Curve.
func (r *Response) Settle() {
	for k := range 2 {
		late := r.Curve[k][len(r.Curve[k])/2:]
		r.After[k] = 0
		for _, v := range late {
			r.After[k] += v / float64(len(late))
		}
	}
}

// Respond steps the activity outside from M0 to to, trials times, and averages the
// activities. Before each trial the network runs for times*step at M0, of which the
// second half gives Before. It panics unless step > 0, times > 1, trials > 0.
func (n *Network) Respond(ctx context.Context, s *rng.Stream, to, step float64, times, trials int) (*Response, error) {
	if !(step > 0) || times < 2 || trials < 1 {
		panic("oldbalance: a response needs a time step, two times and a trial")
	}
	r := &Response{Step: step}
	for k := range 2 {
		r.Curve[k] = make([]float64, times)
	}
	from := n.p.M0
	defer n.SetOutside(from)
	for range trials {
		if err := n.Run(ctx, s, step*float64(times/2)); err != nil {
			return nil, err
		}
		rest := times - times/2
		for range rest {
			if err := n.Run(ctx, s, step); err != nil {
				return nil, err
			}
			for k := range Population(2) {
				r.Before[k] += n.Activity(k) / float64(trials*rest)
			}
		}
		n.SetOutside(to)
		for i := range times {
			if i > 0 {
				if err := n.Run(ctx, s, step); err != nil {
					return nil, err
				}
			}
			for k := range Population(2) {
				r.Curve[k][i] += n.Activity(k) / float64(trials)
			}
		}
		n.SetOutside(from)
	}
	r.Settle()
	return r, nil
}
