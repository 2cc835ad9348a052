package data

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"
)

const (
	npyMagic = "\x93NUMPY"
	// maxHeader is far above the 128 bytes that one array needs.
	maxHeader = 1 << 16
)

// ReadNPY reads one array in NPY format. name is for errors only, which are
// *Error with the byte offset.
func ReadNPY(name string, r io.Reader, limits Limits) (*Array, error) {
	return readNPY(name, r, limits, nil, -1)
}

// readNPY: words as in elementOf; size is that of the file, -1 if unknown.
func readNPY(name string, r io.Reader, limits Limits, words map[string]float64, size int64) (*Array, error) {
	n := &npyReader{name: name, r: r, limits: limits.resolved(), size: size}
	h, err := n.header()
	if err != nil {
		return nil, err
	}
	e, wrong := elementOf(h.descr, words)
	if wrong != "" {
		return nil, n.fail(8, "%s", wrong)
	}
	a, err := n.shaped(h.shape)
	if err != nil {
		return nil, err
	}
	if err := n.values(a, e, h.fortran && a.Dims == 2); err != nil {
		return nil, err
	}
	if err := n.end(); err != nil {
		return nil, err
	}
	return a, nil
}

type npyReader struct {
	name   string
	r      io.Reader
	limits Limits
	size   int64
	offset int64 // bytes read so far
}

func (n *npyReader) fail(offset int64, format string, args ...any) *Error {
	return &Error{File: n.name, Offset: offset, Msg: fmt.Sprintf(format, args...)}
}

// fill reads exactly len(b) bytes.
func (n *npyReader) fill(b []byte, what string) error {
	got, err := io.ReadFull(n.r, b)
	n.offset += int64(got)
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return n.fail(n.offset, "the file ends within %s: it is cut off", what)
	}
	if err != nil {
		return &Error{File: n.name, Offset: n.offset, Msg: "cannot be read: " + err.Error(), Err: err}
	}
	return nil
}

func (n *npyReader) header() (npyHeader, error) {
	head := make([]byte, 8)
	got, err := io.ReadFull(n.r, head)
	n.offset = int64(got)
	switch {
	case err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF):
		return npyHeader{}, &Error{File: n.name, Offset: n.offset, Msg: "cannot be read: " + err.Error(), Err: err}
	case got == 0:
		return npyHeader{}, n.fail(0, "the file is empty")
	case bytes.HasPrefix(head, []byte("PK\x03\x04")):
		return npyHeader{}, n.fail(0, "this is a zip archive (.npz): save one array with numpy.save, not savez")
	case !bytes.HasPrefix(head, []byte(npyMagic)):
		return npyHeader{}, n.fail(0, "this is no NPY file: it does not start with \\x93NUMPY")
	case got < len(head):
		return npyHeader{}, n.fail(n.offset, "the file ends within its version: it is cut off")
	}
	length := make([]byte, 2)
	switch major, minor := head[6], head[7]; {
	case minor != 0 || major < 1 || major > 3:
		return npyHeader{}, n.fail(6, "NPY format version %d.%d is not known: 1.0, 2.0 and 3.0 are", major, minor)
	case major > 1:
		length = make([]byte, 4)
	}
	if err := n.fill(length, "the header's length"); err != nil {
		return npyHeader{}, err
	}
	size := uint32(binary.LittleEndian.Uint16(length))
	if len(length) == 4 {
		size = binary.LittleEndian.Uint32(length)
	}
	if size > maxHeader {
		e := n.fail(8, "the header claims %d bytes, at most %d are read", size, maxHeader)
		e.Err = ErrTooLarge
		return npyHeader{}, e
	}
	p := &headerParser{file: n.name, base: n.offset}
	text := make([]byte, size)
	if err := n.fill(text, "the header"); err != nil {
		return npyHeader{}, err
	}
	p.text = string(text)
	return p.parse()
}

// shaped checks the shape and returns the array without its values.
func (n *npyReader) shaped(shape []int64) (*Array, error) {
	if len(shape) < 1 || len(shape) > 2 {
		return nil, n.fail(8, "the array has %d dimensions, it must have 1 or 2", len(shape))
	}
	rows, cols := shape[0], int64(1)
	if len(shape) == 2 {
		cols = shape[1]
	}
	if rows == 0 || cols == 0 {
		return nil, n.fail(8, "the array is empty: its shape is %s", shapeText(shape))
	}
	if limit := int64(n.limits.Values); rows > limit || cols > limit/rows {
		e := n.fail(8, "an array of shape %s has more than %d values", shapeText(shape), limit)
		e.Err = ErrTooLarge
		return nil, e
	}
	return &Array{File: n.name, Rows: int(rows), Cols: int(cols), Dims: len(shape)}, nil
}

func shapeText(shape []int64) string {
	if len(shape) == 1 {
		return fmt.Sprintf("(%d,)", shape[0])
	}
	return fmt.Sprintf("(%d, %d)", shape[0], shape[1])
}

// values reads the items in pieces, so that a false claim about their number
// costs no more memory than the bytes that are there.
func (n *npyReader) values(a *Array, e element, fortran bool) error {
	count, start := a.Rows*a.Cols, n.offset
	want := int64(count) * int64(e.size)
	hint := min(count, 1<<16)
	if n.size >= 0 {
		if has := n.size - start; has < want {
			return n.fail(n.size, "the file ends within the array: it has %d of its %d bytes", has, want)
		}
		hint = count
	}
	values := make([]float64, 0, hint)
	piece := make([]byte, max(1, (1<<16)/e.size)*e.size)
	for len(values) < count {
		b := piece[:min(len(piece), (count-len(values))*e.size)]
		at := n.offset
		if err := n.fill(b, "the array"); err != nil {
			return err
		}
		for i := 0; i < len(b); i += e.size {
			v, wrong := e.decode(b[i : i+e.size])
			if math.IsNaN(v) || math.IsInf(v, 0) {
				wrong = strconv.FormatFloat(v, 'g', -1, 64) + ": it must be finite"
			}
			if wrong != "" {
				bad := n.fail(at+int64(i), "%s is %s", itemName(a, len(values), fortran), wrong)
				if math.IsNaN(v) || math.IsInf(v, 0) {
					bad.Err = ErrNotFinite
				}
				return bad
			}
			values = append(values, v)
		}
	}
	if fortran {
		values = transposed(values, a.Cols, a.Rows)
	}
	a.Values = values
	return nil
}

// itemName names item k of the file in numpy's terms.
func itemName(a *Array, k int, fortran bool) string {
	switch {
	case a.Dims == 1:
		return fmt.Sprintf("value [%d]", k)
	case fortran:
		return fmt.Sprintf("value [%d, %d]", k%a.Rows, k/a.Rows)
	}
	return fmt.Sprintf("value [%d, %d]", k/a.Cols, k%a.Cols)
}

// transposed returns the transpose of a matrix of rows x cols.
func transposed(a []float64, rows, cols int) []float64 {
	t := make([]float64, len(a))
	for i := range rows {
		for j := range cols {
			t[j*rows+i] = a[i*cols+j]
		}
	}
	return t
}

// end refuses bytes behind the array: they are no part of it, and a sign that
// the header is wrong.
func (n *npyReader) end() error {
	one := make([]byte, 1)
	switch _, err := io.ReadFull(n.r, one); {
	case errors.Is(err, io.EOF):
		return nil
	case err != nil:
		return &Error{File: n.name, Offset: n.offset, Msg: "cannot be read: " + err.Error(), Err: err}
	}
	return n.fail(n.offset, "something follows the end of the array: a file holds one array")
}
