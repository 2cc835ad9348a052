package linalg

// Path is a set of instructions the kernels can be built from. All paths give
// the same bits; they differ in speed. Programs use Best (New does); tests
// force each one.
type Path uint8

// The paths, slowest first. Plain is Go with math.FMA and runs everywhere.
const (
	Plain Path = iota
	NEON
	AVX2
	AVX512
)

func (p Path) String() string {
	switch p {
	case NEON:
		return "neon"
	case AVX2:
		return "avx2"
	case AVX512:
		return "avx512"
	}
	return "plain"
}

// Best returns the fastest path of this machine.
func Best() Path { return hostPath }

// hostPath is fixed at start-up from what the CPU (and the operating system)
// says it can do; nothing writes to it later.
var hostPath = detectPath()

// Available reports whether this machine can run the path.
func (p Path) Available() bool {
	return p == Plain || p == hostPath || p == AVX2 && hostPath == AVX512
}

// Paths returns the paths that this machine can run, slowest first.
func Paths() (out []Path) {
	for _, p := range []Path{Plain, NEON, AVX2, AVX512} {
		if p.Available() {
			out = append(out, p)
		}
	}
	return out
}
