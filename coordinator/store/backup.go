package store

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	bolt "go.etcd.io/bbolt"
)

// Backup writes a consistent copy of the database to path, which must not exist,
// while results keep arriving. The copy is one read transaction: it holds exactly
// what was durable when it began. Commits do not wait for it, but space they free
// is not reused until it ends, so the database grows by what is written
// meanwhile. path appears complete or not at all.
func (s *Store) Backup(ctx context.Context, path string) (size int64, err error) {
	if _, err := os.Lstat(path); !errors.Is(err, fs.ErrNotExist) {
		if err == nil {
			err = fs.ErrExist
		}
		return 0, fmt.Errorf("backup to %s: %w; name a new file", path, err)
	}
	f, err := os.OpenFile(path+".part", os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return 0, fmt.Errorf("backup: %w", err)
	}
	defer func() { _ = f.Close(); _ = os.Remove(f.Name()) }() // no-ops once it is complete
	err = s.view(func(tx *bolt.Tx) error {
		size, err = tx.WriteTo(&cancelWriter{ctx, f})
		return err
	})
	if cerr := ctx.Err(); err != nil && cerr != nil {
		err = cerr // bbolt does not wrap what its writer says
	}
	if err == nil {
		err = f.Sync()
	}
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err == nil {
		err = syncDir(filepath.Dir(path))
	}
	if err != nil {
		return 0, fmt.Errorf("backup to %s: %w", path, err)
	}
	return size, nil
}

// cancelWriter ends a long copy when its context does.
type cancelWriter struct {
	ctx context.Context
	w   io.Writer
}

func (c *cancelWriter) Write(p []byte) (int, error) {
	if err := c.ctx.Err(); err != nil {
		return 0, err
	}
	return c.w.Write(p)
}

// compactTx is how many bytes one transaction of a compaction writes.
const compactTx = 8 << 20

// Compact rewrites the database at path, which nobody may have open, without the
// space that was freed, and puts the new file in its place once that is durable.
// It returns the sizes before and after.
func Compact(path string, opt Options) (before, after int64, err error) {
	opt.fill()
	if _, err := inspect(path, opt.LockWait); err != nil {
		return 0, 0, err
	}
	// Open for writing: the lock must be exclusive, or a coordinator might start meanwhile.
	src, _, err := openBolt(path, false, opt.LockWait)
	if err != nil {
		return 0, 0, err
	}
	defer func() { _ = src.Close() }()
	info, err := os.Stat(path)
	if err != nil {
		return 0, 0, err
	}
	tmp := path + ".compact"
	_ = os.Remove(tmp) // of a compaction that was interrupted
	defer func() { _ = os.Remove(tmp) }()
	dst, err := bolt.Open(tmp, 0o600, &bolt.Options{Timeout: opt.LockWait, FreelistType: bolt.FreelistMapType})
	if err != nil {
		return 0, 0, fmt.Errorf("compact %s: %w", path, err)
	}
	err = guard(path, func() error { return bolt.Compact(dst, src, compactTx) })
	if cerr := dst.Close(); err == nil {
		err = cerr
	}
	if err == nil {
		_, err = inspect(tmp, opt.LockWait)
	}
	if err != nil {
		return 0, 0, fmt.Errorf("compact %s: %w", path, err)
	}
	packed, err := os.Stat(tmp)
	if err != nil {
		return 0, 0, err
	}
	if err := os.Rename(tmp, path); err != nil {
		return 0, 0, fmt.Errorf("compact %s: %w", path, err)
	}
	return info.Size(), packed.Size(), syncDir(filepath.Dir(path))
}
