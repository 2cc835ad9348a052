package figure

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"image/color"
	"image/png"
	"math"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/vgimg"
)

// pngDPI is the resolution of PNG files, that of print.
const pngDPI = 300

// pngSurface rasterises with gonum/plot's image canvas.
type pngSurface struct {
	canvas *vgimg.Canvas
	fonts  *typefaces
}

func newPNG(w, h vg.Length, fonts *typefaces) *pngSurface {
	return &pngSurface{canvas: vgimg.NewWith(vgimg.UseWH(w, h), vgimg.UseDPI(pngDPI), vgimg.UseBackgroundColor(color.White)), fonts: fonts}
}

func (s *pngSurface) fill(p vg.Path, c color.NRGBA) {
	s.canvas.SetColor(c)
	s.canvas.Fill(p)
}

func (s *pngSurface) stroke(p vg.Path, c color.NRGBA, width vg.Length, dash []vg.Length) {
	s.canvas.SetColor(c)
	s.canvas.SetLineWidth(width)
	s.canvas.SetLineDash(dash, 0)
	s.canvas.Stroke(p)
}

func (s *pngSurface) text(x, y vg.Length, up bool, runs []run, c color.NRGBA) {
	if p := s.fonts.outline(x, y, up, runs); len(p) > 0 {
		s.fill(p, c)
	}
}

// encode writes the image with its resolution (pHYs) and metadata (iTXt), which
// the standard encoder leaves out, right after the header chunk.
func (s *pngSurface) encode(title string, meta []Meta) ([]byte, error) {
	var b bytes.Buffer
	if err := png.Encode(&b, s.canvas.Image()); err != nil {
		return nil, fmt.Errorf("figure: encode PNG: %w", err)
	}
	const header = 8 + 25 // signature and IHDR
	raw := b.Bytes()
	out := append([]byte(nil), raw[:header]...)
	var density [9]byte
	perMetre := uint32(math.Round(pngDPI / 0.0254))
	binary.BigEndian.PutUint32(density[0:], perMetre)
	binary.BigEndian.PutUint32(density[4:], perMetre)
	density[8] = 1
	out = appendChunk(out, "pHYs", density[:])
	if title != "" {
		meta = append([]Meta{{"Title", title}}, meta...)
	}
	for _, m := range meta {
		// keyword NUL, not compressed, no language, no translated keyword, text.
		out = appendChunk(out, "iTXt", []byte(pngKeyword(m.Key)+"\x00\x00\x00\x00\x00"+m.Value))
	}
	return append(out, raw[header:]...), nil
}

func appendChunk(b []byte, kind string, data []byte) []byte {
	b = binary.BigEndian.AppendUint32(b, uint32(len(data)))
	start := len(b)
	b = append(append(b, kind...), data...)
	return binary.BigEndian.AppendUint32(b, crc32.ChecksumIEEE(b[start:]))
}

// pngKeyword keeps what the format allows: 1 to 79 printable Latin-1 characters.
func pngKeyword(s string) string {
	k := make([]byte, 0, len(s))
	for _, r := range s {
		if r > ' ' && r < 127 && len(k) < 79 {
			k = append(k, byte(r))
		}
	}
	if len(k) == 0 {
		return "Comment"
	}
	return string(k)
}
