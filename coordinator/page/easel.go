package page

import (
	"context"
	"sync"
	"time"
)

// easel is where figures and tables are made, one at a time. All together take no more than a share of the time, so that
// many visitors who look at different things slow the drawing down, not the coordinator.
type easel struct {
	turn  chan struct{} // holds a token while somebody draws
	mu    sync.Mutex    // guards ended and took
	ended time.Time     // when something was made last
	took  time.Duration // how long that took
}

const (
	// A figure rests for so many times what it took, a tenth of the time then is its own; but no longer than maxRest, for
	// the first drawing of a large sweep reads all of it and those after it only what is new.
	restFactor = 9
	maxRest    = 30 * time.Second
	// All together take half of the time at most while there are some that nobody has seen yet, else a quarter.
	firstRest, againRest = 1, 3
)

func newEasel() *easel { return &easel{turn: make(chan struct{}, 1)} }

// draw runs fn when it is its turn, and returns what it took. again says that there is an older one to look at meanwhile.
func (e *easel) draw(ctx context.Context, again bool, fn func(ctx context.Context) error) (time.Duration, error) {
	for {
		select {
		case e.turn <- struct{}{}:
		case <-ctx.Done():
			return 0, ctx.Err()
		}
		wait := e.rests(again)
		if wait <= 0 {
			break
		}
		<-e.turn // let first drawings through meanwhile
		select {
		case <-time.After(wait):
		case <-ctx.Done():
			return 0, ctx.Err()
		}
	}
	defer func() { <-e.turn }()
	start := time.Now()
	err := fn(ctx)
	took := time.Since(start)
	e.mu.Lock()
	defer e.mu.Unlock()
	e.ended, e.took = time.Now(), took
	return took, err
}

// rests is for how long nothing is made, or made again.
func (e *easel) rests(again bool) time.Duration {
	e.mu.Lock()
	defer e.mu.Unlock()
	rest := firstRest * e.took
	if again {
		rest = againRest * e.took
	}
	return time.Until(e.ended.Add(rest))
}
