package query

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"

	"gardner/sweeps"
)

// Format is how a result is written.
type Format string

// The formats.
const (
	TableFormat Format = "table"
	CSV         Format = "csv"
	JSON        Format = "json"
	NDJSON      Format = "ndjson"
	Parquet     Format = "parquet"
)

// Formats lists them.
var formats = []Format{TableFormat, CSV, JSON, NDJSON, Parquet}

// ParseFormat reads the name of a format.
func ParseFormat(name string) (Format, error) {
	if f := Format(strings.ToLower(name)); slices.Contains(formats, f) {
		return f, nil
	}
	names := make([]string, len(formats))
	for i, f := range formats {
		names[i] = string(f)
	}
	msg := fmt.Sprintf("unknown format %q: it is one of %s", name, strings.Join(names, ", "))
	if best, ok := sweeps.Nearest(name, names); ok {
		msg += fmt.Sprintf("; did you mean %q?", best)
	}
	return "", &InputError{"format", msg}
}

// MediaType is the format's MIME type.
func (f Format) MediaType() string {
	switch f {
	case CSV:
		return "text/csv; charset=utf-8"
	case JSON:
		return "application/json"
	case NDJSON:
		return "application/x-ndjson"
	case Parquet:
		return "application/vnd.apache.parquet"
	default:
		return "text/plain; charset=utf-8"
	}
}

// Write computes a result and writes it row by row. After an error the output is
// incomplete.
func Write(ctx context.Context, w io.Writer, r *Result, f Format) error {
	if f == Parquet {
		return writeParquet(ctx, w, r)
	}
	b := bufio.NewWriterSize(w, 1<<16)
	var err error
	switch f {
	case TableFormat:
		err = writeTable(ctx, b, r)
	case CSV:
		err = writeCSV(ctx, b, r)
	case JSON, NDJSON:
		err = writeJSON(ctx, b, r, f == NDJSON)
	default:
		return &InputError{"format", fmt.Sprintf("unknown format %q", f)}
	}
	if err != nil {
		return err
	}
	return b.Flush()
}

// appendNumber writes the shortest decimal that gives x back: plain between 1e-6
// and 1e21, with an exponent outside; inf and -inf.
func appendNumber(dst []byte, x float64) []byte {
	switch a := math.Abs(x); {
	case math.IsInf(x, 1):
		return append(dst, "inf"...)
	case math.IsInf(x, -1):
		return append(dst, "-inf"...)
	case a != 0 && (a < 1e-6 || a >= 1e21):
		return strconv.AppendFloat(dst, x, 'e', -1, 64)
	}
	return strconv.AppendFloat(dst, x, 'f', -1, 64)
}

// empty reports whether a field has no value in a column of that kind.
func (f *Field) empty(k Kind) bool {
	return !f.Valid || k == Float && math.IsNaN(f.Num)
}

// appendPlain writes a field as a cell of text.
func appendPlain(dst []byte, k Kind, f *Field) []byte {
	if f.empty(k) {
		return dst
	}
	switch k {
	case Float:
		return appendNumber(dst, f.Num)
	case Int:
		return strconv.AppendInt(dst, f.Int, 10)
	case Uint:
		return strconv.AppendUint(dst, uint64(f.Int), 10)
	case Bool:
		return strconv.AppendBool(dst, f.Int != 0)
	case Vector:
		return appendVector(dst, f.Vec)
	default:
		return append(dst, f.Text...)
	}
}

// appendVector writes a JSON array.
func appendVector(dst []byte, v []float64) []byte {
	dst = append(dst, '[')
	for i, x := range v {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = appendJSONNumber(dst, x)
	}
	return append(dst, ']')
}

func appendJSONNumber(dst []byte, x float64) []byte {
	switch {
	case math.IsNaN(x):
		return append(dst, "null"...)
	case math.IsInf(x, 0):
		return append(appendNumber(append(dst, '"'), x), '"')
	}
	return appendNumber(dst, x)
}
