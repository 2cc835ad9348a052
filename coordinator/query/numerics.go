package query

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"gardner/sweeps"
)

// Numerics lists the fingerprints of the workers that computed the results of blocks and of those they rest on.
func Numerics(src Source, ids []sweeps.BlockID) ([]string, error) {
	all := map[string]bool{}
	add := func(id sweeps.BlockID) error {
		known, err := src.Numerics(id)
		for _, f := range known {
			all[f] = true
		}
		return err
	}
	stored := src.Blocks()
	for _, id := range ids {
		if err := add(id); err != nil {
			return nil, err
		}
		b, err := src.Block(id)
		if err != nil {
			return nil, err
		}
		for _, other := range stored {
			if slices.Contains(ids, other.ID) {
				continue
			}
			if _, ok := sweeps.Overlap(b, other.Block); ok {
				if err := add(other.ID); err != nil {
					return nil, err
				}
			}
		}
	}
	return slices.Sorted(maps.Keys(all)), nil
}

// Mixed says that results of several numerics are mixed; empty: they are not.
func Mixed(numerics []string) string {
	if len(numerics) < 2 {
		return ""
	}
	return fmt.Sprintf("workers of %d numerics fingerprints (%s) computed these results: they agree within 1e-6, not to the bit",
		len(numerics), strings.Join(numerics, ", "))
}

func (s *scope) ids() (out []sweeps.BlockID) {
	for _, b := range s.blocks {
		out = append(out, b.id)
	}
	return out
}
