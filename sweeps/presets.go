package sweeps

import (
	"embed"
	"fmt"
	"sort"
	"strings"
)

//go:embed presets/*.yaml
var presetFiles embed.FS

// PresetInfo is a sweep file inside the binary.
type PresetInfo struct {
	Name string
	Doc  string // its title
	YAML []byte // the file, with its comments
}

// Presets returns the sweeps that gardner brings along, by name. Each is small,
// about a minute on two cores; NAME-full has the literature's size.
func Presets() []PresetInfo {
	files, err := presetFiles.ReadDir("presets")
	if err != nil {
		panic(fmt.Sprintf("sweeps: embedded presets: %v", err))
	}
	var out []PresetInfo
	for _, f := range files {
		data, err := presetFiles.ReadFile("presets/" + f.Name())
		if err != nil {
			panic(fmt.Sprintf("sweeps: embedded preset: %v", err))
		}
		p := PresetInfo{Name: strings.TrimSuffix(f.Name(), ".yaml"), YAML: data}
		for _, line := range strings.Split(string(data), "\n") {
			if title, ok := strings.CutPrefix(line, "title: "); ok {
				p.Doc = title
			}
		}
		out = append(out, p)
	}
	sort.Slice(out, func(i, j int) bool { return out[i].Name < out[j].Name })
	return out
}

// Preset returns the preset of that name; the error says which was probably
// meant.
func Preset(name string) (PresetInfo, error) {
	var names []string
	for _, p := range Presets() {
		if p.Name == name {
			return p, nil
		}
		names = append(names, p.Name)
	}
	if best, ok := nearest(name, names); ok {
		return PresetInfo{}, fmt.Errorf("unknown preset %q; did you mean %q?", clip(name), best)
	}
	return PresetInfo{}, fmt.Errorf("unknown preset %q; there are %s (`gardner presets`), and a sweep file's name ends in .yaml", clip(name), strings.Join(names, ", "))
}

// talk is the small presets in the order in which the talk tells its story.
var talk = []string{
	"capacity", "capacity-fexc", "robustness", "scaling", "weights", "noise", "stability", "basins", "sigma50", "network-capacity",
	"inhibition", "inhibition-capacity", "emergence", "spikes", "old-rates", "old-distribution", "old-response", "new-vs-old",
	"new-vs-old-response", "tempotron", "precise-spikes", "temporal-svm",
}

// Talk returns all small presets, or all full ones, in the order of the talk.
func Talk(full bool) (out []PresetInfo) {
	all := Presets()
	for _, name := range talk {
		for _, p := range all {
			base, isFull := strings.CutSuffix(p.Name, "-full")
			// spikes-noise-full belongs to spikes.
			if isFull == full && (base == name || isFull && strings.HasPrefix(base, name+"-") && !contains(talk, base)) {
				out = append(out, p)
			}
		}
	}
	return out
}
