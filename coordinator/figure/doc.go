// Package figure draws journal-ready figures of sweep results with theory over
// them, as SVG, PNG or PDF, from a small model of its own.
//
//	f := &figure.Figure{
//		X: figure.Axis{Name: figure.Symbol("kappa"), Unit: figure.Symbol("sigma_exc")},
//		Y: figure.Axis{Name: figure.Symbol("alpha_in"), Unit: "P/N"},
//		Panels: []figure.Panel{{
//			Series: []figure.Series{{Label: "N = 200", Points: points}},
//			Lines:  []figure.Line{{Label: "theory", X: kappas, Y: alphas}},
//		}},
//	}
//	svg, err := figure.Draw(f, "svg", figure.Double)
//
// # House style
//
// Colours of Okabe and Ito, which colour-blind readers tell apart; series differ
// in marker shape too, so that a grey print is readable. Text is 7 to 8 points
// at the final size. Ticks follow 1-2-5, decades on a logarithmic axis. The
// legend stands in a free corner of a single panel or outside the panels, never
// over data. Panels without axes of their own share ranges.
//
// # Text
//
// Labels know a small markup: *x* is italic, _{..} a subscript, ^{..} a
// superscript; anything else stands for itself, so "f_exc" is safe. Symbol gives
// the paper's symbol of a parameter's or metric's name.
//
// # Determinism
//
// Equal figures give equal bytes: no time, no random number, no map order. SVG
// keeps text as text in Liberation Sans or the metric-compatible Arial and
// Helvetica; PNG and PDF hold outlines, so no font has to be there.
package figure
