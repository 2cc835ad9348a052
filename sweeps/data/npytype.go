package data

import (
	"encoding/binary"
	"math"
	"strconv"
	"strings"
	"unicode/utf8"
)

// element decodes the items of an NPY array. A decoder returns the number and
// what is wrong with it, nothing if all is well.
type element struct {
	size   int
	decode func(b []byte) (v float64, wrong string)
}

// elementOf returns the decoder of a numpy type such as "<f8". words, if not
// nil, maps the strings that an array of strings may hold.
func elementOf(descr string, words map[string]float64) (e element, wrong string) {
	if descr == "" {
		return e, "the type is empty"
	}
	order, kind := descr[0], descr[1:]
	if strings.IndexByte("<>|=", order) < 0 {
		order, kind = '|', descr
	}
	if kind == "?" {
		kind = "b1"
	}
	if kind == "" {
		return e, "the type is empty"
	}
	size, err := strconv.Atoi(kind[1:])
	if strings.HasPrefix(kind, "O") {
		return e, "Python objects (pickles) are not read: save numbers, e.g. with x.astype(float)"
	}
	if err != nil || size < 1 || size > 1<<16 {
		return e, "the type " + strconv.Quote(descr) + " is not read: save numbers as float64, e.g. with x.astype(float)"
	}
	single := size == 1 || kind[0] == 'S'
	if !single && order != '<' && order != '>' {
		return e, "the type " + strconv.Quote(descr) + " does not say its byte order"
	}
	var bytes binary.ByteOrder = binary.LittleEndian
	if order == '>' {
		bytes = binary.BigEndian
	}
	e.size = size
	switch kind[0] {
	case 'f':
		e.decode = floats(size, bytes)
	case 'i':
		e.decode = integers(size, bytes)
	case 'u':
		e.decode = unsigned(size, bytes)
	case 'b':
		e.decode = booleans(size)
	case 'S':
		if words != nil {
			e.decode = func(b []byte) (float64, string) { return word(strings.TrimRight(string(b), "\x00"), words) }
		}
	case 'U':
		if words != nil {
			e.size = 4 * size
			e.decode = func(b []byte) (float64, string) { return word(utf32(b, bytes), words) }
		}
	}
	if e.decode == nil {
		return e, "the type " + strconv.Quote(descr) + " is not read: save numbers as float64, e.g. with x.astype(float)"
	}
	return e, ""
}

func floats(size int, order binary.ByteOrder) func([]byte) (float64, string) {
	switch size {
	case 8:
		return func(b []byte) (float64, string) { return math.Float64frombits(order.Uint64(b)), "" }
	case 4:
		return func(b []byte) (float64, string) { return float64(math.Float32frombits(order.Uint32(b))), "" }
	}
	return nil
}

func integers(size int, order binary.ByteOrder) func([]byte) (float64, string) {
	switch size {
	case 1:
		return func(b []byte) (float64, string) { return float64(int8(b[0])), "" }
	case 2:
		return func(b []byte) (float64, string) { return float64(int16(order.Uint16(b))), "" }
	case 4:
		return func(b []byte) (float64, string) { return float64(int32(order.Uint32(b))), "" }
	case 8:
		return func(b []byte) (float64, string) {
			n := int64(order.Uint64(b))
			if v := float64(n); v < 1<<63 && int64(v) == n {
				return v, ""
			}
			return 0, strconv.FormatInt(n, 10) + " has more digits than a float64 holds"
		}
	}
	return nil
}

func unsigned(size int, order binary.ByteOrder) func([]byte) (float64, string) {
	switch size {
	case 1:
		return func(b []byte) (float64, string) { return float64(b[0]), "" }
	case 2:
		return func(b []byte) (float64, string) { return float64(order.Uint16(b)), "" }
	case 4:
		return func(b []byte) (float64, string) { return float64(order.Uint32(b)), "" }
	case 8:
		return func(b []byte) (float64, string) {
			n := order.Uint64(b)
			if v := float64(n); v < 1<<64 && uint64(v) == n {
				return v, ""
			}
			return 0, strconv.FormatUint(n, 10) + " has more digits than a float64 holds"
		}
	}
	return nil
}

func booleans(size int) func([]byte) (float64, string) {
	if size != 1 {
		return nil
	}
	return func(b []byte) (float64, string) {
		if b[0] > 1 {
			return 0, "a bool of value " + strconv.Itoa(int(b[0]))
		}
		return float64(b[0]), ""
	}
}

func word(s string, words map[string]float64) (float64, string) {
	if v, ok := words[strings.ToLower(strings.TrimSpace(s))]; ok {
		return v, ""
	}
	return 0, "unknown word " + strconv.Quote(shorten(s)) + "; it is " + wordList(words)
}

// utf32 reads numpy's strings: 4 bytes a character, filled up with zeros.
func utf32(b []byte, order binary.ByteOrder) string {
	var s strings.Builder
	for ; len(b) >= 4; b = b[4:] {
		c := order.Uint32(b)
		if c == 0 {
			break
		}
		if c > utf8.MaxRune {
			c = utf8.RuneError
		}
		s.WriteRune(rune(c))
	}
	return s.String()
}

// shorten keeps errors short where a file holds long text.
func shorten(s string) string {
	if len(s) <= 40 {
		return s
	}
	return s[:37] + "..."
}
