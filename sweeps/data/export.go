package data

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// Format names a file format by its extension.
type Format string

// The formats of exports.
const (
	NPY Format = "npy"
	CSV Format = "csv"
)

// Export is what leaves of a solved task. Nil fields are left out.
type Export struct {
	Weights  []float64 // physical, N values
	Theta    []float64 // canonical threshold, one value
	Patterns *Array    // P x N
	Labels   []float64 // P values
	Signs    []int8    // N values

	// Of a network, instead of Weights, Theta and Labels:
	Couplings  *Array    // trained weights, physical: row i onto neuron i
	Thresholds []float64 // of the neurons with couplings
	Drive      []float64 // P values: input from outside to all of them, in units of the threshold
	FromExc    *Array    // random couplings onto the inhibitory neurons, from the excitatory
	FromInh    *Array    // and from each other
}

// Write writes one file per field into dir, which it makes if need be, and
// returns their paths: weights, theta, patterns, labels, types, couplings,
// thresholds, drive, from_exc and from_inh with the format's extension. A file appears under its name when it is complete.
func (e Export) Write(dir string, format Format) ([]string, error) {
	if format != NPY && format != CSV {
		return nil, fmt.Errorf("unknown format %q: it is npy or csv", string(format))
	}
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return nil, fmt.Errorf("export: %w", err)
	}
	var signs []float64
	for _, g := range e.Signs {
		signs = append(signs, float64(g))
	}
	var paths []string
	for _, f := range []struct {
		name, column string
		array        *Array
	}{
		{"weights", "weight", column(e.Weights)},
		{"theta", "theta", column(e.Theta)},
		{"patterns", "", e.Patterns},
		{"labels", "label", column(e.Labels)},
		{"types", "type", column(signs)},
		{"couplings", "", e.Couplings},
		{"thresholds", "threshold", column(e.Thresholds)},
		{"drive", "drive", column(e.Drive)},
		{"from_exc", "", e.FromExc},
		{"from_inh", "", e.FromInh},
	} {
		if f.array == nil {
			continue
		}
		path := filepath.Join(dir, f.name+"."+string(format))
		err := writeFile(path, func(w io.Writer) error {
			switch {
			case format == NPY:
				return WriteNPY(w, f.array)
			case f.column != "":
				return WriteCSV(w, f.array, []string{f.column})
			}
			return WriteCSV(w, f.array, nil)
		})
		if err != nil {
			return paths, fmt.Errorf("export of %s: %w", f.name, err)
		}
		paths = append(paths, path)
	}
	return paths, nil
}

func column(values []float64) *Array {
	if len(values) == 0 {
		return nil
	}
	return Vector(values)
}

// writeFile writes beside path and renames, so that no reader meets half a file.
func writeFile(path string, write func(io.Writer) error) (err error) {
	f, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".*")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			_ = f.Close()
			_ = os.Remove(f.Name())
		}
	}()
	if err := write(f); err != nil {
		return err
	}
	if err := f.Chmod(0o644); err != nil {
		return err
	}
	if err := f.Close(); err != nil {
		return err
	}
	return os.Rename(f.Name(), path)
}
