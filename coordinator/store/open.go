package store

import (
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime/debug"
	"strconv"
	"time"

	bolt "go.etcd.io/bbolt"
	berrors "go.etcd.io/bbolt/errors"
)

const format = "gardner results database"

var (
	keyFormat  = []byte("format")
	keySchema  = []byte("schema")
	keyID      = []byte("id")
	keyCreated = []byte("created")
)

// Socket is where the owner of a database listens for commands of the same user.
func Socket(path string) string { return path + ".sock" }

// Open opens the database file at path, creating it if it does not exist. A new
// file appears complete or not at all. An existing one is examined read-only
// first: on any error it is left as it was.
func Open(path string, opt Options) (*Store, error) {
	opt.fill()
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		if opt.ReadOnly || opt.MustExist {
			return nil, fmt.Errorf("open %s: %w; check the path given with --db", path, ErrNotExist)
		}
		if err := create(path); err != nil {
			return nil, err
		}
	case err != nil:
		return nil, fmt.Errorf("open database: %w", err)
	case info.IsDir():
		return nil, fmt.Errorf("open %s: it is a directory; name a file in it, such as %s", path, filepath.Join(path, "gardner.db"))
	case !info.Mode().IsRegular():
		return nil, fmt.Errorf("open %s: %w (not a regular file)", path, ErrForeign)
	}
	id, err := inspect(path, opt.LockWait)
	if err != nil {
		return nil, err
	}
	s := newStore(path, opt, id)
	if w := FileSystemWarning(filepath.Dir(path)); w != "" {
		s.warnings = append(s.warnings, w)
		opt.Logger.Warn(w)
	}
	if err := s.attach(); err != nil {
		return nil, err
	}
	return s, nil
}

// attach opens the examined file for use and loads what is kept in memory.
func (s *Store) attach() error {
	if s.opt.ReadOnly {
		db, f, err := openBolt(s.path, true, s.opt.LockWait)
		if err != nil {
			return err
		}
		s.db, s.file = db, f
	} else {
		db, f, err := openBolt(s.path, false, s.opt.LockWait)
		if err != nil {
			return err
		}
		s.db, s.file = db, f
		if err := settle(f); err != nil {
			_ = s.db.Close()
			return fmt.Errorf("open %s: it cannot be synced: %w", s.path, err)
		}
		if err := s.migrate(); err != nil {
			_ = s.db.Close()
			return fmt.Errorf("open %s: %w", s.path, err)
		}
	}
	if err := s.load(); err != nil {
		_ = s.db.Close()
		return err
	}
	if !s.opt.ReadOnly {
		s.start()
	}
	return nil
}

// inspect reads an existing file's identity under a shared lock.
func inspect(path string, wait time.Duration) (id [16]byte, err error) {
	db, _, err := openBolt(path, true, wait)
	if err != nil {
		if errors.Is(err, ErrLocked) || errors.Is(err, fs.ErrPermission) {
			return id, err
		}
		if why := examine(path); why != nil {
			return id, why
		}
		return id, err
	}
	defer func() { _ = db.Close() }()
	if err := examine(path); err != nil {
		return id, err
	}
	err = guard(path, func() error {
		return db.View(func(tx *bolt.Tx) error {
			b := tx.Bucket(bucketGardner)
			if b == nil || string(b.Get(keyFormat)) != format {
				return fmt.Errorf("open %s: %w (a bbolt file of another program); give another file with --db", path, ErrForeign)
			}
			found, ok := schemaOf(tx)
			switch {
			case !ok:
				return &CorruptError{Path: path, Detail: "its schema version is missing"}
			case found > Schema:
				return &SchemaError{Path: path, Found: found, Supported: Schema}
			}
			for _, name := range bucketsOf(found) {
				if tx.Bucket(name) == nil {
					return &CorruptError{Path: path, Detail: "the bucket " + strconv.Quote(string(name)) + " is missing"}
				}
			}
			if copy(id[:], b.Get(keyID)) != len(id) {
				return &CorruptError{Path: path, Detail: "its id is missing"}
			}
			return nil
		})
	})
	return id, err
}

// create writes a new database beside path and moves it there when it is
// complete and durable. Losing a race against another process is no error.
func create(path string) error {
	dir := filepath.Dir(path)
	if info, err := os.Stat(dir); err != nil || !info.IsDir() {
		return fmt.Errorf("create %s: there is no directory %s; make it first, or give another file with --db", path, dir)
	}
	tmp := fmt.Sprintf("%s.new-%d", path, os.Getpid())
	_ = os.Remove(tmp) // of a process with our id that died while creating
	db, err := bolt.Open(tmp, 0o600, &bolt.Options{Timeout: time.Second, FreelistType: bolt.FreelistMapType})
	if err != nil {
		_ = os.Remove(tmp)
		if errors.Is(err, fs.ErrPermission) {
			return fmt.Errorf("create %s: the directory is not writable: %w", path, err)
		}
		return fmt.Errorf("create %s: %w", path, err)
	}
	defer func() { _ = os.Remove(tmp) }()
	err = db.Update(initialise)
	if cerr := db.Close(); err == nil {
		err = cerr
	}
	if err != nil {
		return fmt.Errorf("create %s: %w", path, err)
	}
	if err := os.Link(tmp, path); err != nil && !errors.Is(err, fs.ErrExist) {
		// A file system without hard links: rename, which is atomic too but may
		// replace a file that appeared this instant.
		if err := os.Rename(tmp, path); err != nil {
			return fmt.Errorf("create %s: %w", path, err)
		}
	}
	return syncDir(dir)
}

func initialise(tx *bolt.Tx) error {
	for _, name := range bucketsOf(Schema) {
		if _, err := tx.CreateBucket(name); err != nil {
			return err
		}
	}
	b := tx.Bucket(bucketGardner)
	id := make([]byte, 16)
	rand.Read(id)
	now := binary.BigEndian.AppendUint64(nil, uint64(time.Now().UnixNano()))
	return errors.Join(
		b.Put(keyFormat, []byte(format)),
		b.Put(keySchema, binary.BigEndian.AppendUint32(nil, Schema)),
		b.Put(keyID, id),
		b.Put(keyCreated, now),
	)
}

// syncDir makes a new name in dir durable. Some file systems cannot sync
// directories; they need not.
func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer func() { _ = d.Close() }()
	if err := d.Sync(); err != nil && !errors.Is(err, errors.ErrUnsupported) && !errors.Is(err, fs.ErrInvalid) {
		return fmt.Errorf("sync directory %s: %w", dir, err)
	}
	return nil
}

// mmapSizes are the address ranges to reserve, largest first: reserving costs no
// memory, and while the file fits no commit waits for readers to remap it.
func mmapSizes(size int64) []int {
	if strconv.IntSize == 32 {
		return []int{0}
	}
	return []int{int(max(64<<30, 4*size)), int(max(8<<30, 2*size)), 0}
}

// openBolt opens path with bbolt, turning its panics and errors into ours. f is
// the file bbolt works on.
func openBolt(path string, readOnly bool, wait time.Duration) (db *bolt.DB, f *os.File, err error) {
	var size int64
	if info, err := os.Stat(path); err == nil {
		size = info.Size()
	}
	if size == 0 {
		// bbolt would make an empty file a database; somebody else made it, for something else.
		return nil, nil, fmt.Errorf("open %s: %w (the file is empty); remove it or give another file with --db", path, ErrForeign)
	}
	for _, reserve := range mmapSizes(size) {
		opened := false
		err = guard(path, func() error {
			var err error
			db, err = bolt.Open(path, 0o600, &bolt.Options{
				ReadOnly:        readOnly,
				Timeout:         wait,
				FreelistType:    bolt.FreelistMapType,
				InitialMmapSize: reserve,
				OpenFile: func(name string, flag int, mode os.FileMode) (*os.File, error) {
					var err error
					f, err = os.OpenFile(name, flag&^os.O_CREATE, mode)
					opened = err == nil
					return f, err
				},
			})
			return err
		})
		if err == nil {
			return db, f, nil
		}
		if opened {
			_ = f.Close() // after a panic bbolt has not closed it, and the lock with it
		}
		if !outOfAddresses(err) {
			break
		}
	}
	switch {
	case errors.Is(err, berrors.ErrTimeout):
		return nil, nil, &LockedError{Path: path, Socket: Socket(path)}
	case errors.Is(err, fs.ErrPermission) && !readOnly, isReadOnlyFS(err):
		return nil, nil, fmt.Errorf("open %s: %w: it cannot be written (%w); query and plot still work", path, ErrReadOnly, err)
	}
	return nil, nil, fmt.Errorf("open %s: %w", path, err)
}

// guard runs fn, which reads a mapped bbolt file, and turns the panics and memory
// faults that damaged pages cause into a CorruptError.
func guard(path string, fn func() error) (err error) {
	old := debug.SetPanicOnFault(true)
	defer func() {
		debug.SetPanicOnFault(old)
		if r := recover(); r != nil {
			err = &CorruptError{Path: path, Detail: fmt.Sprint(r)}
		}
	}()
	return fn()
}
