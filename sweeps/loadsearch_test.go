package sweeps

import (
	"errors"
	"testing"

	"pgregory.net/rapid"
)

func TestLargestLoad(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		most := rapid.IntRange(0, 200).Draw(t, "most")
		first := rapid.IntRange(-1, 300).Draw(t, "first")
		want := rapid.IntRange(0, 250).Draw(t, "largest")
		tries := map[int]bool{}
		got, err := largestLoad(first, most, func(n int) (bool, error) {
			if n < 1 || n > most || tries[n] {
				t.Fatalf("tries %d of 1 to %d, or twice", n, most)
			}
			tries[n] = true
			return n <= want, nil
		})
		if err != nil || got != min(want, most) {
			t.Fatalf("%d, %v; want %d", got, err, min(want, most))
		}
		if len(tries) > 70 {
			t.Fatalf("%d tries", len(tries))
		}
	})
	sick := errors.New("sick")
	if _, err := largestLoad(3, 10, func(int) (bool, error) { return false, sick }); !errors.Is(err, sick) {
		t.Errorf("error %v", err)
	}
}
