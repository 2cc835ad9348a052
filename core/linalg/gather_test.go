package linalg

import (
	"math"
	"math/rand/v2"
	"testing"
)

func TestGatherSums(t *testing.T) {
	eachPath(t, func(t *testing.T, p Path) {
		r := rand.New(rand.NewPCG(8, 2))
		for blocks := range 40 {
			n := GatherBlock * blocks
			w, f, h := normals(r, 1+r.IntN(50), true), normals(r, n, true), normals(r, n, true)
			index := make([]int32, n)
			for j := range index {
				index[j] = int32(r.IntN(len(w)))
			}
			out, want := make([][4]float64, blocks), make([][4]float64, blocks)
			p.gatherSums(w, index, f, h, out)
			for b := range want {
				var s [3][4]float64
				for j := 8 * b; j < 8*b+8; j++ {
					x, up := w[index[j]], 0.0
					if x > 0 {
						up = x
					}
					for k, product := range [3][2]float64{{x, f[j]}, {x, h[j]}, {up, f[j] - h[j]}} {
						if j%8 < 4 {
							s[k][j%4] = float64(product[0] * product[1])
						} else {
							s[k][j%4] = math.FMA(product[0], product[1], s[k][j%4])
						}
					}
				}
				for k := range s {
					want[b][k] = (s[k][0] + s[k][1]) + (s[k][2] + s[k][3])
				}
				want[b][3] = want[b][2]
				sameBits(t, "sums of gathered numbers", out[b][:], want[b][:])
			}
		}
	})
}

func TestHornerBack(t *testing.T) {
	eachPath(t, func(t *testing.T, p Path) {
		r := rand.New(rand.NewPCG(8, 4))
		for blocks := range 20 {
			n := GatherBlock * blocks
			c, x := [8]float64(normals(r, 8, true)), normals(r, n, true)
			y, z, want := make([]float64, n), make([]float64, n), make([]float64, n)
			p.hornerBack(-0.7, 3, &c, x, y, z)
			for i, v := range x {
				want[i] = x[i/8*8+7] - v
			}
			back := append([]float64(nil), want...)
			hornerPlain(-0.7, c[:], back, want)
			sameBits(t, "polynomial of distances", y, want[:n:n])
			hornerPlain(3, c[:], back, want)
			sameBits(t, "polynomial of distances, scaled again", z, want[:n:n])
		}
	})
	defer func() {
		if recover() == nil {
			t.Error("a part of a block is accepted")
		}
	}()
	HornerBack(1, 2, new([8]float64), make([]float64, 12), make([]float64, 12), make([]float64, 12))
}

// An index outside is refused, wherever it stands.
func TestGatherSumsRefusesIndex(t *testing.T) {
	eachPath(t, func(t *testing.T, p Path) {
		for _, bad := range []int32{5, math.MaxInt32, -1, math.MinInt32} {
			for at := range 16 {
				index := make([]int32, 16)
				index[at] = bad
				func() {
					defer func() {
						if recover() == nil {
							t.Errorf("index %d of 5 numbers at %d is accepted", bad, at)
						}
					}()
					p.gatherSums(make([]float64, 5), index, make([]float64, 16), make([]float64, 16), make([][4]float64, 2))
				}()
			}
		}
	})
	defer func() {
		if recover() == nil {
			t.Error("15 indices for two sums are accepted")
		}
	}()
	GatherSums(make([]float64, 5), make([]int32, 15), make([]float64, 16), make([]float64, 16), make([][4]float64, 2))
}

func BenchmarkGatherSums(b *testing.B) {
	for _, p := range Paths() {
		b.Run(p.String(), func(b *testing.B) {
			r := rand.New(rand.NewPCG(8, 3))
			const blocks = 512
			w, f, h := normals(r, 500, false), normals(r, 8*blocks, false), normals(r, 8*blocks, false)
			index, out := make([]int32, 8*blocks), make([][4]float64, blocks)
			for j := range index {
				index[j] = int32(r.IntN(len(w)))
			}
			for b.Loop() {
				p.gatherSums(w, index, f, h, out)
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/(8*blocks), "ns/number")
		})
	}
}
