package rng

import (
	"crypto/sha256"
	"encoding/binary"
)

// Key names a stream: equal keys give equal streams, different keys independent ones.
type Key [32]byte

// NewKey returns the key of a sequence of parts: SHA-256 of the parts, each
// preceded by its length, so that ("ab", "c") and ("a", "bc") differ.
func NewKey(parts ...string) Key { return hash("gardner key 1", nil, parts) }

// Sub returns the key of a part of what k names. Sub(a).Sub(b), Sub(a, b) and
// NewKey(a, b) are three different keys.
func (k Key) Sub(parts ...string) Key { return hash("gardner sub 1", k[:], parts) }

func hash(domain string, prefix []byte, parts []string) Key {
	buf := make([]byte, 0, 256)
	buf = append(buf, domain...)
	buf = append(buf, prefix...)
	for _, p := range parts {
		buf = binary.LittleEndian.AppendUint64(buf, uint64(len(p)))
		buf = append(buf, p...)
	}
	return sha256.Sum256(buf)
}
