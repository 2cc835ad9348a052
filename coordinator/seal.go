package coordinator

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"errors"

	"gardner/coordinator/scheduler"
	"gardner/sweeps"
)

// A seal is a lease in writing, under the database's key:
//
//	version(1) number(8) block(16) lo(8) hi(8) uvarint(rows) uvarint(row - row before)* mac(16)
//
// The worker returns it with every result, so a coordinator that has restarted, or forgotten the lease, can judge the
// result all the same. The MAC is HMAC-SHA256 cut to 16 bytes.
const (
	sealVersion = 1
	sealKeySize = 32
	sealHead    = 1 + 8 + 16 + 8 + 8
	sealMAC     = 16
)

var errSeal = errors.New("the seal of the lease is not this database's")

func makeSeal(key []byte, l *scheduler.Lease) []byte {
	b := make([]byte, 0, sealHead+1+2*len(l.Inner)+sealMAC)
	b = append(b, sealVersion)
	b = binary.BigEndian.AppendUint64(b, uint64(l.ID))
	b = append(b, l.Block[:]...)
	b = binary.BigEndian.AppendUint64(b, l.Lo)
	b = binary.BigEndian.AppendUint64(b, l.Hi)
	b = binary.AppendUvarint(b, uint64(len(l.Inner)))
	last := 0
	for _, row := range l.Inner {
		b = binary.AppendUvarint(b, uint64(row-last))
		last = row
	}
	return append(b, sealSum(key, b)...)
}

func sealSum(key, body []byte) []byte {
	h := hmac.New(sha256.New, key)
	h.Write(body)
	return h.Sum(nil)[:sealMAC]
}

// openSeal checks a seal and returns the lease.
func openSeal(key, seal []byte) (*scheduler.Lease, error) {
	if len(seal) < sealHead+1+sealMAC || seal[0] != sealVersion {
		return nil, errSeal
	}
	body, sum := seal[:len(seal)-sealMAC], seal[len(seal)-sealMAC:]
	if !hmac.Equal(sum, sealSum(key, body)) {
		return nil, errSeal
	}
	l := &scheduler.Lease{
		ID:    scheduler.LeaseID(binary.BigEndian.Uint64(body[1:])),
		Block: sweeps.BlockID(body[9:25]),
		Lo:    binary.BigEndian.Uint64(body[25:]),
		Hi:    binary.BigEndian.Uint64(body[33:]),
	}
	body = body[sealHead:]
	n, k := binary.Uvarint(body)
	if k <= 0 || n > uint64(len(body)) {
		return nil, errSeal
	}
	body = body[k:]
	row := 0
	for range n {
		d, k := binary.Uvarint(body)
		if k <= 0 || d > sweeps.MaxInner {
			return nil, errSeal
		}
		body = body[k:]
		row += int(d)
		l.Inner = append(l.Inner, row)
	}
	if len(body) != 0 {
		return nil, errSeal
	}
	return l, nil
}
