package spiking

import (
	"slices"

	"gardner/core/psp"
)

// Merge replaces train by all spikes of the presentation in the order of time; those of
// the noise come from afferents numbered from offset on.
func (v *Windows) Merge(k *psp.Kernel, offset int, train *psp.Train) {
	type spike struct {
		time     float64
		afferent int32
	}
	var all []spike
	for j, at := range v.train.Time {
		all = append(all, spike{at, v.train.Afferent[j]})
	}
	for i, u := range v.drawn {
		all = append(all, spike{v.time(u), int32(offset + i)})
	}
	slices.SortFunc(all, func(a, b spike) int {
		switch {
		case a.time < b.time:
			return -1
		case a.time > b.time:
			return 1
		}
		return int(a.afferent) - int(b.afferent)
	})
	train.Time, train.Afferent = make([]float64, len(all)), make([]int32, len(all))
	for j, s := range all {
		train.Time[j], train.Afferent[j] = s.time, s.afferent
	}
	train.Prepare(k)
}
