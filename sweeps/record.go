package sweeps

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
)

// A record is what a task's rows are stored and sent as:
//
//	record  = version(1) flags [bitmap of the inner rows covered, if flags&1]
//	          [status bytes, if flags&2: else all rows are ok]
//	          uvarint(metrics) column*                  one column per metric
//	column  = presence [bitmap of the rows present, if presence = some] cells
//	number  = coding, then: same: one float64 | whole: varint each | raw: float64 each
//	count   = uvarint(k) uvarint(n) each
//	vector  = uvarint(length) float64*  each
//	histogram = uvarint(samples) uvarint(bins), then coding whole or raw and the bins, each
//
// Float64s are their bits, little endian, so that every bit survives; an empty
// number is left out, so NaNs have no payload to keep. Rows appear in inner
// order. Equal rows give equal bytes: the coding chosen is a function of the
// values.
const recordEncoding = 1

const (
	flagMask   = 1 << 0
	flagStatus = 1 << 1
)

const (
	presentNone byte = iota
	presentAll
	presentSome
)

const (
	codingRaw byte = iota
	codingSame
	codingWhole
)

// ErrRecord is wrapped by all errors of DecodeRecord and ValidRecord.
var ErrRecord = errors.New("not a valid record")

// EncodeRecord encodes the rows of a task of a block with nInner inner rows.
// mask lists the inner rows covered, ascending; nil means all. It panics if the
// shapes do not fit or a count is none: [Task.Run] has checked them.
func EncodeRecord(e *Experiment, nInner int, mask []int, rows []Row) []byte {
	return AppendRecord(make([]byte, 0, 16+len(rows)*(1+9*len(e.Metrics))), e, nInner, mask, rows)
}

// AppendRecord appends the record to dst, as EncodeRecord makes it.
func AppendRecord(dst []byte, e *Experiment, nInner int, mask []int, rows []Row) []byte {
	want := nInner
	if mask != nil {
		want = len(mask)
	}
	if len(rows) != want || want == 0 {
		panic(fmt.Sprintf("sweeps: a record of %d rows cannot cover %d", len(rows), want))
	}
	if len(mask) == nInner {
		mask = nil // all rows have one form only
	}
	flags := byte(0)
	if mask != nil {
		flags |= flagMask
	}
	for i := range rows {
		if rows[i].Status != OK {
			flags |= flagStatus
		}
		if err := e.checkRow(&rows[i]); err != nil {
			panic("sweeps: " + err.Error())
		}
	}
	dst = append(dst, recordEncoding, flags)
	if mask != nil {
		last := -1
		start := len(dst)
		dst = append(dst, make([]byte, (nInner+7)/8)...)
		for _, row := range mask {
			if row <= last || row >= nInner {
				panic(fmt.Sprintf("sweeps: the mask %v does not ascend within %d rows", mask, nInner))
			}
			last = row
			dst[start+row/8] |= 1 << (row % 8)
		}
	}
	if flags&flagStatus != 0 {
		for i := range rows {
			dst = append(dst, byte(rows[i].Status))
		}
	}
	dst = binary.AppendUvarint(dst, uint64(len(e.Metrics)))
	for m := range e.Metrics {
		dst = appendColumn(dst, e.Metrics[m].Kind, m, rows)
	}
	return dst
}

func appendColumn(dst []byte, kind MetricKind, m int, rows []Row) []byte {
	present := 0
	for i := range rows {
		if !rows[i].Cells[m].IsEmpty(kind) {
			present++
		}
	}
	switch present {
	case 0:
		return append(dst, presentNone)
	case len(rows):
		dst = append(dst, presentAll)
	default:
		start := len(dst) + 1
		dst = append(dst, presentSome)
		for range (len(rows) + 7) / 8 {
			dst = append(dst, 0)
		}
		for i := range rows {
			if !rows[i].Cells[m].IsEmpty(kind) {
				dst[start+i/8] |= 1 << (i % 8)
			}
		}
	}
	if kind == MetricNumber {
		return appendNumbers(dst, m, rows)
	}
	for i := range rows {
		c := &rows[i].Cells[m]
		if c.IsEmpty(kind) {
			continue
		}
		switch kind {
		case MetricCount:
			dst = binary.AppendUvarint(dst, uint64(c.V))
			dst = binary.AppendUvarint(dst, uint64(c.N))
		case MetricVector:
			dst = appendFloats(binary.AppendUvarint(dst, uint64(len(c.Vec))), c.Vec)
		case MetricHistogram:
			dst = binary.AppendUvarint(dst, uint64(c.N))
			dst = binary.AppendUvarint(dst, uint64(len(c.Vec)))
			if !allWhole(c.Vec) {
				dst = appendFloats(append(dst, codingRaw), c.Vec)
				continue
			}
			dst = append(dst, codingWhole)
			for _, x := range c.Vec {
				dst = binary.AppendVarint(dst, int64(x))
			}
		}
	}
	return dst
}

// appendNumbers writes the cells present in the shortest of the codings.
func appendNumbers(dst []byte, m int, rows []Row) []byte {
	same, whole, first, n, size := true, true, uint64(0), 0, 0
	for i := range rows {
		x := rows[i].Cells[m].V
		if math.IsNaN(x) {
			continue
		}
		b := math.Float64bits(x)
		if n == 0 {
			first = b
		}
		same = same && b == first
		if whole = whole && isWhole(x); whole {
			size += varintLen(int64(x))
		}
		n++
	}
	switch {
	case whole && (n == 1 || !same || size <= 8) && size <= 8*n:
		dst = append(dst, codingWhole)
		for i := range rows {
			if x := rows[i].Cells[m].V; !math.IsNaN(x) {
				dst = binary.AppendVarint(dst, int64(x))
			}
		}
	case same && n > 1:
		dst = binary.LittleEndian.AppendUint64(append(dst, codingSame), first)
	default:
		dst = append(dst, codingRaw)
		for i := range rows {
			if x := rows[i].Cells[m].V; !math.IsNaN(x) {
				dst = binary.LittleEndian.AppendUint64(dst, math.Float64bits(x))
			}
		}
	}
	return dst
}

func appendFloats(dst []byte, v []float64) []byte {
	for _, x := range v {
		dst = binary.LittleEndian.AppendUint64(dst, math.Float64bits(x))
	}
	return dst
}

// isWhole reports whether a varint keeps every bit of x: -0 has a sign no
// integer has.
func isWhole(x float64) bool {
	return x == math.Trunc(x) && math.Abs(x) <= 1<<53 && (x != 0 || !math.Signbit(x))
}

func allWhole(v []float64) bool {
	for _, x := range v {
		if !isWhole(x) {
			return false
		}
	}
	return true
}

func varintLen(x int64) int {
	n, u := 1, uint64(x)<<1^uint64(x>>63)
	for ; u >= 0x80; u >>= 7 {
		n++
	}
	return n
}
