// Package inhibition compares ways in which inhibition can balance an associative memory
// network whose memories live in its excitatory population (the model description,
// section 6). The architectures are those of the talk "E-I balance is required for
// high-capacity, noise-robust neuronal computation" (Flatiron Institute, November 2017);
// the parameters are ours.
//
//	pop := inhibition.Population{NExc: 400, NInh: 100, FE: .3, MI: .15}
//	circuit := pop.Draw(s)                                   // random couplings of the I population
//	rec, err := circuit.Clamp(ctx, memory, inhibition.BurnIn, inhibition.Recorded, s)
//	fmt.Println(rec.Asynchrony(pop.MI).Asynchronous())       // true: it neither freezes nor swings as one
//
// # The I population
//
// N_I neurons of threshold 1 with random couplings of exponential distribution,
//
//	J_II = -(j/sqrt N_I) Exp(1), no self-coupling, j = 2,      J_IE = (g/sqrt N_E) Exp(1),
//
// g set so that their mean activity is m_I while the E population is in a memory:
//
//	u = g sqrt(N_E) f_E - j sqrt(N_I) m_I - 1 = -sqrt(g^2 f_E + j^2 m_I) H^-1(m_I).
//
// # Architectures
//
// E neurons have threshold 1 and are trained for the largest kappa_out (solution B,
// weights onto a neuron of norm at most Gamma):
//
//	constant     E->E learned; a constant inhibitory input I_0
//	feedback     E->E learned; an input I_0 (mean x_E)/f_E
//	live         E->E learned; uniform weights -J_0/sqrt N_I from the I population, J_0 sqrt(N_I) m_I = I_0
//	ei           E->E and I->E learned, the I population being as it is
//	selective    all neurons are part of the memories and all weights are learned (package memory)
//	excitatory   E->E learned, no inhibition: nothing can balance
//
// I_0 = Gamma f_E sqrt(N_E) J1(B)/sqrt(J2(B)) with theory's B at the load (package theory,
// CommonInhibition; B = 0 for constant, that of feedback for live), rounded to two
// decimals so that it is the same everywhere: the margin is stationary in B. live and
// ei are trained on the I population's activity averaged over 300 cycles with E clamped
// at each memory, after 100 of burn-in.
//
// # Tests
//
// Protocols are those of package memory, with errors over E neurons only and noise on
// the neurons that are trained. E and I neurons are updated in one random order; the I
// population burns in with E clamped at the start of a test, then E is released.
// Frozen, the I population is replaced by its average at the memory that is tested,
// which separates the noise that inhibition itself makes.
package inhibition
