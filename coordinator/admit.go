package coordinator

import (
	"encoding/hex"
	"fmt"
	"slices"
	"strings"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"gardner/coordinator/scheduler"
	gardnerv1 "gardner/proto/gardner/v1"
	"gardner/sweeps"
)

// Bounds on what a Hello may say.
const (
	workerIDSize   = 16
	maxSlots       = 1 << 14
	maxExperiments = 1 << 10
	maxText        = 256
	maxHeld        = 1 << 14
	maxArtefacts   = 1 << 12
)

// admit decides whether a worker fits to this coordinator, and returns what it can run: experiments of the same version
// only, for others compute other bits.
func (c *Coordinator) admit(h *gardnerv1.Hello) (can map[string]bool, err error) {
	if h.Protocol != Protocol {
		return nil, status.Errorf(codes.FailedPrecondition, "the worker (version %.64q) speaks protocol %d, this coordinator (version %s) protocol %d: use the same gardner on both",
			h.Version, h.Protocol, c.cfg.Version, Protocol)
	}
	if len(h.Worker) != workerIDSize || h.Slots == 0 || h.Slots > maxSlots || len(h.Experiments) > maxExperiments || len(h.Artefacts) > maxArtefacts || len(h.Held) > maxHeld ||
		max(len(h.Version), len(h.Host), len(h.Fingerprint)) > maxText {
		return nil, status.Errorf(codes.InvalidArgument, "a hello with a worker id of %d bytes, %d slots, %d experiments and %d leases cannot be right",
			len(h.Worker), h.Slots, len(h.Experiments), len(h.Held))
	}
	can = map[string]bool{}
	var differ []string
	for _, x := range h.Experiments {
		if sweeps.IsCommand(x.Name) {
			can[fmt.Sprintf("%.80s@%d", x.Name, x.Version)] = true
			continue
		}
		e, err := c.cfg.Registry.Lookup(x.Name)
		switch {
		case err != nil:
		case uint32(e.Version) == x.Version:
			can[e.ID()] = true
		default:
			differ = append(differ, fmt.Sprintf("%s@%d instead of %s", e.Name, x.Version, e.ID()))
		}
	}
	slices.Sort(differ)
	if len(can) == 0 {
		return nil, status.Errorf(codes.FailedPrecondition, "the worker (version %.64q) runs no experiment as this coordinator (version %s) plans it [%s]: use the same gardner on both",
			h.Version, c.cfg.Version, strings.Join(differ, ", "))
	}
	if len(differ) > 0 {
		c.log.Warn("worker gets no tasks of some experiments: their versions differ", "host", h.Host, "version", h.Version, "experiments", differ)
	}
	_, seen := c.fingerprints.LoadOrStore(h.Fingerprint, true)
	if !seen {
		c.newFingerprint()
	}
	if !seen && c.cfg.Fingerprint != "" && h.Fingerprint != c.cfg.Fingerprint {
		c.log.Warn("worker computes other bits than this machine: results agree within tolerances only", "host", h.Host,
			"fingerprint", h.Fingerprint, "here", c.cfg.Fingerprint)
	}
	return can, nil
}

// claims checks the leases a worker says it holds.
func (x *session) claims(held []*gardnerv1.Held) ([]scheduler.Claim, error) {
	var out []scheduler.Claim
	for _, h := range held {
		l, err := x.open(h.Seal)
		if err != nil {
			return nil, err
		}
		c := scheduler.Claim{Lease: *l}
		for _, r := range h.Ranges {
			c.Left = append(c.Left, scheduler.Span{Lo: r.Lo, Hi: r.Hi})
		}
		out = append(out, c)
	}
	return out, nil
}

func databaseID(text string) ([]byte, error) {
	id, err := hex.DecodeString(text)
	if err != nil {
		return nil, status.Errorf(codes.Internal, "the database's id is damaged: %v", err)
	}
	return id, nil
}
