package store

import (
	"encoding/binary"
	"hash/crc32"
)

// Names of the top-level buckets; doc.go describes their layout.
var (
	bucketGardner  = []byte("gardner")
	bucketSecrets  = []byte("secrets")
	bucketSettings = []byte("settings")
	bucketSweeps   = []byte("sweeps")
	bucketBlocks   = []byte("blocks")
	bucketResults  = []byte("results")
	bucketProgress = []byte("progress")
	bucketFailures = []byte("failures")
	bucketAudited  = []byte("audited")

	// firstBuckets are those of schema 1; migrate.go adds the others.
	firstBuckets = [][]byte{bucketGardner, bucketSecrets, bucketSettings, bucketSweeps, bucketBlocks, bucketResults, bucketProgress, bucketFailures}
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

const taskKeyLen = 12

// taskKey is the key of a task's result or failure: it sorts by block, then in plan order.
func taskKey(dst []byte, seq uint32, ordinal uint64) []byte {
	dst = binary.BigEndian.AppendUint32(dst, seq)
	return binary.BigEndian.AppendUint64(dst, ordinal)
}

// ordinalOf returns the ordinal of a task's key.
func ordinalOf(k []byte) (ordinal uint64, ok bool) {
	if len(k) != taskKeyLen {
		return 0, false
	}
	return binary.BigEndian.Uint64(k[4:]), true
}

func chunkKey(seq uint32, chunk uint32) []byte {
	k := binary.BigEndian.AppendUint32(make([]byte, 0, 8), seq)
	return binary.BigEndian.AppendUint32(k, chunk)
}

// seal appends crc32c(key, payload) and payload to dst.
func seal(dst, key, payload []byte) []byte {
	sum := crc32.Update(crc32.Checksum(key, castagnoli), castagnoli, payload)
	dst = binary.LittleEndian.AppendUint32(dst, sum)
	return append(dst, payload...)
}

// unseal checks a sealed value and returns its payload, aliasing value.
func unseal(key, value []byte) ([]byte, bool) {
	if len(value) < 4 {
		return nil, false
	}
	sum := crc32.Update(crc32.Checksum(key, castagnoli), castagnoli, value[4:])
	return value[4:], sum == binary.LittleEndian.Uint32(value)
}
