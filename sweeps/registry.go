package sweeps

import (
	"fmt"
	"sort"
	"sync"
)

// Registry is a fixed set of experiments, found by name, and the commands of the blocks
// that it has planned. It is safe for concurrent use.
type Registry struct {
	experiments map[string]*Experiment
	names       []string

	commands sync.Map // encoded declaration of a Command -> *Experiment
}

// NewRegistry returns a registry of the given experiments. It panics on a
// mistake in a declaration or on a name used twice: those are bugs.
func NewRegistry(experiments ...*Experiment) *Registry {
	r := &Registry{experiments: make(map[string]*Experiment, len(experiments))}
	for _, e := range experiments {
		if err := e.validate(); err != nil {
			panic("sweeps: " + err.Error())
		}
		if r.experiments[e.Name] != nil {
			panic(fmt.Sprintf("sweeps: two experiments are called %q", e.Name))
		}
		e.compiled()
		for _, b := range e.artefacts {
			for _, other := range r.experiments {
				for _, c := range other.artefacts {
					if b.Name != c.Name {
						continue
					}
					if err := b.agrees(c); err != nil {
						panic(fmt.Sprintf("sweeps: %s and %s do not agree on the artefact %s: %v", e.Name, other.Name, b.Name, err))
					}
				}
			}
		}
		r.experiments[e.Name] = e
		r.names = append(r.names, e.Name)
	}
	sort.Strings(r.names)
	return r
}

// Builtin returns the experiments that every gardner binary has.
func Builtin() *Registry {
	return NewRegistry(
		balancedNetwork(),
		capacity(),
		emergence(),
		inhibitionCapacity(),
		memoryBasins(),
		memoryCrossings(),
		memoryStability(),
		networkCapacity(),
		newVsOld(),
		noiseGrid(),
		preciseSpikes(),
		roleOfInhibition(),
		singleNeuron(),
		spikingNeuron(),
		tempotronCapacity(),
		temporalSVM(),
		weights(),
	)
}

// declared returns the experiment of an encoded [Command], the same for the same bytes.
func (r *Registry) declared(encoded string) (*Experiment, error) {
	if e, ok := r.commands.Load(encoded); ok {
		return e.(*Experiment), nil
	}
	e, err := decodeCommand([]byte(encoded))
	if err != nil {
		return nil, err
	}
	e.compiled()
	kept, _ := r.commands.LoadOrStore(encoded, e)
	return kept.(*Experiment), nil
}

// Lookup returns the experiment of that name, be it a command of a block that has been
// planned; the error says which name was probably meant.
func (r *Registry) Lookup(name string) (*Experiment, error) {
	if e := r.experiments[name]; e != nil {
		return e, nil
	}
	if IsCommand(name) {
		var found *Experiment
		r.commands.Range(func(_, e any) bool {
			if e.(*Experiment).Name == name {
				found = e.(*Experiment)
			}
			return found == nil
		})
		if found != nil {
			return found, nil
		}
	}
	if best, ok := nearest(name, r.names); ok {
		return nil, fmt.Errorf("unknown experiment %q; did you mean %q (%s)?", name, best, r.experiments[best].Doc)
	}
	return nil, fmt.Errorf("unknown experiment %q; see `gardner experiments`", name)
}

// Names returns the experiments' names in alphabetical order.
func (r *Registry) Names() []string { return append([]string(nil), r.names...) }
