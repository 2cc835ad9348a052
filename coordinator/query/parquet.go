package query

import (
	"context"
	"io"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/compress/zstd"
)

// orderedGroup is a parquet.Group whose fields keep the order of the columns
// instead of that of their names.
type orderedGroup struct {
	parquet.Group
	order []string
}

func (g orderedGroup) Fields() []parquet.Field {
	byName := map[string]parquet.Field{}
	for _, f := range g.Group.Fields() {
		byName[f.Name()] = f
	}
	out := make([]parquet.Field, len(g.order))
	for i, name := range g.order {
		out[i] = byName[name]
	}
	return out
}

const parquetBatch = 1024

// writeParquet writes typed columns with zstd; units and docs are in the file's
// key-value metadata as unit:COLUMN and doc:COLUMN. A vector is a repeated double,
// in which no vector and an empty one are the same.
func writeParquet(ctx context.Context, w io.Writer, r *Result) error {
	root := orderedGroup{Group: parquet.Group{}}
	options := []parquet.WriterOption{
		parquet.Compression(&zstd.Codec{}),
		parquet.CreatedBy("gardner", "", ""),
		parquet.KeyValueMetadata("gardner:sweep", r.Sweep),
		parquet.KeyValueMetadata("gardner:revision", r.Revision),
		parquet.KeyValueMetadata("gardner:experiment", r.Experiment.ID()),
	}
	for _, c := range r.Columns {
		root.order = append(root.order, c.Name)
		root.Group[c.Name] = parquetNode(c.Kind)
		if c.Unit != "" {
			options = append(options, parquet.KeyValueMetadata("unit:"+c.Name, c.Unit))
		}
		if c.Doc != "" {
			options = append(options, parquet.KeyValueMetadata("doc:"+c.Name, c.Doc))
		}
	}
	pw := parquet.NewWriter(w, append(options, parquet.NewSchema("rows", root))...)
	var batch []parquet.Row
	used := 0
	flush := func() error {
		_, err := pw.WriteRows(batch[:used])
		used = 0
		return err
	}
	err := r.Each(ctx, func(row []Field) error {
		if used == len(batch) {
			batch = append(batch, nil)
		}
		values := batch[used][:0]
		for i := range row {
			values = appendParquet(values, i, r.Columns[i].Kind, &row[i])
		}
		batch[used] = values
		if used++; used < parquetBatch {
			return nil
		}
		return flush()
	})
	if err != nil {
		return err
	}
	if err := flush(); err != nil {
		return err
	}
	return pw.Close()
}

func parquetNode(k Kind) parquet.Node {
	switch k {
	case Float:
		return parquet.Optional(parquet.Leaf(parquet.DoubleType))
	case Int:
		return parquet.Optional(parquet.Int(64))
	case Uint:
		return parquet.Optional(parquet.Uint(64))
	case Bool:
		return parquet.Optional(parquet.Leaf(parquet.BooleanType))
	case Vector:
		return parquet.Repeated(parquet.Leaf(parquet.DoubleType))
	default:
		return parquet.Optional(parquet.Encoded(parquet.String(), &parquet.RLEDictionary))
	}
}

func appendParquet(dst parquet.Row, column int, k Kind, f *Field) parquet.Row {
	if f.empty(k) || k == Vector && len(f.Vec) == 0 {
		return append(dst, parquet.NullValue().Level(0, 0, column))
	}
	var v parquet.Value
	switch k {
	case Float:
		v = parquet.DoubleValue(f.Num)
	case Int, Uint:
		v = parquet.Int64Value(f.Int)
	case Bool:
		v = parquet.BooleanValue(f.Int != 0)
	case Vector:
		for i, x := range f.Vec {
			dst = append(dst, parquet.DoubleValue(x).Level(min(i, 1), 1, column))
		}
		return dst
	default:
		v = parquet.ByteArrayValue([]byte(f.Text))
	}
	return append(dst, v.Level(0, 1, column))
}
