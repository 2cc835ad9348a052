package page

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// Many figures share one easel: one is drawn at a time, new ones take half of the time, those drawn again a quarter.
func TestEasel(t *testing.T) {
	t.Parallel()
	for _, again := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			e, start := newEasel(), time.Now()
			var all sync.WaitGroup
			busy := 0 // the turn guards it
			for range 10 {
				all.Go(func() {
					took, err := e.draw(t.Context(), again, func(context.Context) error {
						if busy++; busy != 1 {
							t.Error("two are drawn at once")
						}
						time.Sleep(time.Second)
						busy--
						return nil
					})
					if took != time.Second || err != nil {
						t.Errorf("%v, %v", took, err)
					}
				})
			}
			all.Wait()
			want := 10*time.Second + 9*time.Second*firstRest
			if again {
				want = 10*time.Second + 9*time.Second*againRest
			}
			if took := time.Since(start); took != want {
				t.Errorf("ten drawings (again %v) took %v, want %v", again, took, want)
			}
		})
	}
}

// Who leaves while waiting gives way; an error is handed on.
func TestEaselEnds(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		e := newEasel()
		broken := errors.New("broken")
		if _, err := e.draw(t.Context(), false, func(context.Context) error { time.Sleep(time.Minute); return broken }); !errors.Is(err, broken) {
			t.Errorf("got %v", err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if _, err := e.draw(ctx, true, func(context.Context) error { t.Error("drawn for nobody"); return nil }); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("a visitor who left: %v", err)
		}
	})
}
