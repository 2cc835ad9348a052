// Package fingerprint condenses a machine's arithmetic into a short hash.
//
//	fingerprint.Compute()    // "3f81c2d4"
//
// Results are pure functions of their point and seed; that they have equal bits
// on two machines is what the portable kernels are for and what the fingerprint
// checks: workers report it, results of equal fingerprints are compared bit by
// bit, others within tolerances. It depends on the results alone, not on names of
// CPUs or builds.
package fingerprint

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash"
	"math"
	"runtime"
	"strings"

	"gardner/core/linalg"
)

// Part is the hash of one package's battery.
type Part struct {
	Name string
	Hash string // 8 hexadecimal digits
}

// Compute returns the fingerprint, 8 hexadecimal digits: the hash of the parts. It
// takes a few milliseconds.
func Compute() string { return combine(Parts()) }

// Parts returns the hashes of the packages, in a fixed order; where two
// fingerprints differ they tell what differs.
func Parts() []Part { return parts(linalg.Best()) }

// Describe returns a line for people: platform, kernels, fingerprint and its parts.
func Describe() string {
	all := Parts()
	var b strings.Builder
	fmt.Fprintf(&b, "%s/%s %s, %v kernels, fingerprint %s (", runtime.GOOS, runtime.GOARCH, runtime.Version(), linalg.Best(), combine(all))
	for i, p := range all {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(p.Name + " " + p.Hash)
	}
	b.WriteString(")")
	return b.String()
}

func combine(all []Part) string {
	h := sha256.New()
	for _, p := range all {
		h.Write([]byte(p.Name + " " + p.Hash + "\n"))
	}
	return short(h)
}

func parts(path linalg.Path) []Part {
	all := []Part{{Name: "num"}, {Name: "rng"}, {Name: "patterns"}, {Name: "linalg"}}
	for i, battery := range []func(*digest){numBattery, rngBattery, patternsBattery, func(d *digest) { linalgBattery(d, path) }} {
		d := &digest{h: sha256.New()}
		battery(d)
		all[i].Hash = short(d.h)
	}
	return all
}

// digest collects the bits of numbers.
type digest struct {
	h   hash.Hash
	buf []byte
}

func (d *digest) add(x ...float64) {
	d.buf = d.buf[:0]
	for _, v := range x {
		if math.IsNaN(v) {
			v = math.NaN() // the payload of a NaN is not promised
		}
		b := math.Float64bits(v)
		d.buf = append(d.buf, byte(b), byte(b>>8), byte(b>>16), byte(b>>24), byte(b>>32), byte(b>>40), byte(b>>48), byte(b>>56))
	}
	d.h.Write(d.buf)
}

func short(h hash.Hash) string { return hex.EncodeToString(h.Sum(nil)[:4]) }

// Differing returns the kernel paths of this machine whose results differ from plain Go's; there should be none.
func Differing() (bad []linalg.Path) {
	plain := combine(parts(linalg.Plain))
	for _, p := range linalg.Paths() {
		if combine(parts(p)) != plain {
			bad = append(bad, p)
		}
	}
	return bad
}
