package perceptron

import "gardner/core/linalg"

// Options tune a solve; nil means the defaults. The bits of an answer do not depend on Threads or Engine.
type Options struct {
	// Threads is the number of threads of the matrix kernels (default 1) if Engine is nil.
	Threads int
	// Engine, if given, runs the matrix kernels and keeps their scratch memory; it must not be used by two solves at
	// the same time.
	Engine *linalg.Engine
	// Workspace, if given, keeps the solver's own memory from one solve to the next (about 3 P N + 3 min(P,N)^2 floats);
	// not for use by two solves at the same time either.
	Workspace *Workspace
	// Tol is the wanted duality gap, 1e-8 (CertifiedGap) if zero or larger. The active set usually reaches 1e-12.
	Tol float64
	// SkipSignedMargin leaves SignedMargin of a feasible A undefined (NaN): it saves the solve of B that finds it.
	SkipSignedMargin bool

	siftFrom int // patterns times inputs from which a problem is sifted; 0: siftFrom
}

// resolved fills in the defaults.
func (o *Options) resolved() Options {
	var r Options
	if o != nil {
		r = *o
	}
	if r.Threads < 1 {
		r.Threads = 1
	}
	if r.Engine == nil {
		r.Engine = linalg.New(r.Threads)
	}
	if r.Workspace == nil {
		r.Workspace = new(Workspace)
	}
	if !(r.Tol > 0) || r.Tol > CertifiedGap {
		r.Tol = CertifiedGap
	}
	if r.siftFrom == 0 {
		r.siftFrom = siftFrom
	}
	return r
}
