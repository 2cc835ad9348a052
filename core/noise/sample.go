package noise

import (
	"context"
	"fmt"
	"math"

	"gardner/core/rng"
)

// SampleRectified counts the errors of neurons whose noisy inputs cannot be
// negative: each of trials presentations of each pattern draws
// V = sum_i w_i max(0, x_i + In n_i) + Out n. It returns the number wrong of
// errors among total = P trials presentations, an estimate of the error
// probability with standard error sqrt(p (1-p)/total). Inputs of weight 0 draw no
// noise. An x_i < 0 counts as 0 even without noise. It stops with ctx's error; it
// panics if m is not valid or trials < 0.
func (n *Neuron) SampleRectified(ctx context.Context, s *rng.Stream, m Magnitude, trials int) (wrong, total int64, err error) {
	if err := m.Validate(); err != nil {
		panic(err)
	}
	if trials < 0 {
		panic(fmt.Sprintf("noise: %d trials", trials))
	}
	N := len(n.weights)
	var live []int // afferents with a weight
	for i, w := range n.weights {
		if w != 0 {
			live = append(live, i)
		}
	}
	w, x, z := make([]float64, len(live)), make([]float64, len(live)), make([]float64, len(live)+1)
	for k, i := range live {
		w[k] = n.weights[i]
	}
	for mu := range n.labels {
		if err := ctx.Err(); err != nil {
			return wrong, total, err
		}
		for k, i := range live {
			x[k] = n.x[mu*N+i]
		}
		for range trials {
			s.FillNorm(z)
			field := n.offsets[mu] + float64(m.Out*z[len(live)])
			for k, xk := range x {
				field = math.FMA(w[k], math.Max(0, math.FMA(m.In, z[k], xk)), field)
			}
			if n.errs(mu, field) {
				wrong++
			}
			total++
		}
	}
	return wrong, total, nil
}
