package theory

import (
	"math"

	"gardner/core/num"
)

// WeightDensity is the distribution of the weights of one type: a delta mass
// Silent at 0 and, on the side of Sign, a rectified normal density
//
//	p(w) = G(|w|/Scale + Shift)/Scale,   with total mass H(Shift) = 1 - Silent.
type WeightDensity struct {
	Sign   int     // +1 excitatory, -1 inhibitory
	Scale  float64 // s.d. of the underlying normal, in the unit of the norm given
	Shift  float64 // B for excitatory, -phi B for inhibitory weights
	Silent float64 // fraction of exactly zero weights
}

// SilentFractions returns the fractions of silent excitatory and inhibitory
// weights, 1 - H(B) and 1 - H(-phi B); 1/2 each on the input-noise line.
func (n Neuron) SilentFractions(o Order) (exc, inh float64) {
	return num.H(-o.B), num.H(n.Phi * o.B)
}

// WeightDensities returns the distributions of the physical weights of a
// solution with order parameters o, norm |w|/theta and nAff afferents,
//
//	w_exc = norm C/sqrt N (z-B)_+,   w_inh = -norm C R/sqrt N (z + phi B)_+
//
// (paper, "distribution of synaptic weights"). The norm is Gamma for balanced
// solutions, NormIn and the like for others. Weights are in the unit of norm,
// 1/sigma_exc for Units{...}.Norm.
func (n Neuron) WeightDensities(o Order, norm float64, nAff int) (exc, inh WeightDensity, err error) {
	if err := positive("norm", norm); err != nil {
		return exc, inh, err
	}
	if nAff < 1 {
		return exc, inh, &DomainError{"N", float64(nAff), "of at least 1"}
	}
	scale := norm * o.C / math.Sqrt(float64(nAff))
	se, si := n.SilentFractions(o)
	return WeightDensity{Sign: 1, Scale: scale, Shift: o.B, Silent: se},
		WeightDensity{Sign: -1, Scale: scale * o.R, Shift: -n.Phi * o.B, Silent: si}, nil
}

// At returns the density at w, without the delta mass at 0; 0 on the side
// of the other sign.
func (d WeightDensity) At(w float64) float64 {
	x := w * float64(d.Sign)
	if x < 0 {
		return 0
	}
	return num.Gauss(x/d.Scale+d.Shift) / d.Scale
}

// Mass returns the probability of a weight in [lo, hi], without the delta mass
// at 0: what a histogram of the non-zero weights should hold in that bin, as a
// fraction of all weights of the type.
func (d WeightDensity) Mass(lo, hi float64) float64 {
	if d.Sign < 0 {
		lo, hi = -hi, -lo
	}
	lo, hi = math.Max(lo, 0), math.Max(hi, 0)
	if hi <= lo {
		return 0
	}
	return num.H(lo/d.Scale+d.Shift) - num.H(hi/d.Scale+d.Shift)
}

// Mean returns the mean weight, Sign Scale J1(Shift), silent weights included.
func (d WeightDensity) Mean() float64 { return float64(d.Sign) * d.Scale * num.J1(d.Shift) }

// MeanSquare returns the mean square, Scale^2 J2(Shift), silent weights included.
func (d WeightDensity) MeanSquare() float64 { return d.Scale * d.Scale * num.J2(d.Shift) }
