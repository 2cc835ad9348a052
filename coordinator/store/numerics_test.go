package store

import (
	"strings"
	"testing"
)

func TestNumericsOfResults(t *testing.T) {
	t.Parallel()
	path := temp(t)
	s := open(t, path, Options{})
	id, other := add(t, s, testBlock(t, 1, 10)), add(t, s, testBlock(t, 2, 10))
	put := func(numerics string, r Result) {
		t.Helper()
		told := make(chan error)
		s.AppendFrom(numerics, []Result{r}, func(_ []Outcome, err error) { told <- err })
		if err := <-told; err != nil {
			t.Fatal(err)
		}
	}
	put("f", result(id, 0))
	put("g", result(id, 0)) // the same again: nothing of g is stored
	put("", result(id, 1))
	put("h", result(other, 0))
	want := func(s *Store, numerics string) {
		t.Helper()
		if got, err := s.Numerics(id); err != nil || strings.Join(got, " ") != numerics {
			t.Errorf("numerics %v, %v; want %s", got, err, numerics)
		}
	}
	want(s, "f")
	put("g", result(id, 2))
	want(s, "f g")
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	s = open(t, path, Options{})
	want(s, "f g")
	into := open(t, temp(t), Options{})
	for range 2 {
		if _, err := into.Merge(t.Context(), s); err != nil {
			t.Fatal(err)
		}
		want(into, "f g")
	}
}
