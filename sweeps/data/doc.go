// Package data reads and writes people's own data: patterns, labels and cell
// types of a data set, and the weights that come out of it.
//
//	set, err := data.Load("patterns.npy", "labels.csv", "types.csv")
//	st := set.Statistics()       // means, CVs, phi, lambda, correlations
//	key := set.Hash().String()   // of the content, whatever the files' format
//	neuron, cvExc, err := st.Neuron()
//	paths, err := data.Export{Weights: w, Theta: []float64{theta}}.Write("out", data.NPY)
//
// Patterns are P rows of N numbers, labels P times +1 or -1 (or 0 and 1, which
// is noted), cell types N times +1 or "exc", -1 or "inh", 0 for unconstrained.
//
// # Formats
//
// NPY, format versions 1.0 to 3.0: 1-D and 2-D arrays in C or Fortran order of
// float64, float32, int8 to int64, uint8 to uint64 and bool in either byte
// order; cell types may be strings. Written is version 1.0, float64.
//
// CSV: one row a line; comma, semicolon, tab or blanks between values; UTF-8
// with or without byte order mark; LF or CRLF. Lines that are empty or start
// with '#' are skipped, and so is a first line without any number, the header.
// Written numbers have as many digits as give the same float64 back.
//
// Every value must be finite. Mistakes are *Error values that say where: byte
// offset, or line and column. Files may come from anyone: what a header claims
// is never believed before the bytes are there, and Limits bounds the size.
package data
