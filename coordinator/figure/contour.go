package figure

import "math"

// contour returns the level line of z over the grid of indices: pieces of
// points (i, j) between grid points, i along rows. Cells with a value that is
// not finite (or beyond 1e300) have none. Marching squares; in a saddle the mean of the corners
// decides which pair is joined. Pieces are chained into long lines.
func contour(z [][]float64, level float64) [][][2]float64 {
	type edge struct{ i, j, vertical int } // from grid point (i, j) to the right, or up
	next := map[edge][]edge{}
	var order []edge
	join := func(a, b edge) {
		for _, e := range [2]edge{a, b} {
			if _, ok := next[e]; !ok {
				order = append(order, e)
			}
		}
		next[a] = append(next[a], b)
		next[b] = append(next[b], a)
	}
	for j := 0; j+1 < len(z); j++ {
		for i := 0; i+1 < len(z[j]); i++ {
			a, b, c, d := z[j][i], z[j][i+1], z[j+1][i+1], z[j+1][i]
			if !(math.Abs(a)+math.Abs(b)+math.Abs(c)+math.Abs(d) < 1e300) {
				continue
			}
			bottom, right, top, left := edge{i, j, 0}, edge{i + 1, j, 1}, edge{i, j + 1, 0}, edge{i, j, 1}
			var crossed []edge
			for _, e := range []struct {
				p, q float64
				e    edge
			}{{a, b, bottom}, {b, c, right}, {d, c, top}, {a, d, left}} {
				if (e.p >= level) != (e.q >= level) {
					crossed = append(crossed, e.e)
				}
			}
			switch len(crossed) {
			case 2:
				join(crossed[0], crossed[1])
			case 4:
				if ((a+b+c+d)/4 >= level) == (a >= level) {
					join(bottom, right)
					join(top, left)
				} else {
					join(bottom, left)
					join(top, right)
				}
			}
		}
	}
	at := func(e edge) [2]float64 {
		p := z[e.j][e.i]
		if e.vertical == 1 {
			return [2]float64{float64(e.i), float64(e.j) + (level-p)/(z[e.j+1][e.i]-p)}
		}
		return [2]float64{float64(e.i) + (level-p)/(z[e.j][e.i+1]-p), float64(e.j)}
	}
	done := map[edge]bool{}
	var out [][][2]float64
	trace := func(start edge) {
		line := [][2]float64{at(start)}
		done[start] = true
		for e := start; ; {
			moved := false
			for _, n := range next[e] {
				if !done[n] {
					done[n], e, moved = true, n, true
					line = append(line, at(n))
					break
				}
			}
			if !moved {
				for _, n := range next[e] { // close a ring
					if n == start && len(line) > 2 {
						line = append(line, at(start))
					}
				}
				break
			}
		}
		if len(line) > 1 {
			out = append(out, line)
		}
	}
	for _, e := range order { // open lines from their ends first
		if !done[e] && len(next[e]) == 1 {
			trace(e)
		}
	}
	for _, e := range order {
		if !done[e] {
			trace(e)
		}
	}
	return out
}
