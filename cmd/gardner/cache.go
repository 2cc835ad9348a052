package main

import (
	"fmt"
	"log/slog"
	"math"
	"os"
	"strconv"
	"strings"

	"github.com/spf13/pflag"

	"gardner/core/fingerprint"
	"gardner/worker/cache"
)

// cacheFlags say where workers of this process keep artefacts.
type cacheFlags struct {
	dir  string
	size byteSize
}

func (c *cacheFlags) flags(f *pflag.FlagSet) {
	c.size = cache.DefaultSize
	f.StringVar(&c.dir, "cache", "", "folder where artefacts (trained networks) are kept; none: nowhere (default: gardner in the user's cache folder)")
	f.Var(&c.size, "cache-size", "room for artefacts, such as 500MB or 20GB; the least recently used go first")
}

// open opens the cache. A default folder that cannot be used is no reason not to
// work; one that was asked for is.
func (c *cacheFlags) open(log *slog.Logger) (*cache.Cache, error) {
	cfg := cache.Config{Dir: c.dir, Size: int64(c.size), Fingerprint: fingerprint.Compute(), Logger: log}
	switch {
	case c.dir == "none" || c.size == 0:
		cfg.Dir = ""
	case c.dir != "":
		if err := os.MkdirAll(c.dir, 0o700); err != nil {
			return nil, usagef("cannot make the folder --cache %s: %w", c.dir, err)
		}
	default:
		dir, err := cache.DefaultDir()
		if err != nil {
			log.Warn("artefacts are kept in memory only; name a folder with --cache", "error", err)
		}
		cfg.Dir = dir
	}
	return cache.New(cfg), nil
}

// byteSize is a flag of bytes: 1000 with a unit of B, kB, MB, GB, TB, KiB, MiB,
// GiB or TiB.
type byteSize int64

var sizeUnits = []struct {
	name  string
	bytes float64
}{{"tib", 1 << 40}, {"gib", 1 << 30}, {"mib", 1 << 20}, {"kib", 1 << 10}, {"tb", 1e12}, {"gb", 1e9}, {"mb", 1e6}, {"kb", 1e3}, {"b", 1}}

// String implements pflag.Value.
func (b *byteSize) String() string {
	switch v := int64(*b); {
	case v != 0 && v%(1<<30) == 0:
		return fmt.Sprintf("%dGiB", v>>30)
	case v != 0 && v%(1<<20) == 0:
		return fmt.Sprintf("%dMiB", v>>20)
	default:
		return strconv.FormatInt(v, 10)
	}
}

// Set implements pflag.Value.
func (b *byteSize) Set(s string) error {
	text, unit := strings.ToLower(strings.TrimSpace(s)), 1.0
	for _, u := range sizeUnits {
		if rest, ok := strings.CutSuffix(text, u.name); ok {
			text, unit = strings.TrimSpace(rest), u.bytes
			break
		}
	}
	x, err := strconv.ParseFloat(text, 64)
	if err != nil || !(x >= 0) || x*unit > math.MaxInt64/2 {
		return fmt.Errorf("%q is not a size such as 500MB or 20GiB", s)
	}
	*b = byteSize(x * unit)
	return nil
}

// Type implements pflag.Value.
func (*byteSize) Type() string { return "size" }
