package join

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// JoinFile is the place of the join file of a database: beside it, readable by its owner only.
//
//nolint:revive // join.File would not say that it is a place and not a file
func JoinFile(database string) string { return database + ".join" }

// PageFile is the place of the page file of a database: beside it, readable by its owner only. It holds the addresses of
// the coordinator's page, tokens included: "page URL" lets operate, "read URL" only look.
func PageFile(database string) string { return database + ".page" }

// WriteFile puts the join text into a file of mode 0600, replacing an older one in one step.
func WriteFile(path string, j Join) error {
	if err := WriteSecret(path, j.String()+"\n"); err != nil {
		return fmt.Errorf("write join file: %w", err)
	}
	return nil
}

// WriteSecret puts text into a file of mode 0600, replacing an older one in one step.
func WriteSecret(path, text string) (err error) {
	f, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".*") // mode 0600
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			_ = f.Close()
			_ = os.Remove(f.Name())
		}
	}()
	if _, err = io.WriteString(f, text); err != nil {
		return err
	}
	if err = f.Close(); err != nil {
		return err
	}
	if err = os.Rename(f.Name(), path); err != nil {
		return err
	}
	return nil
}

// maxJoinFile bounds what is read of a join file, in bytes.
const maxJoinFile = 16 << 10

// ReadFile reads a join file.
func ReadFile(path string) (Join, error) {
	f, err := os.Open(path)
	if err != nil {
		return Join{}, fmt.Errorf("read join file: %w", err)
	}
	defer func() { _ = f.Close() }()
	text, err := io.ReadAll(io.LimitReader(f, maxJoinFile))
	if err != nil {
		return Join{}, fmt.Errorf("read join file %s: %w", path, err)
	}
	j, err := Parse(string(text))
	if err != nil {
		return Join{}, fmt.Errorf("join file %s: %w", path, err)
	}
	return j, nil
}
