package data

import (
	"bufio"
	"io"
	"strconv"
	"strings"
)

// WriteCSV writes an array as text under a header of column names. A header is
// never left out, so that the first row cannot be taken for one: nil gives x0,
// x1, ... The error is w's, or an *Error that wraps ErrNotFinite.
func WriteCSV(w io.Writer, a *Array, header []string) error {
	if err := a.finite(); err != nil {
		return err
	}
	if header == nil {
		for j := range a.Cols {
			header = append(header, "x"+strconv.Itoa(j))
		}
	}
	out := bufio.NewWriterSize(w, 1<<16)
	out.WriteString(strings.Join(header, ",") + "\n")
	var text []byte
	for k, v := range a.Values {
		text = strconv.AppendFloat(text[:0], v, 'g', -1, 64)
		if (k+1)%a.Cols == 0 {
			text = append(text, '\n')
		} else {
			text = append(text, ',')
		}
		out.Write(text)
	}
	return out.Flush() // holds the first error of all writes
}
