package perceptron

// Workspace keeps the memory of a solver between solves. The zero value is ready; one solve at a time.
type Workspace struct {
	floats map[string][]float64
}

// take returns n floats kept under a name, not zeroed.
func (w *Workspace) take(name string, n int) []float64 {
	if w.floats == nil {
		w.floats = make(map[string][]float64)
	}
	s := w.floats[name]
	if cap(s) < n {
		s = make([]float64, n)
		w.floats[name] = s
	}
	return s[:n]
}
