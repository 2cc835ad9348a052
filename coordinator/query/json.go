package query

import (
	"bufio"
	"context"
	"encoding/json"
)

// writeJSON writes an object a row, with the columns in order: in an array, or a
// line each.
func writeJSON(ctx context.Context, w *bufio.Writer, r *Result, lines bool) error {
	keys := make([][]byte, len(r.Columns))
	for i := range r.Columns {
		k, err := json.Marshal(r.Columns[i].Name)
		if err != nil {
			return err
		}
		keys[i] = append(k, ':')
	}
	var line []byte
	n := 0
	err := r.Each(ctx, func(row []Field) error {
		line = line[:0]
		switch {
		case lines:
		case n == 0:
			line = append(line, "[\n"...)
		default:
			line = append(line, ",\n"...)
		}
		n++
		line = append(line, '{')
		for i := range row {
			if i > 0 {
				line = append(line, ',')
			}
			line = append(line, keys[i]...)
			var err error
			if line, err = appendJSON(line, r.Columns[i].Kind, &row[i]); err != nil {
				return err
			}
		}
		line = append(line, '}')
		if lines {
			line = append(line, '\n')
		}
		_, err := w.Write(line)
		return err
	})
	if err != nil || lines {
		return err
	}
	end := "\n]\n"
	if n == 0 {
		end = "[]\n"
	}
	_, err = w.WriteString(end)
	return err
}

func appendJSON(dst []byte, k Kind, f *Field) ([]byte, error) {
	switch {
	case f.empty(k):
		return append(dst, "null"...), nil
	case k == Float:
		return appendJSONNumber(dst, f.Num), nil
	case k == Text:
		text, err := json.Marshal(f.Text)
		return append(dst, text...), err
	default:
		return appendPlain(dst, k, f), nil
	}
}
