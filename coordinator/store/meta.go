package store

import (
	"encoding/binary"
	"fmt"
	"hash/fnv"
	"io"
	"os"
)

// bbolt keeps two copies of its root ("meta pages"), written alternately. They
// are read here without bbolt, to tell a foreign file from a damaged one before
// anything is mapped, and to make the newest durable after a failed sync.

const (
	boltMagic     = 0xED0CDAED
	boltVersion   = 2
	boltPageHead  = 16 // page header before the meta struct
	boltMetaSize  = 64
	boltMinPage   = 512
	boltMaxPage   = 1 << 24
	boltMetaCheck = 56 // offset of the checksum
)

// boltMeta is what a meta page says about its file.
type boltMeta struct {
	offset    int64
	pageSize  int64
	highWater uint64 // pages in use: the file must have at least so many
	txid      uint64
}

// readMetas returns the valid meta pages, the newest first. bolt says whether
// the file has the magic number of bbolt at all.
func readMetas(f io.ReaderAt, size int64) (metas []boltMeta, bolt bool) {
	try := func(offset int64) (pageSize int64) {
		buf := make([]byte, boltPageHead+boltMetaSize)
		if offset+int64(len(buf)) > size {
			return 0
		}
		if _, err := f.ReadAt(buf, offset); err != nil {
			return 0
		}
		// bbolt writes the struct in the machine's byte order; all we run on are little endian.
		m, le := buf[boltPageHead:], binary.LittleEndian
		if le.Uint32(m) != boltMagic {
			return 0
		}
		bolt = true
		h := fnv.New64a()
		h.Write(m[:boltMetaCheck])
		ps := int64(le.Uint32(m[8:]))
		if le.Uint32(m[4:]) != boltVersion || h.Sum64() != le.Uint64(m[boltMetaCheck:]) || ps < boltMinPage || ps > boltMaxPage {
			return 0
		}
		metas = append(metas, boltMeta{offset: offset, pageSize: ps, highWater: le.Uint64(m[40:]), txid: le.Uint64(m[48:])})
		return ps
	}
	if ps := try(0); ps != 0 {
		try(ps)
	} else {
		// The first is unreadable, and with it the page size: look where the second can be.
		for ps := int64(1024); ps <= boltMaxPage && len(metas) == 0; ps *= 2 {
			try(ps)
		}
	}
	if len(metas) == 2 && metas[1].txid > metas[0].txid {
		metas[0], metas[1] = metas[1], metas[0]
	}
	return metas, bolt
}

// examine looks at a file that is locked, without bbolt and without writing.
func examine(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	metas, bolt := readMetas(f, info.Size())
	switch {
	case len(metas) == 0 && !bolt:
		return fmt.Errorf("open %s: %w; give another file with --db", path, ErrForeign)
	case len(metas) == 0:
		return &CorruptError{Path: path, Detail: "neither of its two root pages is valid"}
	}
	if need := int64(metas[0].highWater) * metas[0].pageSize; info.Size() < need {
		return fmt.Errorf("open %s: %w: it has %d bytes, its root says %d; an incomplete copy? restore a backup",
			path, ErrTruncated, info.Size(), need)
	}
	return nil
}

// settle makes the newest root page durable. After a sync that failed, that page
// may be visible in memory and not on disk, and the kernel will not write it
// again by itself; the next transaction would then overwrite pages which the
// root that is on disk still needs. Writing the same bytes once more makes the
// kernel take them again.
func settle(f *os.File) error {
	info, err := f.Stat()
	if err != nil {
		return err
	}
	metas, _ := readMetas(f, info.Size())
	if len(metas) == 0 {
		return &CorruptError{Path: f.Name(), Detail: "neither of its two root pages is valid"}
	}
	page := make([]byte, metas[0].pageSize)
	if _, err := f.ReadAt(page, metas[0].offset); err != nil {
		return err
	}
	if _, err := f.WriteAt(page, metas[0].offset); err != nil {
		return err
	}
	return f.Sync()
}
