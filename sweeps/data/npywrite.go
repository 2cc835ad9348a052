package data

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"io"
	"math"
	"strings"
)

// WriteNPY writes an array in NPY format 1.0 as little-endian float64 in C
// order. The error is w's, or an
// *Error that wraps ErrNotFinite.
func WriteNPY(w io.Writer, a *Array) error {
	if err := a.finite(); err != nil {
		return err
	}
	shape := []int64{int64(a.Rows), int64(a.Cols)}[:a.Dims]
	head := fmt.Sprintf("{'descr': '<f8', 'fortran_order': False, 'shape': %s, }", shapeText(shape))
	// Magic, version, length and header end with a newline at a multiple of 64.
	const before = len(npyMagic) + 4
	head += strings.Repeat(" ", 63-(before+len(head))%64) + "\n"
	out := bufio.NewWriterSize(w, 1<<16)
	out.WriteString(npyMagic + "\x01\x00")
	out.Write(binary.LittleEndian.AppendUint16(nil, uint16(len(head))))
	out.WriteString(head)
	var item [8]byte
	for _, v := range a.Values {
		binary.LittleEndian.PutUint64(item[:], math.Float64bits(v))
		out.Write(item[:])
	}
	return out.Flush() // holds the first error of all writes
}

// finite refuses what the readers would.
func (a *Array) finite() error {
	for k, v := range a.Values {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			e := whole(a.File, "%s is %v: it must be finite", itemName(a, k, false), v)
			e.Err = ErrNotFinite
			return e
		}
	}
	return nil
}
