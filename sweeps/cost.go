package sweeps

// maxCosted is how many points of a block are asked for their cost; of larger
// blocks an even sample is taken.
const maxCosted = 500

// CPUSeconds estimates what a block costs on one core, from its experiment's
// declared cost. It is a rough guess: rates measured while it runs are better.
func (p *Plan) CPUSeconds() float64 {
	points := p.perRep
	if points == 0 {
		return 0
	}
	step := (points + maxCosted - 1) / maxCosted
	sum, n := 0.0, 0
	for o := uint64(0); o < points; o += step {
		sum += p.Cost(o)
		n++
	}
	return sum / float64(n) * float64(p.tasks)
}
