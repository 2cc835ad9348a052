package sweeps

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
)

// The canonical encoding of a block, from which its id is hashed:
//
//	block  = version(1) name uvarint(experiment version) uvarint(seed)
//	         uvarint(RepLo) uvarint(RepHi) axes(outer) axes(inner)
//	         [text(command)]               of an experiment that is a Command; then version is 2
//	axes   = uvarint(count) axis*
//	axis   = uvarint(params) (name default)* uvarint(tuples) value*
//	value  = 'n' float64 bits, big endian | 's' text | 't' | 'f'
//	text   = uvarint(length) bytes      name = text
const (
	blockEncoding        = 1
	commandBlockEncoding = 2
)

// maxBlockBytes bounds what DecodeBlock looks at.
const maxBlockBytes = 64 << 20

// ErrBlock is wrapped by all errors of DecodeBlock.
var ErrBlock = errors.New("not a valid block")

// Encode returns the block's canonical encoding.
func (b *Block) Encode() []byte {
	out := []byte{blockEncoding}
	if b.Command != "" {
		out[0] = commandBlockEncoding
	}
	out = appendText(out, b.Experiment)
	out = binary.AppendUvarint(out, uint64(b.Version))
	out = binary.AppendUvarint(out, b.Seed)
	out = binary.AppendUvarint(out, uint64(b.RepLo))
	out = binary.AppendUvarint(out, uint64(b.RepHi))
	out = appendAxes(out, b.Outer)
	out = appendAxes(out, b.Inner)
	if b.Command != "" {
		out = appendText(out, b.Command)
	}
	return out
}

func appendAxes(out []byte, axes []Axis) []byte {
	out = binary.AppendUvarint(out, uint64(len(axes)))
	for _, a := range axes {
		out = binary.AppendUvarint(out, uint64(len(a.Params)))
		for k, p := range a.Params {
			out = appendText(out, p)
			out = appendValue(out, a.Defaults[k])
		}
		out = binary.AppendUvarint(out, uint64(len(a.Tuples)))
		for _, t := range a.Tuples {
			for _, v := range t {
				out = appendValue(out, v)
			}
		}
	}
	return out
}

func appendText(out []byte, s string) []byte {
	return append(binary.AppendUvarint(out, uint64(len(s))), s...)
}

func appendValue(out []byte, v Value) []byte {
	switch v.kind {
	case numberValue:
		return binary.BigEndian.AppendUint64(append(out, 'n'), math.Float64bits(v.num))
	case textValue:
		return appendText(append(out, 's'), v.text)
	case boolValue:
		if v.num != 0 {
			return append(out, 't')
		}
		return append(out, 'f')
	}
	panic("sweeps: a block holds an empty value; blocks are made by NewBlock")
}

// DecodeBlock reads what Encode wrote. The bytes may be hostile: it checks
// everything that can be checked without the experiment, in particular that the
// form is canonical, so that Encode gives the same bytes back. Whether params
// and values are the experiment's is [Registry.Plan]'s to check.
func DecodeBlock(data []byte) (*Block, error) {
	if len(data) > maxBlockBytes {
		return nil, fmt.Errorf("%w: %d bytes are more than %d", ErrBlock, len(data), maxBlockBytes)
	}
	r := &reader{data: data}
	version := r.byte()
	if r.err == nil && version != blockEncoding && version != commandBlockEncoding {
		return nil, fmt.Errorf("%w: encoding %d is not known here (this build writes %d and %d)", ErrBlock, version, blockEncoding, commandBlockEncoding)
	}
	b := &Block{Experiment: r.text()}
	b.Version = int(r.uvarint(1 << 31))
	b.Seed = r.uvarint(math.MaxUint64)
	b.RepLo = int(r.uvarint(1<<31 - 1))
	b.RepHi = int(r.uvarint(1<<31 - 1))
	seen := map[string]bool{}
	b.Outer = r.axes(seen)
	b.Inner = r.axes(seen)
	if version == commandBlockEncoding {
		b.Command = string(r.take(int(r.uvarint(maxCommandBytes))))
	}
	switch {
	case r.err != nil:
		return nil, fmt.Errorf("%w: %w", ErrBlock, r.err)
	case len(r.data) > 0:
		return nil, fmt.Errorf("%w: %d bytes follow its end", ErrBlock, len(r.data))
	case !validName(b.Experiment) || b.Version < 1:
		return nil, fmt.Errorf("%w: experiment %q version %d", ErrBlock, b.Experiment, b.Version)
	}
	if err := b.checkSize(); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrBlock, err)
	}
	if IsCommand(b.Experiment) != (version == commandBlockEncoding) {
		return nil, fmt.Errorf("%w: experiment %q with a declaration of %d bytes", ErrBlock, b.Experiment, len(b.Command))
	}
	if b.Command != "" || version == commandBlockEncoding {
		e, err := decodeCommand([]byte(b.Command))
		if err != nil {
			return nil, fmt.Errorf("%w: %w", ErrBlock, err)
		}
		if e.Name != b.Experiment || e.Version != b.Version {
			return nil, fmt.Errorf("%w: %s@%d with the declaration of %s", ErrBlock, b.Experiment, b.Version, e.ID())
		}
	}
	return b, nil
}

// reader takes an encoding apart; after the first error it returns zeros.
type reader struct {
	data []byte
	err  error
}

func (r *reader) fail(format string, args ...any) {
	if r.err == nil {
		r.err = fmt.Errorf(format, args...)
	}
}

func (r *reader) take(n int) []byte {
	if r.err != nil || n > len(r.data) {
		r.fail("it ends early")
		return nil
	}
	out := r.data[:n]
	r.data = r.data[n:]
	return out
}

func (r *reader) byte() byte {
	if b := r.take(1); b != nil {
		return b[0]
	}
	return 0
}

// uvarint reads a number of at most limit in its shortest form.
func (r *reader) uvarint(limit uint64) uint64 {
	if r.err != nil {
		return 0
	}
	x, n := binary.Uvarint(r.data)
	switch {
	case n <= 0:
		r.fail("a number is cut off or too long")
		return 0
	case n > 1 && r.data[n-1] == 0:
		r.fail("a number is not in its shortest form")
		return 0
	case x > limit:
		r.fail("%d is more than %d", x, limit)
		return 0
	}
	r.data = r.data[n:]
	return x
}

func (r *reader) text() string { return string(r.take(int(r.uvarint(1 << 16)))) }

func (r *reader) value() Value {
	switch t := r.byte(); t {
	case 'n':
		b := r.take(8)
		if b == nil {
			return Value{}
		}
		x := math.Float64frombits(binary.BigEndian.Uint64(b))
		if math.IsNaN(x) || math.Float64bits(Num(x).num) != math.Float64bits(x) {
			r.fail("the number %g is not rounded to 12 significant digits", x)
			return Value{}
		}
		return Value{kind: numberValue, num: x}
	case 's':
		return Str(r.text())
	case 't', 'f':
		return Truth(t == 't')
	default:
		r.fail("a value of type %q", t)
		return Value{}
	}
}

// axes reads the axes of one half and insists on canonical form.
func (r *reader) axes(seen map[string]bool) []Axis {
	n := r.uvarint(256)
	var axes []Axis
	lastFixed, varying := "", false
	for range n {
		a := r.axis(seen)
		if r.err != nil {
			return nil
		}
		switch {
		case len(a.Tuples) > 1:
			varying = true
		case len(a.Params) > 1 || varying || a.Params[0] <= lastFixed || a.Tuples[0][0] == a.Defaults[0]:
			r.fail("the fixed param %s is not where canonical form wants it", a.Params[0])
			return nil
		default:
			lastFixed = a.Params[0]
		}
		axes = append(axes, a)
	}
	return axes
}

func (r *reader) axis(seen map[string]bool) (a Axis) {
	params := int(r.uvarint(256))
	for range params {
		name := r.text()
		if name == "" || seen[name] {
			r.fail("param %q occurs twice or has no name", name)
		}
		seen[name] = true
		a.Params = append(a.Params, name)
		a.Defaults = append(a.Defaults, r.value())
		if r.err != nil {
			return a
		}
	}
	tuples := int(r.uvarint(MaxAxis))
	if params == 0 || tuples == 0 {
		r.fail("an axis is empty")
		return a
	}
	for range tuples {
		t := make([]Value, params)
		for k := range t {
			t[k] = r.value()
		}
		if r.err != nil {
			return a
		}
		a.Tuples = append(a.Tuples, t)
	}
	if tuples == 1 {
		return a
	}
	for k, name := range a.Params {
		constant := true
		for _, t := range a.Tuples {
			constant = constant && t[k] == a.Tuples[0][k]
		}
		if constant {
			r.fail("param %s does not vary on its axis", name)
		}
	}
	if i, j, dup := a.duplicate(); dup {
		r.fail("tuples %d and %d are equal", i, j)
	}
	return a
}
