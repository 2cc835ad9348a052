package figure

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"image/png"
	"math"
	"regexp"
	"strings"
	"testing"
)

func wave(nx, ny int, even bool) *Figure {
	h := &HeatMap{Name: "wave", Levels: []float64{0.5}}
	place := func(i int) float64 {
		if even {
			return float64(i)
		}
		return float64(i) + float64(i*i)/50
	}
	for i := range nx {
		h.X = append(h.X, place(i))
	}
	for j := range ny {
		h.Y = append(h.Y, place(j))
		row := make([]float64, nx)
		for i := range row {
			row[i] = math.Sin(float64(i)/5) * math.Cos(float64(j)/7)
		}
		h.Z = append(h.Z, row)
	}
	h.Z[0][0] = math.NaN()
	return &Figure{Panels: []Panel{{Heat: h}}}
}

// A heat map of few cells says the value of each; one of many carries them and stays small.
func TestHeatMapValues(t *testing.T) {
	t.Parallel()
	few := string(draw(t, wave(20, 15, true), "svg", Double))
	if n := strings.Count(few, "<title>"); n != 300 {
		t.Errorf("%d of 300 cells say their value", n)
	}
	for _, want := range []string{"<title>no value at 0, 0</title>", fmt.Sprintf("<title>%.4g at 3, 2</title>", math.Sin(0.6)*math.Cos(2./7))} {
		if !strings.Contains(few, want) {
			t.Errorf("no %q", want)
		}
	}
	for _, even := range []bool{true, false} {
		f := wave(100, 120, even)
		many := draw(t, f, "svg", Double)
		if len(many) > 200_000 {
			t.Errorf("12,000 cells take %d bytes (even %v)", len(many), even)
		}
		attribute := func(name string) []string {
			m := regexp.MustCompile(` data-` + name + `="([^"]*)"`).FindSubmatch(many)
			if m == nil {
				t.Fatalf("no data-%s", name)
			}
			return strings.Fields(string(m[1]))
		}
		if x, y, z, left, low := attribute("x"), attribute("y"), attribute("z"), attribute("left"), attribute("low"); len(x) != 100 || len(y) != 120 || len(z) != 12_000 || len(left) != 101 || len(low) != 121 ||
			z[0] != "-" || z[2*100+3] != fmt.Sprintf("%.4g", f.Panels[0].Heat.Z[2][3]) {
			t.Errorf("values: %d, %d, %d, %d, %d, %s", len(x), len(y), len(z), len(left), len(low), z[2*100+3])
		}
		// The picture's corners are the cells' colours, the first row below.
		m := regexp.MustCompile(`base64,([^"]*)"`).FindSubmatch(many)
		data, err := base64.StdEncoding.DecodeString(string(m[1]))
		if err != nil {
			t.Fatal(err)
		}
		img, err := png.Decode(bytes.NewReader(data))
		if err != nil {
			t.Fatal(err)
		}
		b, shade := img.Bounds(), f.Panels[0].Heat.shades()
		if even && (b.Dx() != 100 || b.Dy() != 120) {
			t.Errorf("the picture is %v", b)
		}
		for _, c := range []struct{ px, py, i, j int }{{0, b.Dy() - 1, 0, 0}, {b.Dx() - 1, b.Dy() - 1, 99, 0}, {0, 0, 0, 119}, {b.Dx() - 1, 0, 99, 119}} {
			r, g, bl, _ := img.At(c.px, c.py).RGBA()
			if want := shade.of(f.Panels[0].Heat.Z[c.j][c.i]); uint8(r>>8) != want.R || uint8(g>>8) != want.G || uint8(bl>>8) != want.B {
				t.Errorf("cell %d, %d is %x %x %x, want %v", c.i, c.j, r>>8, g>>8, bl>>8, want)
			}
		}
	}
}
