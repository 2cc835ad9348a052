package query

import "math"

// Partial aggregates of neighbouring ranges of a plan are merged in plan order. Where
// a sweep is cut is fixed by its plan and the query, so the bits of the output depend
// neither on the order in which results arrived nor on what was cached.

// merge adds values that come after those of m (Chan, Golub and LeVeque 1979).
func (m *moments) merge(o *moments) {
	switch {
	case o.n == 0:
		return
	case m.n == 0:
		*m = *o
		return
	}
	n := float64(m.n) + float64(o.n)
	d := o.mean - m.mean
	m.mean += float64(d * (float64(o.n) / n))
	m.m2 += o.m2 + float64(d*float64(d*(float64(m.n)*(float64(o.n)/n))))
	m.n += o.n
	t := m.sum + o.sum
	if math.Abs(m.sum) >= math.Abs(o.sum) {
		m.rest += (m.sum - t) + o.sum
	} else {
		m.rest += (o.sum - t) + m.sum
	}
	m.sum = t
	m.rest += o.rest
	m.minV, m.maxV = math.Min(m.minV, o.minV), math.Max(m.maxV, o.maxV)
}

// merge adds values that come after those of q; both keep k values a level.
func (q *quantile) merge(o *quantile) {
	for l := range o.levels {
		if l == len(q.levels) {
			q.levels, q.odd = append(q.levels, nil), append(q.odd, false)
		}
		q.levels[l] = append(q.levels[l], o.levels[l]...)
		q.odd[l] = q.odd[l] != o.odd[l]
	}
	for l := 0; l < len(q.levels); l++ {
		if len(q.levels[l]) > q.k {
			q.compact(l)
		}
		// What merging has made room for is not needed until the next merge, and there are many groups.
		if v := q.levels[l]; cap(v) > len(v)+len(v)/4+8 {
			q.levels[l] = append(make([]float64, 0, len(v)), v...)
		}
	}
}

func (a *numberAcc) merge(o accumulator) {
	b := o.(*numberAcc)
	a.m.merge(&b.m)
	a.q.merge(&b.q)
}

func (a *countAcc) merge(o accumulator) {
	b := o.(*countAcc)
	switch {
	case b.trials == 0:
	case a.trials == 0:
		a.min, a.max = b.min, b.max
	default:
		a.min, a.max = math.Min(a.min, b.min), math.Max(a.max, b.max)
	}
	a.n, a.k, a.trials = a.n+b.n, a.k+b.k, a.trials+b.trials
}

func (a *vectorAcc) merge(o accumulator) {
	b := o.(*vectorAcc)
	for len(a.elements) < len(b.elements) {
		a.elements = append(a.elements, numberAcc{q: quantile{k: a.exact}})
	}
	for i := range b.elements {
		a.elements[i].merge(&b.elements[i])
	}
}

func (a *histogramAcc) merge(o accumulator) {
	b := o.(*histogramAcc)
	a.n, a.samples = a.n+b.n, a.samples+b.samples
	for len(a.bins) < len(b.bins) {
		a.bins = append(a.bins, 0)
	}
	for i, x := range b.bins {
		a.bins[i] += x
	}
}

// merge adds a group of the same code that comes after g.
func (g *group) merge(o *group) {
	for i := range g.accs {
		g.accs[i].merge(o.accs[i])
	}
	g.sound += o.sound
	g.infeasible += o.infeasible
	g.undefined += o.undefined
	if o.points.more {
		g.points = pointSet{more: true}
	}
	for _, id := range o.points.ids {
		g.points.add(id)
	}
	for i := range g.bins {
		for j := range g.bins[i] {
			g.bins[i][j].sum += o.bins[i][j].sum
			g.bins[i][j].n += o.bins[i][j].n
		}
	}
}

// merge adds the groups of a later range; those that are new here are taken over, and o is of no more use.
func (gs *groups) merge(o *groups) {
	for _, g := range o.all {
		taken := false
		mine := gs.find(g.code, func(uint64) *group {
			taken = true
			return g
		})
		if !taken {
			mine.merge(g)
		}
	}
}
