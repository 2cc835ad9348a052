package gardner_test

import (
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// allowed lists, for each room of the house, the rooms it may import. Arrows
// point one way: cmd -> coordinator, worker -> sweeps -> core; all but core may
// use proto.
var allowed = map[string][]string{
	"core":        {"core"},
	"sweeps":      {"sweeps", "core"},
	"proto":       {"proto"},
	"coordinator": {"coordinator", "sweeps", "core", "proto"},
	"worker":      {"worker", "sweeps", "core", "proto"},
	"deploy":      {},
	"cmd":         {"cmd", "coordinator", "worker", "sweeps", "core", "proto", "deploy"},
	"bench":       {"bench", "coordinator", "worker", "sweeps", "core", "proto"},
}

func TestImportsPointOneWay(t *testing.T) {
	t.Parallel()
	out, err := exec.Command("go", "list", "-json=ImportPath,Imports", "./...").Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	seen := map[string]bool{}
	for dec := json.NewDecoder(strings.NewReader(string(out))); ; {
		var pkg struct {
			ImportPath string
			Imports    []string
		}
		if err := dec.Decode(&pkg); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		from := room(pkg.ImportPath)
		if from == "" {
			continue
		}
		rooms, ok := allowed[from]
		if !ok {
			t.Errorf("%s: the folder %q is not part of the layout", pkg.ImportPath, from)
		}
		seen[from] = true
		for _, imp := range pkg.Imports {
			to := room(imp)
			if to != "" && !slices.Contains(rooms, to) {
				t.Errorf("%s imports %s: %s may import only %v", pkg.ImportPath, imp, from, rooms)
			}
		}
	}
	for _, must := range []string{"core", "sweeps", "proto", "coordinator", "worker", "cmd"} {
		if !seen[must] {
			t.Errorf("no package under %s: the layout has lost a room", must)
		}
	}
}

// room is the first folder of one of our import paths, "" for anyone else's.
func room(path string) string {
	rest, ours := strings.CutPrefix(path, "gardner/")
	if !ours {
		return ""
	}
	first, _, _ := strings.Cut(rest, "/")
	return first
}
