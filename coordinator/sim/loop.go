package sim

import "time"

// loop is a fake clock with a queue of what is due. Events of the same moment run in the order they were made, so a
// seed always gives the same run.
type loop struct {
	now   time.Duration // true time, which no process sees
	heap  []due
	order uint64
	steps int
}

type due struct {
	at    time.Duration
	order uint64
	run   func()
}

func (a *due) before(b *due) bool { return a.at < b.at || a.at == b.at && a.order < b.order }

// after runs f when d has passed.
func (l *loop) after(d time.Duration, f func()) {
	l.order++
	l.heap = append(l.heap, due{l.now + max(d, 0), l.order, f})
	h := l.heap
	for i := len(h) - 1; i > 0; {
		up := (i - 1) / 2
		if !h[i].before(&h[up]) {
			return
		}
		h[i], h[up] = h[up], h[i]
		i = up
	}
}

// step runs the next event; false if there is none.
func (l *loop) step() bool {
	n := len(l.heap) - 1
	if n < 0 {
		return false
	}
	h := l.heap
	next := h[0]
	h[0] = h[n]
	h[n] = due{}
	h = h[:n]
	l.heap = h
	for i := 0; ; {
		least := i
		for c := 2*i + 1; c <= 2*i+2 && c < n; c++ {
			if h[c].before(&h[least]) {
				least = c
			}
		}
		if least == i {
			break
		}
		h[i], h[least] = h[least], h[i]
		i = least
	}
	l.now = next.at
	l.steps++
	next.run()
	return true
}

// process is something that can be killed and stopped. What happens to it while it is stopped (SIGSTOP, a suspended
// laptop) happens when it goes on: timers that are due and messages that wait, each in their order, the ones before
// the others as chance will have it.
type process struct {
	dead, stopped    bool
	timers, messages []func()
}

// timer runs f in the process's time.
func (p *process) timer(f func()) {
	switch {
	case p.dead:
	case p.stopped:
		p.timers = append(p.timers, f)
	default:
		f()
	}
}

// message runs f, which takes in a message.
func (p *process) message(f func()) {
	switch {
	case p.dead:
	case p.stopped:
		p.messages = append(p.messages, f)
	default:
		f()
	}
}

// resume lets a stopped process go on.
func (p *process) resume(l *loop, timersFirst bool) {
	p.stopped = false
	first, then := p.messages, p.timers
	if timersFirst {
		first, then = then, first
	}
	p.timers, p.messages = nil, nil
	for _, f := range append(first, then...) {
		l.after(0, func() { p.timer(f) })
	}
}
