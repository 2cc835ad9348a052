package fingerprint

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"gardner/core/linalg"
)

// One fingerprint on all platforms, by package. A change here changes results: it
// needs a new version of every experiment that uses the package.
func TestGoldenFingerprint(t *testing.T) {
	t.Parallel()
	want := "[{num 495916c2} {rng ef7f7648} {patterns 21dc437b} {linalg a181a4b6}]"
	if got := fmt.Sprint(Parts()); got != want {
		t.Errorf("bits have changed: %s, want %s", got, want)
	}
}

// Every path of kernels this machine has gives the same bits.
func TestPathsAgree(t *testing.T) {
	t.Parallel()
	want := combine(parts(linalg.Best()))
	for path := linalg.Path(0); path <= linalg.Best(); path++ {
		if !path.Available() {
			continue
		}
		if got := combine(parts(path)); got != want {
			t.Errorf("%v: %s, want %s: %v", path, got, want, parts(path))
		}
	}
}

func TestDescribe(t *testing.T) {
	t.Parallel()
	f := Compute()
	if !regexp.MustCompile(`^[0-9a-f]{8}$`).MatchString(f) {
		t.Errorf("fingerprint %q", f)
	}
	if d := Describe(); !strings.Contains(d, "fingerprint "+f) || strings.Contains(d, "\n") {
		t.Errorf("description %q", d)
	}
	if Compute() != f {
		t.Error("fingerprints of one machine differ")
	}
}

// Another sum would be another fingerprint.
func TestOneBitShows(t *testing.T) {
	t.Parallel()
	all := Parts()
	before := combine(all)
	all[3].Hash = "0" + all[3].Hash[1:7] + "x"
	if combine(all) == before {
		t.Error("a part's hash does not reach the fingerprint")
	}
}

func BenchmarkCompute(b *testing.B) {
	for b.Loop() {
		Compute()
	}
}
