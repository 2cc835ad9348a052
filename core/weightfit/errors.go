package weightfit

import "fmt"

// WeightError says which weight of a sample is none.
type WeightError struct {
	Index int // in the slice given, from 0; -1 for the detection threshold
	Value float64
	Want  string
}

func (e *WeightError) Error() string {
	if e.Index < 0 {
		return fmt.Sprintf("weightfit: the detection threshold is %v, it must be %s", e.Value, e.Want)
	}
	return fmt.Sprintf("weightfit: weight %d is %v, it must be %s", e.Index, e.Value, e.Want)
}

// SampleError says why a sample of sound weights determines no fit.
type SampleError struct {
	Silent, Active int
	Msg            string
}

func (e *SampleError) Error() string {
	return fmt.Sprintf("weightfit: %d silent and %d other weights: %s", e.Silent, e.Active, e.Msg)
}
