package figure

import (
	"image/color"
	"math"
)

// Colours. The qualitative ones are those of Okabe and Ito (2008), in an order
// that keeps neighbours apart; yellow is left out, it is lost on white paper.
var (
	ink    = color.NRGBA{0x1a, 0x1a, 0x1a, 0xff}
	faint  = color.NRGBA{0x59, 0x59, 0x59, 0xff}
	white  = color.NRGBA{0xff, 0xff, 0xff, 0xff}
	absent = color.NRGBA{0xd9, 0xd9, 0xd9, 0xff}
)

func styleColor(style int) color.NRGBA {
	if style < 0 {
		return ink
	}
	okabeIto := [...]color.NRGBA{
		{0x00, 0x72, 0xb2, 0xff}, // blue
		{0xd5, 0x5e, 0x00, 0xff}, // vermilion
		{0x00, 0x9e, 0x73, 0xff}, // bluish green
		{0xcc, 0x79, 0xa7, 0xff}, // reddish purple
		{0xe6, 0x9f, 0x00, 0xff}, // orange
		{0x56, 0xb4, 0xe9, 0xff}, // sky blue
		{0x1a, 0x1a, 0x1a, 0xff}, // black
	}
	return okabeIto[style%len(okabeIto)]
}

// sequential maps 0..1 to the colours of viridis (van der Walt and Smith),
// which grow evenly in lightness.
func sequential(t float64) color.NRGBA {
	return between(t, []color.NRGBA{
		{68, 1, 84, 255}, {72, 40, 120, 255}, {62, 74, 137, 255}, {49, 104, 142, 255}, {38, 130, 142, 255},
		{31, 158, 137, 255}, {53, 183, 121, 255}, {110, 206, 88, 255}, {181, 222, 43, 255}, {253, 231, 37, 255},
	})
}

// diverging maps 0..1 to blue - white - vermilion.
func diverging(t float64) color.NRGBA {
	return between(t, []color.NRGBA{
		{0x00, 0x3f, 0x6b, 255}, {0x00, 0x72, 0xb2, 255}, {0x8c, 0xc1, 0xe0, 255}, {0xf7, 0xf7, 0xf7, 255},
		{0xf3, 0xb3, 0x82, 255}, {0xd5, 0x5e, 0x00, 255}, {0x86, 0x38, 0x00, 255},
	})
}

func between(t float64, stops []color.NRGBA) color.NRGBA {
	x := math.Min(math.Max(t, 0), 1) * float64(len(stops)-1)
	i := min(int(x), len(stops)-2)
	u := x - float64(i)
	mix := func(a, b uint8) uint8 { return uint8(math.Round(float64(a)*(1-u) + float64(b)*u)) }
	a, b := stops[i], stops[i+1]
	return color.NRGBA{mix(a.R, b.R), mix(a.G, b.G), mix(a.B, b.B), 255}
}

// lightness returns the relative luminance 0..1, to choose ink on a colour.
func lightness(c color.NRGBA) float64 {
	return (0.2126*float64(c.R) + 0.7152*float64(c.G) + 0.0722*float64(c.B)) / 255
}

func alpha(c color.NRGBA, a uint8) color.NRGBA { c.A = a; return c }
