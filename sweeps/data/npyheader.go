package data

import (
	"fmt"
	"strings"
)

// npyHeader is the Python dictionary at the head of an NPY file.
type npyHeader struct {
	descr   string
	fortran bool
	shape   []int64
}

// headerParser reads the dictionary, a Python literal such as
//
//	{'descr': '<f8', 'fortran_order': False, 'shape': (3, 4), }
//
// and nothing more of Python than numpy writes there.
type headerParser struct {
	file string
	base int64 // offset of text in the file
	text string
	at   int
}

func (p *headerParser) fail(format string, args ...any) *Error {
	return &Error{File: p.file, Offset: p.base + int64(p.at), Msg: "NPY header: " + fmt.Sprintf(format, args...)}
}

func (p *headerParser) parse() (npyHeader, error) {
	var h npyHeader
	seen := map[string]bool{}
	if !p.skip("{") {
		return h, p.fail("must start with {")
	}
	for !p.skip("}") {
		start := p.at
		key, ok := p.str()
		if !ok {
			return h, p.fail("a key in quotes must stand here")
		}
		if seen[key] {
			p.at = start
			return h, p.fail("the key %q stands twice", key)
		}
		seen[key] = true
		if !p.skip(":") {
			return h, p.fail("a colon must follow the key %q", key)
		}
		if err := p.value(key, &h); err != nil {
			return h, err
		}
		if !p.skip(",") && !p.peek('}') {
			return h, p.fail("a comma or } must follow the value of %q", key)
		}
	}
	if rest := strings.TrimSpace(p.text[p.at:]); rest != "" {
		return h, p.fail("something follows the closing }")
	}
	for _, key := range []string{"descr", "fortran_order", "shape"} {
		if !seen[key] {
			return h, p.fail("the key %q is missing", key)
		}
	}
	return h, nil
}

func (p *headerParser) value(key string, h *npyHeader) error {
	var ok bool
	switch key {
	case "descr":
		if p.peek('[') {
			return p.fail("a structured array (record type) is not read: save each field as its own array")
		}
		if h.descr, ok = p.str(); !ok {
			return p.fail("descr must be a type in quotes, such as '<f8'")
		}
	case "fortran_order":
		switch {
		case p.skip("True"):
			h.fortran = true
		case !p.skip("False"):
			return p.fail("fortran_order must be True or False")
		}
	case "shape":
		return p.shape(h)
	default:
		return p.fail("unknown key %q", key)
	}
	return nil
}

func (p *headerParser) shape(h *npyHeader) error {
	if !p.skip("(") {
		return p.fail("shape must be a tuple, such as (3, 4)")
	}
	h.shape = []int64{}
	for !p.skip(")") {
		n, digits := int64(0), 0
		p.blanks()
		for ; p.at < len(p.text) && p.text[p.at] >= '0' && p.text[p.at] <= '9'; p.at++ {
			if n > 1<<58 {
				return p.fail("a size has too many digits")
			}
			n = 10*n + int64(p.text[p.at]-'0')
			digits++
		}
		if digits == 0 {
			return p.fail("a size must be a whole number of at least 0")
		}
		p.skip("L") // Python 2 wrote long integers so
		h.shape = append(h.shape, n)
		if len(h.shape) > 32 {
			return p.fail("more than 32 dimensions")
		}
		if !p.skip(",") && !p.peek(')') {
			return p.fail("a comma or ) must follow a size")
		}
	}
	return nil
}

func (p *headerParser) blanks() {
	for p.at < len(p.text) && strings.IndexByte(" \t\r\n", p.text[p.at]) >= 0 {
		p.at++
	}
}

// skip passes over blanks and then over want, if it stands there.
func (p *headerParser) skip(want string) bool {
	p.blanks()
	if !strings.HasPrefix(p.text[p.at:], want) {
		return false
	}
	p.at += len(want)
	return true
}

func (p *headerParser) peek(want byte) bool {
	p.blanks()
	return p.at < len(p.text) && p.text[p.at] == want
}

// str reads a string without escapes, which numpy never needs here.
func (p *headerParser) str() (string, bool) {
	p.blanks()
	rest := p.text[p.at:]
	if rest == "" || (rest[0] != '\'' && rest[0] != '"') {
		return "", false
	}
	end := strings.IndexByte(rest[1:], rest[0])
	if end < 0 || strings.ContainsAny(rest[1:1+end], "\\\n") {
		return "", false
	}
	p.at += end + 2
	return rest[1 : 1+end], true
}
