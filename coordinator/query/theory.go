package query

import (
	"math"
	"slices"
	"strings"

	"gardner/sweeps"
)

// theoryColumn is one theory column and its z; several metrics may have a curve
// of that name.
type theoryColumn struct {
	suffix string // "" or "_finite_n": columns theory+suffix, z+suffix
	of     map[int]func(sweeps.Point) float64
	mass   map[int]func(p sweeps.Point, lo, hi float64) float64 // of histograms
	limit  map[int]bool                                         // metrics of which it is a bound: there is no z
}

// theories gives each curve of the selected metrics its column: the name without
// punctuation, "theory" standing for itself.
func theories(e *sweeps.Experiment, list []sweeps.Metric, metrics []int) []theoryColumn {
	var out []theoryColumn
	for _, m := range metrics {
		for i := range e.Theory {
			th := &e.Theory[i]
			kind := list[m].Kind
			if th.Metric != list[m].Name || kind == sweeps.MetricVector || kind == sweeps.MetricHistogram && th.Mass == nil {
				continue
			}
			suffix := theorySuffix(th.Name)
			at := -1
			for j := range out {
				if out[j].suffix == suffix {
					at = j
				}
			}
			if at < 0 {
				at = len(out)
				out = append(out, theoryColumn{suffix, map[int]func(sweeps.Point) float64{}, map[int]func(p sweeps.Point, lo, hi float64) float64{}, map[int]bool{}})
			}
			out[at].limit[m] = th.Limit
			if th.Mass != nil {
				out[at].mass[m] = th.Mass
			} else {
				out[at].of[m] = th.Eval
			}
		}
	}
	return out
}

// theorySuffix turns "theory (finite N)" and "finite-N theory" into "_finite_n" and "theory" into "".
func theorySuffix(name string) string {
	words := strings.FieldsFunc(strings.ToLower(name), func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < '0' || r > '9')
	})
	words = slices.DeleteFunc(words, func(w string) bool { return w == "theory" })
	if len(words) == 0 {
		return ""
	}
	return "_" + strings.Join(words, "_")
}

// maxPoints is how many different points of one group are looked at for a common
// prediction.
const maxPoints = 64

// pointID names a point of the sweep: a block, an outer point of it, an inner row.
type pointID struct {
	block int
	outer uint64
	row   int
}

// pointSet is the set of a group's points, up to maxPoints of them.
type pointSet struct {
	ids  []pointID
	more bool
}

// add reports whether the point is new.
func (p *pointSet) add(id pointID) bool {
	if p.more {
		return false
	}
	for i := len(p.ids) - 1; i >= 0; i-- {
		if p.ids[i] == id {
			return false
		}
	}
	if len(p.ids) == maxPoints {
		p.ids, p.more = nil, true
		return false
	}
	p.ids = append(p.ids, id)
	return true
}

// predict returns what a curve says about a group: NaN if it is undefined or
// differs between the group's points.
func (s *scope) predict(eval func(sweeps.Point) float64, set *pointSet) float64 {
	if set.more || len(set.ids) == 0 {
		return math.NaN()
	}
	common := math.NaN()
	for i, id := range set.ids {
		x := s.predictAt(eval, id)
		if i > 0 && x != common {
			return math.NaN()
		}
		common = x
	}
	return common
}

func (s *scope) predictAt(eval func(sweeps.Point) float64, id pointID) float64 {
	sb := s.blocks[id.block]
	outer, _ := sb.plan.Outer(id.outer)
	return eval(sb.plan.At(outer, id.row))
}

// predictDifference is predict for pairs of points: others[i] belongs to the i-th of set.
func (s *scope) predictDifference(eval func(sweeps.Point) float64, set *pointSet, others []pointID) float64 {
	if set.more || len(set.ids) == 0 {
		return math.NaN()
	}
	common := math.NaN()
	for i, id := range set.ids {
		a, b := s.predictAt(eval, id), s.predictAt(eval, others[i])
		// Differences that are equal in theory may differ by rounding.
		if x := b - a; i == 0 {
			common = x
		} else if !(math.Abs(x-common) <= 1e-12*(math.Abs(a)+math.Abs(b))) {
			return math.NaN()
		}
	}
	return common
}

// score is how many standard errors a line lies above its prediction.
func score(kind sweeps.MetricKind, s *stats, theory float64) float64 {
	sem := s.sem
	if !s.robust && (kind == sweeps.MetricCount || kind == sweeps.MetricHistogram) {
		sem = math.Sqrt(float64(theory*(1-theory)) / s.trials)
	}
	if !(sem > 0) {
		return math.NaN()
	}
	return (s.mean - theory) / sem
}
