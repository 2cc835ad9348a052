package sweeps

import (
	"encoding/binary"
	"fmt"
	"math"
)

// DecodeRecord reads the record of a task of a block with nInner inner rows. The
// bytes may be hostile: memory is bounded by their length and nInner. mask is
// nil if all rows are covered. The rows share no memory with data.
func DecodeRecord(e *Experiment, nInner int, data []byte) (mask []int, rows []Row, err error) {
	d := decoder{reader: reader{data: data}, e: e}
	mask, rows = d.record(nInner, true)
	if d.err != nil {
		return nil, nil, fmt.Errorf("%w of %s: %w", ErrRecord, e.ID(), d.err)
	}
	return mask, rows, nil
}

// ValidRecord checks what DecodeRecord would, without building the rows. It
// allocates nothing if the record is valid.
func ValidRecord(e *Experiment, nInner int, data []byte) error {
	d := decoder{reader: reader{data: data}, e: e}
	if d.record(nInner, false); d.err != nil {
		return fmt.Errorf("%w of %s: %w", ErrRecord, e.ID(), d.err)
	}
	return nil
}

// RecordMask returns the inner rows a record covers, nil for all; it looks at
// the head of the record only.
func RecordMask(nInner int, data []byte) ([]int, error) {
	d := decoder{reader: reader{data: data}}
	covered, mask := d.head(nInner)
	if d.err != nil {
		return nil, fmt.Errorf("%w: %w", ErrRecord, d.err)
	}
	if mask == nil {
		return nil, nil
	}
	return maskRows(mask, nInner, covered), nil
}

type decoder struct {
	reader
	e     *Experiment
	flags byte
}

// head reads version, flags and mask, and returns the number of rows covered.
func (d *decoder) head(nInner int) (covered int, mask []byte) {
	if v := d.byte(); d.err == nil && v != recordEncoding {
		d.fail("encoding %d is not known here (this build writes %d)", v, recordEncoding)
	}
	if d.flags = d.byte(); d.flags&^(flagMask|flagStatus) != 0 {
		d.fail("flags %#x", d.flags)
	}
	if d.flags&flagMask == 0 || d.err != nil {
		return nInner, nil
	}
	mask, covered = d.bitmap(nInner)
	if covered == 0 || covered == nInner {
		d.fail("its mask covers %d of %d rows", covered, nInner)
	}
	return covered, mask
}

// bitmap reads n bits that are followed by zero bits only.
func (d *decoder) bitmap(n int) (bits []byte, set int) {
	bits = d.take((n + 7) / 8)
	for _, b := range bits {
		for ; b != 0; b &= b - 1 {
			set++
		}
	}
	if len(bits) > 0 && n%8 != 0 && bits[len(bits)-1]>>(n%8) != 0 {
		d.fail("a bitmap is longer than its rows")
	}
	return bits, set
}

func maskRows(bits []byte, n, set int) []int {
	rows := make([]int, 0, set)
	for i := range n {
		if bits[i/8]>>(i%8)&1 != 0 {
			rows = append(rows, i)
		}
	}
	return rows
}

func (d *decoder) record(nInner int, build bool) (mask []int, rows []Row) {
	n, bits := d.head(nInner)
	var status []byte
	if d.flags&flagStatus != 0 && d.err == nil {
		status = d.take(n)
		for _, s := range status {
			if s > byte(UndefinedRow) {
				d.fail("status %d", s)
			}
		}
	}
	metrics := d.uvarint(math.MaxUint64)
	if d.err == nil && metrics != uint64(len(d.e.Metrics)) {
		d.fail("%d metrics, the experiment has %d", metrics, len(d.e.Metrics))
	}
	if d.err != nil {
		return nil, nil
	}
	if build {
		if bits != nil {
			mask = maskRows(bits, nInner, n)
		}
		rows = make([]Row, n)
		cells := make([]Cell, n*len(d.e.Metrics))
		for i := range rows {
			rows[i].Cells, cells = cells[:len(d.e.Metrics):len(d.e.Metrics)], cells[len(d.e.Metrics):]
			if status != nil {
				rows[i].Status = Status(status[i])
			}
		}
	}
	for m := range d.e.Metrics {
		d.column(m, n, rows)
	}
	if d.err == nil && len(d.data) > 0 {
		d.fail("%d bytes follow its end", len(d.data))
	}
	return mask, rows
}

// column reads one metric of n rows, into rows unless that is nil.
func (d *decoder) column(m, n int, rows []Row) {
	kind := d.e.Metrics[m].Kind
	presence := d.byte()
	var bits []byte
	if presence == presentSome {
		var set int
		if bits, set = d.bitmap(n); set == 0 || set == n {
			d.fail("a presence map of %d of %d rows", set, n)
		}
	} else if presence > presentSome {
		d.fail("presence %d", presence)
	}
	coding, same := codingRaw, 0.0
	if kind == MetricNumber && presence != presentNone {
		switch coding = d.byte(); coding {
		case codingSame:
			same = d.number(codingRaw)
		case codingRaw, codingWhole:
		default:
			d.fail("coding %d", coding)
		}
	}
	for i := 0; i < n && d.err == nil; i++ {
		var c Cell
		switch {
		case presence == presentNone || bits != nil && bits[i/8]>>(i%8)&1 == 0:
			if kind == MetricNumber || kind == MetricCount {
				c = Empty()
			}
		case kind == MetricNumber && coding == codingSame:
			c.V = same
		case kind == MetricNumber:
			c.V = d.number(coding)
		default:
			c = d.cell(kind, rows != nil)
		}
		if rows != nil {
			rows[i].Cells[m] = c
		}
	}
}

// number reads a number that is not NaN, for NaN means empty.
func (d *decoder) number(coding byte) float64 {
	if coding == codingWhole {
		return d.whole()
	}
	b := d.take(8)
	if b == nil {
		return 0
	}
	x := math.Float64frombits(binary.LittleEndian.Uint64(b))
	if math.IsNaN(x) {
		d.fail("a number is NaN")
	}
	return x
}

func (d *decoder) whole() float64 {
	x, n := binary.Varint(d.data)
	if n <= 0 || x > 1<<53 || x < -1<<53 {
		d.fail("a whole number is cut off or too long")
		return 0
	}
	d.data = d.data[n:]
	return float64(x)
}

func (d *decoder) cell(kind MetricKind, build bool) (c Cell) {
	if kind == MetricCount {
		k, n := d.uvarint(1<<53), d.uvarint(1<<53)
		if k > n {
			d.fail("a count of %d of %d", k, n)
		}
		return Cell{V: float64(k), N: int64(n)}
	}
	coding := codingRaw
	if kind == MetricHistogram {
		c.N = int64(d.uvarint(math.MaxInt64))
	}
	length := d.uvarint(uint64(len(d.data)))
	if kind == MetricHistogram {
		if coding = d.byte(); coding != codingRaw && coding != codingWhole {
			d.fail("coding %d", coding)
		}
	}
	if d.err != nil || coding == codingRaw && length > uint64(len(d.data))/8 || length > uint64(len(d.data)) {
		d.fail("a vector of %d is cut off", length)
		return Cell{}
	}
	if build {
		c.Vec = make([]float64, length)
	}
	for i := uint64(0); i < length && d.err == nil; i++ {
		var x float64
		if coding == codingWhole {
			x = d.whole()
		} else {
			x = math.Float64frombits(binary.LittleEndian.Uint64(d.take(8)))
		}
		if build {
			c.Vec[i] = x
		}
	}
	return c
}
