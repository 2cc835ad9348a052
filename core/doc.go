// Package core is the simulation core: the science of balanced, noise-robust
// neurons as pure functions of data and a random stream. It performs no I/O,
// keeps no global state and imports nothing of gardner outside core.
//
// The source is R. Rubin, L. F. Abbott and H. Sompolinsky, "Balanced excitation
// and inhibition are required for high-capacity, noise-robust neuronal
// selectivity", PNAS 114(44):E9366 (2017), called "the paper" everywhere.
//
// One vocabulary serves the code, the wire, the docs and the command line.
// Sections are those of the model description that the docs follow.
//
//	symbol        name in Go and in sweeps     unit                 meaning
//	N             N                            -                    afferents of a neuron
//	P             P, patterns                  -                    patterns to classify
//	alpha         alpha, load                  P/N                  load
//	f_exc         FExc, f_exc                  0..1                 excitatory fraction of the afferents
//	p_out         POut, p_out                  0..1                 probability of label +1
//	CV_exc        CVExc                        -                    sigma_exc / mean of the excitatory inputs
//	phi           Phi, phi                     -                    CV_exc / CV_inh
//	lambda        Lambda, lambda               -                    sigma_inh / sigma_exc
//	Gamma         Gamma, gamma                 1/sigma_exc          bound on the physical weight norm |w|/theta
//	w, theta      Weights, Theta               canonical            y (w.x - theta) >= 1
//	w/theta       Physical                     V_th = 1             physical weights
//	kappa_in      KappaIn, kappa_in            sigma_exc            1/|w|: tolerated input noise
//	kappa_out     KappaOut, kappa_out          V_th                 1/theta: tolerated output noise
//	A             MaxKappaIn, solution A       -                    minimises |w|^2/2
//	B             MaxKappaOut, solution B      -                    minimises theta
//	U, UF         sign-free solutions          -                    without sign constraints; without signs, norm, theta >= 0
//	alpha_c       alpha_in at kappa 0          P/N                  capacity
//	alpha_b       alpha_balanced               P/N                  largest load with a balanced solution
//	IB            Imbalance, imbalance         -                    <w.x> / <sum |w_i| x_i>
package core
