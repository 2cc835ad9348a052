package data

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"sort"
	"strings"
)

// ReadFile reads an array from a file whose name ends in .npy, .csv, .tsv or
// .txt. The error is an *Error.
func ReadFile(path string) (*Array, error) { return readFile(path, nil) }

// typeWords are the words that cell type files may use.
func typeWords() map[string]float64 {
	return map[string]float64{
		"exc": 1, "excitatory": 1, "e": 1,
		"inh": -1, "inhibitory": -1, "i": -1,
	}
}

// ReadTypes reads cell types: a row or column of +1 or "exc", -1 or "inh", and
// 0 for a weight without constraint. The error is an *Error.
func ReadTypes(path string) ([]int8, error) {
	a, err := readFile(path, typeWords())
	if err != nil {
		return nil, err
	}
	return typesOf(a)
}

func typesOf(a *Array) ([]int8, error) {
	values, err := a.Flat("cell types")
	if err != nil {
		return nil, err
	}
	signs := make([]int8, len(values))
	for i, v := range values {
		if v != 1 && v != -1 && v != 0 {
			return nil, whole(a.File, "the type of cell %d is %v: it must be +1 or exc, -1 or inh, or 0", i, v)
		}
		signs[i] = int8(v)
	}
	return signs, nil
}

func readFile(path string, words map[string]float64) (*Array, error) {
	extension := strings.ToLower(filepath.Ext(path))
	switch extension {
	case ".npy", ".csv", ".tsv", ".txt":
	case ".npz":
		return nil, whole(path, "a .npz archive is not read: save one array with numpy.save as .npy")
	default:
		return nil, whole(path, "the format is not known: the name must end in .npy or .csv (or .tsv, .txt)")
	}
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, &Error{File: path, Offset: -1, Msg: "there is no such file", Err: err}
	}
	if err != nil {
		return nil, &Error{File: path, Offset: -1, Msg: "cannot be opened: " + reason(err), Err: err}
	}
	defer func() { _ = f.Close() }() // only read
	info, err := f.Stat()
	if err != nil {
		return nil, &Error{File: path, Offset: -1, Msg: "cannot be read: " + reason(err), Err: err}
	}
	if info.IsDir() {
		return nil, whole(path, "this is a folder, not a file")
	}
	size := int64(-1) // of a pipe, such as <(zcat x.npy.gz)
	if info.Mode().IsRegular() {
		size = info.Size()
	}
	if extension == ".npy" {
		return readNPY(path, f, Limits{}, words, size)
	}
	return readCSV(path, f, Limits{}, words)
}

// reason is an error of the file system without the path, which ours names.
func reason(err error) string {
	var path *fs.PathError
	if errors.As(err, &path) {
		return path.Err.Error()
	}
	return err.Error()
}

// wordList lists words for an error.
func wordList(words map[string]float64) string {
	list := make([]string, 0, len(words))
	for w := range words {
		list = append(list, w)
	}
	sort.Strings(list)
	return "a number or one of " + strings.Join(list, ", ")
}
