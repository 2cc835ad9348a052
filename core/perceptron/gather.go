package perceptron

// gather copies the given rows and columns of A into dst, whose rows are ld numbers apart.
func (g *program) gather(dst []float64, ld int, rows, cols []int) {
	g.eng.Rows(len(rows), len(cols), func(i0, i1 int) {
		for k := i0; k < i1; k++ {
			mu := rows[k]
			row, out := g.a[mu*g.n:(mu+1)*g.n], dst[k*ld:k*ld+len(cols)]
			for l, j := range cols {
				out[l] = row[j]
			}
		}
	})
}
