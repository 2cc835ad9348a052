package scheduler

import (
	"math"
	"time"
)

// pace measures how long a unit of cost takes. Old measurements fade once a minute of work is known.
type pace struct{ seconds, units float64 }

func (p *pace) add(seconds, units float64) {
	if !(seconds >= 0) || math.IsInf(seconds, 1) {
		return
	}
	p.seconds += seconds
	p.units += units
	if p.seconds > 60 {
		p.seconds /= 2
		p.units /= 2
	}
}

// perUnit returns seconds a unit, 0 if nothing is known.
func (p *pace) perUnit() float64 {
	if p.units == 0 {
		return 0
	}
	return math.Max(p.seconds/p.units, 1e-9)
}

// rate is an exponentially weighted number of tasks, or of units of cost, a second.
type rate struct {
	at     time.Duration
	count  float64
	value  float64 // weighted sum
	weight float64 // what a constant rate of 1 would have given, so that the start is not biased to 0
	known  bool
}

const (
	rateWindow = 20 * time.Second // time constant of the weights
	rateStep   = 500 * time.Millisecond
)

func (r *rate) sample(now time.Duration, count float64) {
	if !r.known || count < r.count { // a retry takes tasks out of quarantine
		*r = rate{at: now, count: count, value: r.value, weight: r.weight, known: true}
		return
	}
	dt := now - r.at
	if dt < rateStep {
		return
	}
	keep := math.Exp(-dt.Seconds() / rateWindow.Seconds())
	r.value = keep*r.value + (1-keep)*(count-r.count)/dt.Seconds()
	r.weight = keep*r.weight + (1 - keep)
	r.at, r.count = now, count
}

func (r *rate) perSecond() float64 {
	if r.weight == 0 {
		return 0
	}
	return r.value / r.weight
}
