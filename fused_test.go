package gardner_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

var (
	fusedOp  = regexp.MustCompile(`^\s*(\w+\.go):(\d+)\s.*\bFN?M(ADD|SUB)D\b`)
	askedFor = regexp.MustCompile(`(?i)fma\(`) // math.FMA, and short names for it
)

// On arm64 the compiler makes one instruction of a product and the sum it goes into, and then the result has other bits than on
// amd64. Core forbids it by float64(a*b) wherever a product is added; this looks at the machine code for what was forgotten.
func TestNothingInCoreIsFusedUnasked(t *testing.T) {
	t.Parallel()
	out, err := exec.Command("go", "list", "-f", "{{.ImportPath}} {{.Dir}}", "./core/...").Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	asked := 0
	for _, line := range strings.Split(strings.TrimSpace(string(out)), "\n") {
		path, dir, _ := strings.Cut(line, " ")
		if strings.HasSuffix(path, "test") || path == "gardner/core/oldbalance/meanfield" {
			continue // references for tests; curves that are drawn and never stored
		}
		archive := filepath.Join(t.TempDir(), "p.a")
		build := exec.Command("go", "build", "-o", archive, path)
		build.Env = append(os.Environ(), "GOOS=linux", "GOARCH=arm64", "CGO_ENABLED=0")
		if text, err := build.CombinedOutput(); err != nil {
			t.Fatalf("build %s for arm64: %v\n%s", path, err, text)
		}
		code, err := exec.Command("go", "tool", "objdump", archive).Output()
		if err != nil {
			t.Fatalf("objdump of %s: %v", path, err)
		}
		seen := map[string]bool{}
		for _, op := range strings.Split(string(code), "\n") {
			m := fusedOp.FindStringSubmatch(op)
			if m == nil || seen[m[1]+m[2]] {
				continue
			}
			seen[m[1]+m[2]] = true
			text, err := os.ReadFile(filepath.Join(dir, m[1]))
			if err != nil {
				continue // inlined from another package, which is looked at itself
			}
			n, _ := strconv.Atoi(m[2])
			source := strings.Split(string(text), "\n")[n-1]
			if askedFor.MatchString(source) {
				asked++
				continue
			}
			t.Errorf("%s/%s:%s adds a product, be it of an earlier line, without float64(...) around it: %s", path, m[1], m[2], strings.TrimSpace(source))
		}
	}
	if asked < 50 {
		t.Errorf("only %d lines with math.FMA found: does objdump write otherwise now?", asked)
	}
}
