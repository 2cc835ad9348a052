package doctor_test

import (
	"path/filepath"
	"testing"

	"gardner/worker/doctor"
)

func TestMachine(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	levels := func(db, cache string) map[string]doctor.Level {
		out := map[string]doctor.Level{}
		for _, f := range doctor.Machine(t.Context(), db, cache) {
			if f.Text == "" {
				t.Errorf("nothing is said of %s", f.Name)
			}
			out[f.Name] = f.Level
		}
		return out
	}
	here := levels(filepath.Join(dir, "a.db"), filepath.Join(dir, "cache"))
	for _, name := range []string{"numerics", "solver"} {
		if here[name] != doctor.OK {
			t.Errorf("%s: %s", name, here[name])
		}
	}
	for _, name := range []string{"commits", "database disk", "artefacts", "open files"} {
		if here[name] == doctor.Fail || here[name] == "" {
			t.Errorf("%s: %q", name, here[name])
		}
	}
	left, err := filepath.Glob(filepath.Join(dir, ".gardner*"))
	if err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
	nowhere := levels(filepath.Join(dir, "none", "a.db"), "")
	for name, want := range map[string]doctor.Level{"commits": doctor.Fail, "database disk": doctor.Fail, "artefacts": doctor.Warn} {
		if nowhere[name] != want {
			t.Errorf("without a folder, %s: %s", name, nowhere[name])
		}
	}
}
