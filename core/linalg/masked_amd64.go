package linalg

// The masked kernels in assembly; words > 0.
//
//go:noescape
func maskedSumAVX512(words int, x *float64, mask *uint64) float64

//go:noescape
func maskedSumAVX2(words int, x *float64, mask *uint64) float64

//go:noescape
func maskedAddRectifiedAVX512(words int, a float64, x *float64, mask *uint64) float64

//go:noescape
func maskedAddRectifiedAVX2(words int, a float64, x *float64, mask *uint64) float64

// maskedSum is MaskedSum; x holds 64 numbers a word.
func (p Path) maskedSum(x []float64, mask []uint64) float64 {
	words := len(mask)
	if words == 0 {
		return 0
	}
	_ = x[64*words-1]
	switch p {
	case AVX512:
		return maskedSumAVX512(words, &x[0], &mask[0])
	case AVX2:
		return maskedSumAVX2(words, &x[0], &mask[0])
	}
	return maskedSumPlain(x, mask)
}

// maskedAddRectified is MaskedAddRectified; x holds 64 numbers a word.
func (p Path) maskedAddRectified(a float64, x []float64, mask []uint64) float64 {
	words := len(mask)
	if words == 0 {
		return 0
	}
	_ = x[64*words-1]
	switch p {
	case AVX512:
		return maskedAddRectifiedAVX512(words, a, &x[0], &mask[0])
	case AVX2:
		return maskedAddRectifiedAVX2(words, a, &x[0], &mask[0])
	}
	return maskedAddRectifiedPlain(a, x, mask)
}
