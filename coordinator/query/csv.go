package query

import (
	"bufio"
	"bytes"
	"context"
)

// writeCSV writes RFC 4180 with line feeds, as most readers write it themselves:
// a header, then a line a row; no value is an empty cell.
func writeCSV(ctx context.Context, w *bufio.Writer, r *Result) error {
	var line []byte
	for i := range r.Columns {
		if i > 0 {
			line = append(line, ',')
		}
		line = appendCell(line, []byte(r.Columns[i].Name))
	}
	if _, err := w.Write(append(line, '\n')); err != nil {
		return err
	}
	var cell []byte
	return r.Each(ctx, func(row []Field) error {
		line = line[:0]
		for i := range row {
			if i > 0 {
				line = append(line, ',')
			}
			switch k := r.Columns[i].Kind; k {
			case Text, Vector:
				cell = appendPlain(cell[:0], k, &row[i])
				line = appendCell(line, cell)
			default:
				line = appendPlain(line, k, &row[i])
			}
		}
		_, err := w.Write(append(line, '\n'))
		return err
	})
}

// appendCell quotes a cell if it must be.
func appendCell(dst, cell []byte) []byte {
	if !bytes.ContainsAny(cell, ",\"\r\n") {
		return append(dst, cell...)
	}
	dst = append(dst, '"')
	for _, c := range cell {
		if c == '"' {
			dst = append(dst, '"')
		}
		dst = append(dst, c)
	}
	return append(dst, '"')
}
