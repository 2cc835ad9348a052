package figure

import (
	"flag"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "rewrite the golden files")

var examples = []struct {
	name string
	make func() *Figure
	size Size
}{
	{"capacity", sync.OnceValue(capacityFigure), Double},
	{"capacity-column", sync.OnceValue(capacityFigure), Column},
	{"single", sync.OnceValue(singleFigure), Size{Width: 120}},
	{"single-column", sync.OnceValue(singleFigure), Column},
	{"robustness", sync.OnceValue(robustnessFigure), Double},
	{"robustness-column", sync.OnceValue(robustnessFigure), Column},
	{"scaling", sync.OnceValue(scalingFigure), Double},
	{"weights", sync.OnceValue(weightsFigure), Double},
	{"noise", sync.OnceValue(noiseFigure), Double},
}

// Golden files: go test ./coordinator/figure -update rewrites them. Setting
// GARDNER_FIGURES to a folder also writes PNG and PDF there, to be looked at.
func TestGolden(t *testing.T) {
	t.Parallel()
	for _, e := range examples {
		t.Run(e.name, func(t *testing.T) {
			t.Parallel()
			got, err := Draw(e.make(), "svg", e.size)
			if err != nil {
				t.Fatal(err)
			}
			path := filepath.Join("testdata", e.name+".svg")
			if *update {
				if err := os.WriteFile(path, got, 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), string(got)); diff != "" {
				t.Errorf("%s differs; look at it and run with -update:\n%.2000s", path, diff)
			}
			if folder := os.Getenv("GARDNER_FIGURES"); folder != "" {
				for _, format := range []string{"png", "pdf"} {
					b, err := Draw(e.make(), format, e.size)
					if err != nil {
						t.Fatal(err)
					}
					if err := os.WriteFile(filepath.Join(folder, e.name+"."+format), b, 0o644); err != nil {
						t.Fatal(err)
					}
				}
			}
		})
	}
}
