package query

import (
	"context"

	"gardner/sweeps"
)

// raw gives the rows themselves.
type raw struct {
	scope   *scope
	where   *expression
	metrics []int
}

// halves lists the params in the order of the columns: outer, then inner.
func (r *raw) halves() []int {
	var order []int
	for _, inner := range []bool{false, true} {
		for i := range r.scope.experiment.Params {
			if r.scope.experiment.Params[i].Inner == inner {
				order = append(order, i)
			}
		}
	}
	return order
}

func (r *raw) columns() []Column {
	e := r.scope.experiment
	cols := []Column{
		{Name: "block", Kind: Text, Doc: "id of the block"},
		{Name: "ordinal", Kind: Int, Doc: "number of the task in its block"},
		{Name: "replicate", Kind: Int, Doc: "replicate"},
		{Name: "seed", Kind: Uint, Doc: "seed of the sweep"},
	}
	for _, i := range r.halves() {
		cols = append(cols, paramColumn(&e.Params[i]))
	}
	cols = append(cols, Column{Name: "status", Kind: Text, Doc: "ok, infeasible or undefined"})
	for _, m := range r.metrics {
		q := &r.scope.metrics[m]
		c := Column{Name: q.Name, Unit: q.Unit, Doc: q.Doc}
		switch q.Kind {
		case sweeps.MetricCount:
			k, n := c, c
			k.Name, k.Kind, n.Name, n.Kind = q.Name+"_k", Int, q.Name+"_n", Int
			cols = append(cols, k, n)
		case sweeps.MetricVector:
			c.Kind = Vector
			cols = append(cols, c)
		case sweeps.MetricHistogram:
			c.Kind = Vector
			cols = append(cols, c, Column{Name: q.Name + "_n", Kind: Int, Doc: "samples of " + q.Name})
		default:
			cols = append(cols, c)
		}
	}
	return cols
}

func (r *raw) each(ctx context.Context, fn func(row []Field) error) error {
	order := r.halves()
	kinds := make([]Kind, len(order))
	for i, p := range order {
		kinds[i] = paramColumn(&r.scope.experiment.Params[p]).Kind
	}
	var row []Field
	return r.scope.stream(ctx, r.where, func(p *page) error {
		var outer sweeps.Point
		replicate, id := 0, textField(p.sb.id.String())
		for i := range p.rows {
			x := &p.rows[i]
			if i == 0 || x.ordinal != p.rows[i-1].ordinal {
				outer, replicate = p.sb.plan.Outer(x.ordinal)
			}
			point := p.sb.plan.At(outer, x.row)
			row = append(row[:0], id, intField(int64(x.ordinal)), intField(int64(replicate)), intField(int64(p.sb.block.Seed)))
			for j, q := range order {
				row = append(row, valueField(kinds[j], point.At(q)))
			}
			row = append(row, textField(x.status.String()))
			for _, m := range r.metrics {
				row = rawCell(row, r.scope.metrics[m].Kind, &x.cells[m])
			}
			if err := fn(row); err != nil {
				return err
			}
		}
		return nil
	}, func(int) error { return nil })
}

func rawCell(row []Field, kind sweeps.MetricKind, c *sweeps.Cell) []Field {
	empty := c.IsEmpty(kind)
	switch kind {
	case sweeps.MetricCount:
		if empty {
			return append(row, Field{}, Field{})
		}
		return append(row, intField(int64(c.V)), intField(c.N))
	case sweeps.MetricVector:
		return append(row, Field{Valid: !empty, Vec: c.Vec})
	case sweeps.MetricHistogram:
		if empty {
			return append(row, Field{}, Field{})
		}
		return append(row, Field{Valid: true, Vec: c.Vec}, intField(c.N))
	default:
		return append(row, floatField(c.V))
	}
}
