package sweeps

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sort"
)

// errUnread says that a command's files have not been read.
var errUnread = errors.New("the files of experiment: command have not been read; hand the sweep file to gardner run or submit where they are")

// ReadCommand reads the files that a [Command] needs, relative to dir: those listed in
// files:, or else the arguments that name a file there. It changes the experiment's name,
// which is a hash of them, and does nothing for other experiments.
func (s *Spec) ReadCommand(dir string) error {
	if s.Command == nil || s.read {
		return nil
	}
	c := *s.Command
	c.Files = nil
	names, listed := s.unread, s.unread != nil
	if !listed {
		for _, a := range c.Command {
			if goodFileName(filepath.ToSlash(filepath.Clean(a))) {
				names = append(names, filepath.ToSlash(filepath.Clean(a)))
			}
		}
	}
	for _, name := range names {
		if !goodFileName(name) {
			return fmt.Errorf("files: %q is not a file in or below the sweep file's folder", clip(name))
		}
		at := filepath.Join(dir, filepath.FromSlash(name))
		info, err := os.Stat(at)
		if !listed && (errors.Is(err, fs.ErrNotExist) || err == nil && !info.Mode().IsRegular()) {
			continue
		}
		if err == nil && info.Size() > maxCommandFiles {
			return fmt.Errorf("files: %s has %d bytes; files travel with every block and may have %d in all", name, info.Size(), maxCommandFiles)
		}
		text, err := os.ReadFile(at)
		if err != nil {
			return fmt.Errorf("files: %w", err)
		}
		c.Files = append(c.Files, CommandFile{Name: name, Text: string(text)})
	}
	sort.Slice(c.Files, func(i, j int) bool { return c.Files[i].Name < c.Files[j].Name })
	e, err := c.experiment()
	if err != nil {
		return fmt.Errorf("experiment: %w", err)
	}
	if n := len(c.Encode()); n > maxCommandBytes {
		return fmt.Errorf("the files have %d bytes when written as text; they may have %d", n, maxCommandBytes)
	}
	s.Command, s.Experiment, s.experiment, s.read = &c, e.Name, e, true
	return nil
}
