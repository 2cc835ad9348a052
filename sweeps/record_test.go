package sweeps

import (
	"bytes"
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// sameBits compares rows; NaN equals NaN only where both are the empty cell.
var sameBits = cmp.Comparer(func(a, b float64) bool {
	return math.Float64bits(a) == math.Float64bits(b) || math.IsNaN(a) && math.IsNaN(b)
})

func drawRows(t *rapid.T, n int) []Row {
	number := rapid.OneOf(
		rapid.Float64(),
		rapid.Map(rapid.IntRange(-3, 300), func(i int) float64 { return float64(i) }),
		rapid.SampledFrom([]float64{math.NaN(), math.Copysign(0, -1), math.Inf(1), math.Inf(-1), 0, 0.5, 1 << 53, -1 << 53, 1e300}))
	if rapid.Bool().Draw(t, "constant") {
		number = rapid.Just(number.Draw(t, "constant value"))
	}
	rows := make([]Row, n)
	for i := range rows {
		rows[i] = Row{Status: Status(rapid.SampledFrom([]byte{0, 0, 0, 1, 2}).Draw(t, "status")),
			Cells: []Cell{Val(number.Draw(t, "number")), Empty(), {}, {}}}
		if rapid.Bool().Draw(t, "count") {
			trials := rapid.Int64Range(0, 1000).Draw(t, "n")
			rows[i].Cells[1] = KofN(rapid.Int64Range(0, trials).Draw(t, "k"), trials)
		}
		if rapid.Bool().Draw(t, "vector") {
			rows[i].Cells[2] = Vec(rapid.SliceOfN(number, 0, 5).Draw(t, "values"))
		}
		if rapid.Bool().Draw(t, "histogram") {
			rows[i].Cells[3] = Hist(rapid.SliceOfN(number, 0, 5).Draw(t, "bins"), rapid.Int64Min(0).Draw(t, "samples"))
		}
	}
	return rows
}

func drawMask(t *rapid.T, nInner int) []int {
	if rapid.Bool().Draw(t, "all rows") {
		return nil
	}
	var mask []int
	for i := range nInner {
		if rapid.Bool().Draw(t, "covered") {
			mask = append(mask, i)
		}
	}
	if len(mask) == 0 {
		mask = []int{nInner - 1}
	}
	return mask
}

func TestRecordsKeepEveryBit(t *testing.T) {
	t.Parallel()
	e := toy()
	rapid.Check(t, func(t *rapid.T) {
		nInner := rapid.IntRange(1, 20).Draw(t, "inner")
		mask := drawMask(t, nInner)
		n := nInner
		if mask != nil {
			n = len(mask)
		}
		rows := drawRows(t, n)
		data := EncodeRecord(e, nInner, mask, rows)
		if err := ValidRecord(e, nInner, data); err != nil {
			t.Fatal(err)
		}
		gotMask, got, err := DecodeRecord(e, nInner, data)
		if err != nil {
			t.Fatal(err)
		}
		if len(mask) == nInner {
			mask = nil
		}
		if diff := cmp.Diff(mask, gotMask); diff != "" {
			t.Fatalf("mask: %s", diff)
		}
		if diff := cmp.Diff(rows, got, sameBits); diff != "" {
			t.Fatalf("rows: %s", diff)
		}
		headMask, err := RecordMask(nInner, data)
		if err != nil || !cmp.Equal(headMask, gotMask) {
			t.Fatalf("RecordMask = %v, %v, want %v", headMask, err, gotMask)
		}
		if again := EncodeRecord(e, nInner, gotMask, got); !bytes.Equal(again, data) {
			t.Fatal("equal rows gave other bytes")
		}
		cut := rapid.IntRange(0, len(data)-1).Draw(t, "cut")
		if ValidRecord(e, nInner, data[:cut]) == nil {
			t.Fatalf("a record cut at %d of %d is called valid", cut, len(data))
		}
	})
}

func TestRecordsMergeAndProject(t *testing.T) {
	t.Parallel()
	e := toy()
	rapid.Check(t, func(t *rapid.T) {
		nInner := rapid.IntRange(2, 12).Draw(t, "inner")
		rows := drawRows(t, nInner)
		whole := EncodeRecord(e, nInner, nil, rows)
		cut := rapid.IntRange(1, nInner-1).Draw(t, "cut")
		perm := rapid.Permutation(seq(nInner)).Draw(t, "rows")
		part := func(of []int) []byte {
			rowMap := make([]int, nInner)
			for i := range rowMap {
				rowMap[i] = -1
			}
			for _, i := range of {
				rowMap[i] = i
			}
			r, err := ProjectRecord(e, nInner, whole, rowMap)
			if err != nil {
				t.Fatal(err)
			}
			return r
		}
		a, b := part(perm[:cut]), part(perm[cut:])
		merged, err := MergeRecords(e, nInner, a, b)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(merged, whole) {
			t.Fatal("the parts do not make the whole")
		}
		mask, _ := RecordMask(nInner, a)
		if got := len(MissingRows(nInner, mask)); got != nInner-cut {
			t.Fatalf("%d rows are missing, want %d", got, nInner-cut)
		}
	})
}

func seq(n int) []int {
	s := make([]int, n)
	for i := range s {
		s[i] = i
	}
	return s
}

func FuzzDecodeRecord(f *testing.F) {
	e := toy()
	rows := []Row{
		{Cells: []Cell{Val(0.1), KofN(3, 4), Vec([]float64{1, 2.5}), Hist([]float64{1, 2}, 4)}},
		{Status: InfeasibleRow, Cells: []Cell{Empty(), Empty(), {}, {}}},
		{Cells: []Cell{Val(7), KofN(0, 1), {}, Hist([]float64{0.5}, 1)}},
	}
	f.Add(EncodeRecord(e, 3, nil, rows))
	f.Add(EncodeRecord(e, 3, []int{1}, rows[:1]))
	f.Fuzz(func(t *testing.T, data []byte) {
		mask, rows, err := DecodeRecord(e, 3, data)
		if (err == nil) != (ValidRecord(e, 3, data) == nil) {
			t.Fatalf("DecodeRecord says %v, ValidRecord disagrees", err)
		}
		if err != nil {
			return
		}
		again := EncodeRecord(e, 3, mask, rows)
		mask2, rows2, err := DecodeRecord(e, 3, again)
		if err != nil || !cmp.Equal(mask, mask2) || !cmp.Equal(rows, rows2, sameBits) {
			t.Fatalf("rows changed on their way: %v", err)
		}
	})
}

// capacityLike is a record of the size the capacity experiment makes: 2
// solutions x 16 kappas, 5 metrics.
func capacityLike() (*Experiment, []Row) {
	e := &Experiment{Name: "bench", Version: 1, Metrics: []Metric{{Name: "x"}, {Name: "y"}, {Name: "p"}, {Name: "gap"}, {Name: "f", Kind: MetricCount}}}
	rows := make([]Row, 32)
	for i := range rows {
		x, y := Val(float64(300-i)/200), Empty()
		if i%2 == 1 {
			x, y = y, x
		}
		rows[i] = Row{Cells: []Cell{x, y, Val(float64(300 - i)), Val(3e-13), Indicator(true)}}
	}
	return e, rows
}

func BenchmarkEncodeRecord(b *testing.B) {
	for _, n := range []int{1, 32} {
		e, rows := capacityLike()
		b.Run(map[int]string{1: "1 row", 32: "32 rows"}[n], func(b *testing.B) {
			buf := make([]byte, 0, 4096)
			for b.Loop() {
				buf = AppendRecord(buf[:0], e, n, nil, rows[:n])
			}
			b.ReportMetric(float64(len(buf)), "bytes")
		})
	}
}

func BenchmarkValidRecord(b *testing.B) {
	for _, n := range []int{1, 32} {
		e, rows := capacityLike()
		data := EncodeRecord(e, n, nil, rows[:n])
		b.Run(map[int]string{1: "1 row", 32: "32 rows"}[n], func(b *testing.B) {
			for b.Loop() {
				if err := ValidRecord(e, n, data); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkDecodeRecord(b *testing.B) {
	for _, n := range []int{1, 32} {
		e, rows := capacityLike()
		data := EncodeRecord(e, n, nil, rows[:n])
		b.Run(map[int]string{1: "1 row", 32: "32 rows"}[n], func(b *testing.B) {
			for b.Loop() {
				if _, _, err := DecodeRecord(e, n, data); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
