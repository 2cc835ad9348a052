package fingerprint

import (
	"bufio"
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// portable lists the packages whose results must have equal bits everywhere.
// FUSED_PACKAGES, a list of import paths, checks others.
var portable = []string{
	"gardner/core/num", "gardner/core/rng", "gardner/core/patterns", "gardner/core/noise",
	"gardner/core/linalg", "gardner/core/perceptron", "gardner/core/curve", "gardner/core/fingerprint", "gardner/core/learning",
	"gardner/core/psp", "gardner/core/spiking", "gardner/core/ensemble",
	"gardner/core/tempotron",
	"gardner/core/oldbalance",
	"gardner/core/precise",
	"gardner/core/memory", "gardner/core/inhibition",
}

var fusedInstruction = regexp.MustCompile(`\(([^()\s]+\.go):(\d+)\)\s+FN?M(?:ADD|SUB)[DS]\s`)

// The compiler fuses a*b + c on arm64 (and on amd64 from v3) unless a float64()
// stands around the product, also when the product comes out of an inlined
// function. Every fused instruction must come from a line that says FMA.
func TestNothingFusesByAccident(t *testing.T) {
	t.Parallel()
	packages := portable
	if list := os.Getenv("FUSED_PACKAGES"); list != "" {
		packages = strings.Fields(list)
	} else if os.Getenv("GARDNER_SLOW") == "" {
		t.Skip("compiles core and the standard library for arm64, half a minute the first time: make slow")
	}
	for _, pkg := range packages {
		cmd := exec.Command("go", "build", "-gcflags=-S", pkg)
		cmd.Env = append(os.Environ(), "GOARCH=arm64", "CGO_ENABLED=0")
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("%s: %v\n%s", pkg, err, out)
		}
		if !bytes.Contains(out, []byte("STEXT")) {
			t.Fatalf("%s: the compiler printed no code:\n%.500s", pkg, out)
		}
		seen := map[string]bool{}
		for _, m := range fusedInstruction.FindAllSubmatch(out, -1) {
			file, line := string(m[1]), string(m[2])
			if at := file + ":" + line; !seen[at] {
				seen[at] = true
				if text := sourceLine(t, file, line); !strings.Contains(text, "FMA(") {
					t.Errorf("%s: the compiler fuses a product with a sum; write float64(product): %s", at, strings.TrimSpace(text))
				}
			}
		}
	}
}

func sourceLine(t *testing.T, file, line string) string {
	n, err := strconv.Atoi(line)
	if err != nil {
		t.Fatal(err)
	}
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	for range n {
		if !lines.Scan() {
			t.Fatal(fmt.Errorf("%s has fewer than %d lines", file, n))
		}
	}
	return lines.Text()
}
