package sweeps

import (
	"context"
	"encoding/binary"
	"fmt"
	"math"

	"gardner/core/memory"
)

// networkArtefact is the trained network that the experiments on memories share.
// Part 0 also has the memories.
func networkArtefact() Artefact {
	return Artefact{
		Name: "memory-network", Version: 3, Doc: "memories and the weights of a network trained on them",
		Params:  []string{"N", "alpha", "f_exc", "f_E", "f_I", "min_active", "gamma", "solution"},
		Parts:   networkParts,
		Prepare: prepareNetwork,
	}
}

// networkParts cuts a network into blocks of neurons of a few seconds.
func networkParts(p Point) int {
	n := p.Int("N")
	return trainingParts(n, n, memoryCount(p))
}

// trainingParts cuts neurons that each have n inputs and count patterns.
func trainingParts(neurons, inputs, patterns int) int {
	n, count := int64(neurons), int64(patterns)
	small, large := min(int64(inputs), count), max(int64(inputs), count)
	if small > 1<<15 || large > 1<<20 {
		return int(n)
	}
	const perPart = 200_000_000_000 // multiply-adds of plain solvers
	return int(min(n, 1+n*(small*small*large/1000)/(perPart/1000)))
}

func prepareNetwork(ctx context.Context, t *ArtefactTask, part int) ([]byte, error) {
	p := t.Point
	m, err := memoryPopulation(p).Draw(t.Stream("memories"), memoryCount(p), p.Int("min_active"))
	if err != nil {
		return nil, err
	}
	parts := networkParts(p)
	lo, hi := part*m.N/parts, (part+1)*m.N/parts
	training := memory.Training{Kind: networkKinds[p.Str("solution")], Gamma: p.Num("gamma")}
	b, err := memory.Train(ctx, m, training, lo, hi, t.Threads, func(done int) { t.Report(float64(done) / float64(hi-lo)) })
	if err != nil {
		return nil, err
	}
	var states []float64
	if part == 0 {
		states = m.States
	}
	return encodeBlock(states, b), nil
}

// A part is: the number of states that follow (0, or P N), N, lo and hi as uvarints;
// the memories' states, 8 to a byte; 1 if a neuron is infeasible, else 0; then float64,
// little-endian: neuron, signed margin and gap of the infeasible one, or per neuron
// weights, threshold, kappa_in, kappa_out, imbalance and gap.
func encodeBlock(states []float64, b *memory.Block) []byte {
	data := make([]byte, 0, 64+len(states)/8+8*len(b.Weights)+48*(b.Hi-b.Lo))
	for _, v := range []int{len(states), b.N, b.Lo, b.Hi} {
		data = binary.AppendUvarint(data, uint64(v))
	}
	for at := 0; at < len(states); at += 8 {
		octet := byte(0)
		for k, x := range states[at:min(at+8, len(states))] {
			if x > 0 {
				octet |= 1 << k
			}
		}
		data = append(data, octet)
	}
	floats := func(lists ...[]float64) {
		for _, list := range lists {
			for _, v := range list {
				data = binary.LittleEndian.AppendUint64(data, math.Float64bits(v))
			}
		}
	}
	if no := b.Infeasible; no != nil {
		data = append(data, 1)
		floats([]float64{float64(no.Neuron), no.SignedMargin, no.Gap})
		return data
	}
	data = append(data, 0)
	floats(b.Weights, b.Thresholds, b.KappaIn, b.KappaOut, b.Imbalance, b.Gaps)
	return data
}

// decodeBlock reads a part; states is nil but for part 0.
func decodeBlock(data []byte) (states []float64, b *memory.Block, err error) {
	fail := func() ([]float64, *memory.Block, error) {
		return nil, nil, fmt.Errorf("a part of a network is damaged: %d bytes left", len(data))
	}
	var head [4]int
	for k := range head {
		v, n := binary.Uvarint(data)
		if n <= 0 || v > 1<<31 {
			return fail()
		}
		head[k], data = int(v), data[n:]
	}
	bits := head[0]
	b = &memory.Block{N: head[1], Lo: head[2], Hi: head[3]}
	if b.Lo > b.Hi || b.Hi > b.N || (bits+7)/8 >= len(data) {
		return fail()
	}
	if bits > 0 {
		states = make([]float64, bits)
		for i := range states {
			states[i] = float64(data[i/8] >> (i % 8) & 1)
		}
	}
	data = data[(bits+7)/8:]
	infeasible := data[0] == 1
	data = data[1:]
	take := func(n int) []float64 {
		list := make([]float64, n)
		for i := range list {
			list[i] = math.Float64frombits(binary.LittleEndian.Uint64(data[8*i:]))
		}
		data = data[8*n:]
		return list
	}
	if infeasible {
		if len(data) != 24 {
			return fail()
		}
		no := take(3)
		b.Infeasible = &memory.Infeasible{Neuron: int(no[0]), SignedMargin: no[1], Gap: no[2]}
		return states, b, nil
	}
	k := b.Hi - b.Lo
	if len(data) != 8*k*(b.N+5) {
		return fail()
	}
	b.Weights = take(k * b.N)
	for _, list := range []*[]float64{&b.Thresholds, &b.KappaIn, &b.KappaOut, &b.Imbalance, &b.Gaps} {
		*list = take(k)
	}
	return states, b, nil
}

// trainedNetwork is a task's memories and the neurons trained on them.
type trainedNetwork struct {
	memories *memory.Memories
	block    *memory.Block   // without weights
	network  *memory.Network // nil if infeasible
	norm     float64         // mean |J_i|
}

// trained returns the task's memories and network, and what share of the task's cost
// that was.
func (t *Task) trained(ctx context.Context) (*trainedNetwork, float64, error) {
	share := trainingCost(t.Outer) / t.experiment.Cost(t.Outer, t.Inner)
	scaled := *t
	scaled.Progress = func(fraction float64) { t.Report(share * fraction) }
	parts, err := scaled.ArtefactParts(ctx, "memory-network")
	if err != nil {
		return nil, 0, err
	}
	m := &memory.Memories{Population: memoryPopulation(t.Outer), P: memoryCount(t.Outer)}
	blocks := make([]*memory.Block, len(parts))
	for i, data := range parts {
		states, b, err := decodeBlock(data)
		if err != nil {
			return nil, 0, err
		}
		if i == 0 {
			m.States = states
		}
		blocks[i] = b
	}
	n := &trainedNetwork{memories: m, block: memory.Join(blocks...)}
	if len(m.States) != m.P*m.N || n.block.N != m.N || n.block.Lo != 0 || n.block.Hi != m.N {
		return nil, 0, fmt.Errorf("the artefact memory-network has %d states and neurons %d to %d", len(m.States), n.block.Lo, n.block.Hi)
	}
	if n.block.Infeasible == nil {
		n.network = n.block.Network()
		n.block.Weights = nil // 8 N^2 bytes
		for i := range m.N {
			n.norm += n.network.Norm(i) / float64(m.N)
		}
	}
	return n, share, nil
}
