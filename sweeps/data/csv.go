package data

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
)

// ReadCSV reads a matrix of numbers from text, as the package comment
// describes. name is for errors only, which are *Error with line and column.
func ReadCSV(name string, r io.Reader, limits Limits) (*Array, error) {
	return readCSV(name, r, limits, nil)
}

// readCSV: words maps the words that may stand for numbers, nil for none.
func readCSV(name string, r io.Reader, limits Limits, words map[string]float64) (*Array, error) {
	c := &csvReader{name: name, in: bufio.NewReaderSize(r, 1<<16), limits: limits.resolved(), words: words}
	for {
		text, err := c.next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, err
		}
		if err := c.row(text); err != nil {
			return nil, err
		}
	}
	if c.rows == 0 {
		if c.header {
			return nil, whole(name, "the file has a header and no values")
		}
		return nil, whole(name, "the file is empty: it has no values")
	}
	return &Array{File: name, Rows: c.rows, Cols: c.cols, Dims: 2, Values: c.values}, nil
}

type csvReader struct {
	name   string
	in     *bufio.Reader
	limits Limits
	words  map[string]float64

	line      int  // of the row at hand, from 1
	separator byte // 0 before the first row; ' ' means blanks
	header    bool
	rows      int
	cols      int
	firstLine int // line of the first row
	values    []float64
	fields    []field
}

// field is one value of a line, without blanks and quotes around it.
type field struct {
	text   string
	column int // from 1
}

func (c *csvReader) fail(column int, format string, args ...any) *Error {
	return &Error{File: c.name, Line: c.line, Column: column, Offset: -1, Msg: fmt.Sprintf(format, args...)}
}

// next returns the next line that holds something, or io.EOF.
func (c *csvReader) next() (string, error) {
	for {
		line, err := c.readLine()
		if err != nil {
			return "", err
		}
		c.line++
		if c.line == 1 {
			switch {
			case bytes.HasPrefix(line, []byte("\xEF\xBB\xBF")):
				line = line[3:]
			case bytes.HasPrefix(line, []byte("\xFF\xFE")), bytes.HasPrefix(line, []byte("\xFE\xFF")):
				return "", c.fail(1, "the file is UTF-16: save it as UTF-8")
			case bytes.HasPrefix(line, []byte(npyMagic)):
				return "", c.fail(1, "this is an NPY file: name it .npy")
			}
		}
		text := strings.TrimRight(string(line), " \r")
		if t := strings.TrimLeft(text, " \t"); t == "" || t[0] == '#' {
			continue
		}
		return text, nil
	}
}

// readLine returns a line without its newline; the memory is c's until the next
// call, unless the line is longer than the buffer.
func (c *csvReader) readLine() ([]byte, error) {
	line, err := c.in.ReadSlice('\n')
	if errors.Is(err, bufio.ErrBufferFull) {
		long := append([]byte(nil), line...)
		for errors.Is(err, bufio.ErrBufferFull) {
			if len(long) > c.limits.Line {
				c.line++
				e := c.fail(1, "the line is longer than %d bytes", c.limits.Line)
				e.Err = ErrTooLarge
				return nil, e
			}
			line, err = c.in.ReadSlice('\n')
			long = append(long, line...)
		}
		line = long
	}
	switch {
	case errors.Is(err, io.EOF) && len(line) == 0:
		return nil, io.EOF
	case err != nil && !errors.Is(err, io.EOF):
		return nil, &Error{File: c.name, Offset: -1, Msg: "cannot be read: " + err.Error(), Err: err}
	}
	return bytes.TrimSuffix(line, []byte("\n")), nil
}

// row reads one line into values; the first may be a header.
func (c *csvReader) row(text string) error {
	if c.separator == 0 {
		c.separator = separatorOf(text)
	}
	c.split(text)
	if c.rows == 0 && !c.header {
		if c.looksLikeHeader() {
			c.header, c.separator = true, 0
			return nil
		}
		c.cols, c.firstLine = len(c.fields), c.line
		if c.numbered() {
			return c.fail(1, "this line counts 0, 1, 2, ... as pandas' header does: save with header=False, or put # before it (as data, write 0.0)")
		}
	}
	if c.rows == 0 {
		c.cols, c.firstLine = len(c.fields), c.line
	}
	if len(c.fields) != c.cols {
		column := len(text) + 1
		if len(c.fields) > c.cols {
			column = c.fields[c.cols].column
		}
		return c.fail(column, "this row has %d values, the first (line %d) has %d", len(c.fields), c.firstLine, c.cols)
	}
	if len(c.values)+c.cols > c.limits.Values {
		e := c.fail(1, "the file has more than %d values", c.limits.Values)
		e.Err = ErrTooLarge
		return e
	}
	for i, f := range c.fields {
		v, err := c.number(i, f)
		if err != nil {
			return err
		}
		c.values = append(c.values, v)
	}
	c.rows++
	return nil
}

// separatorOf guesses what stands between the values of a line.
func separatorOf(text string) byte {
	quoted := false
	for _, s := range []byte(",;\t") {
		for i := range len(text) {
			if text[i] == '"' {
				quoted = !quoted
			}
			if text[i] == s && !quoted {
				return s
			}
		}
		quoted = false
	}
	return ' '
}

// split fills c.fields.
func (c *csvReader) split(text string) {
	c.fields = c.fields[:0]
	start, quoted := 0, false
	add := func(end int) {
		f, from := text[start:end], start
		for f != "" && (f[0] == ' ' || f[0] == '\t') {
			f, from = f[1:], from+1
		}
		f = strings.TrimRight(f, " \t")
		if len(f) >= 2 && f[0] == '"' && f[len(f)-1] == '"' {
			f, from = strings.TrimSpace(f[1:len(f)-1]), from+1
		}
		if c.separator != ' ' || f != "" { // blanks may repeat
			c.fields = append(c.fields, field{f, from + 1})
		}
	}
	for i := range len(text) {
		switch {
		case text[i] == '"':
			quoted = !quoted
		case !quoted && (text[i] == c.separator || c.separator == ' ' && text[i] == '\t'):
			add(i)
			start = i + 1
		}
	}
	add(len(text))
}

// looksLikeHeader: nothing in the line is, or means to be, a value.
func (c *csvReader) looksLikeHeader() bool {
	for _, f := range c.fields {
		if _, err := c.number(0, f); err == nil || errors.Is(err, ErrNotFinite) || errors.Is(err, strconv.ErrRange) {
			return false
		}
	}
	return true
}

// numbered recognises the column numbers that pandas writes above a table; as
// a pattern they would be a quiet disaster.
func (c *csvReader) numbered() bool {
	for i, f := range c.fields {
		if f.text != strconv.Itoa(i) {
			return false
		}
	}
	return len(c.fields) >= 3
}

// number reads value i of the row.
func (c *csvReader) number(i int, f field) (float64, error) {
	if v, ok := c.words[strings.ToLower(f.text)]; ok {
		return v, nil
	}
	if f.text == "" {
		return 0, c.fail(f.column, "value %d is empty", i)
	}
	if strings.Trim(f.text, "0123456789+-.eE") != "" {
		return 0, c.noNumber(i, f)
	}
	v, err := strconv.ParseFloat(f.text, 64)
	switch {
	case errors.Is(err, strconv.ErrRange):
		e := c.fail(f.column, "value %d, %s, is larger than a float64 can be", i, shorten(f.text))
		e.Err = strconv.ErrRange
		return 0, e
	case err != nil || math.IsInf(v, 0):
		return 0, c.noNumber(i, f)
	}
	return v, nil
}

func (c *csvReader) noNumber(i int, f field) *Error {
	switch strings.ToLower(strings.TrimLeft(f.text, "+-")) {
	case "nan", "na", "n/a", "#n/a", "null", "none", "inf", "infinity", "1.#inf", "1.#qnan":
		e := c.fail(f.column, "value %d is %s: every value must be a finite number", i, f.text)
		e.Err = ErrNotFinite
		return e
	}
	if c.words != nil {
		return c.fail(f.column, "value %d, %q, is unknown; it is %s", i, shorten(f.text), wordList(c.words))
	}
	return c.fail(f.column, "value %d, %q, is not a number", i, shorten(f.text))
}
