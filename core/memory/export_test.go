package memory

import "math"

// FieldDistance is the largest difference of the fields of a dynamics and a state.
func FieldDistance(d *Dynamics, s *State) float64 {
	off := 0.0
	for i, f := range s.fields {
		off = math.Max(off, math.Abs(f-d.state.fields[i]))
	}
	return off
}
