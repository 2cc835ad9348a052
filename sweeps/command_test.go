package sweeps

import (
	"context"
	"encoding/json"
	"errors"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const commandYAML = `name: mine
experiment:
  command: [python3, mine.py, --fast]
  doc: what it is
  params:
    gain: {default: 1, min: 0, max: 10, doc: recurrent gain, unit: mV}
    size: {default: 5, kind: integer, min: 1}
    rule: {default: oja, choices: [hebb, oja], treatment: true}
    label: some text
    fast: false
    sigma: {default: 0.5, inner: true}
  metrics:
    rate: {unit: Hz, doc: firing rate}
    stable: {kind: count}
    path: {kind: vector}
    hist: {kind: histogram, edges: "linspace(0, 1, 3)"}
  theory: {rate: "gain/(1 + sqrt(size)) + sigma", stable: 'rule == "oja" ? 1 : 0.5'}
grid:
  gain: [0, 0.5]
  sigma: [1, 2]
replicates: 2
`

// ownSpec parses commandYAML with the files in place.
func ownSpec(t *testing.T, text string, files map[string]string) *Spec {
	t.Helper()
	dir := t.TempDir()
	for name, content := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	spec, err := ParseSpec("mine.yaml", []byte(text), Builtin())
	if err != nil {
		t.Fatal(err)
	}
	if err := spec.ReadCommand(dir); err != nil {
		t.Fatal(err)
	}
	return spec
}

func TestCommandTravelsWithSpecAndBlock(t *testing.T) {
	spec := ownSpec(t, commandYAML, map[string]string{"mine.py": "print('\t\"é\" # 1')\n"})
	again, err := ParseSpec("stored", spec.YAML(), Builtin())
	if err != nil {
		t.Fatalf("%v in\n%s", err, spec.YAML())
	}
	if string(again.YAML()) != string(spec.YAML()) || again.Experiment != spec.Experiment {
		t.Errorf("read back, the sweep is another one:\n%s\n%s", spec.YAML(), again.YAML())
	}
	blocks, err := again.Blocks(NewRegistry())
	if err != nil {
		t.Fatal(err)
	}
	decoded, err := DecodeBlock(blocks[0].Encode())
	if err != nil {
		t.Fatal(err)
	}
	if decoded.ID() != blocks[0].ID() {
		t.Error("read back, the block has another id")
	}
	reg := Builtin() // of a worker that has never seen the sweep file
	plan, err := reg.Plan(decoded)
	if err != nil {
		t.Fatal(err)
	}
	e, err := reg.Lookup(decoded.Experiment)
	if err != nil || e != plan.Experiment || !IsCommand(e.Name) {
		t.Errorf("Lookup gives %v, %v", e, err)
	}
	if f := e.Command().Files; len(f) != 1 || f[0].Text != "print('\t\"é\" # 1')\n" {
		t.Errorf("the files are %q", f)
	}
	point := plan.At(plan.Task(1, nil).Outer, 1)
	for i, want := range []float64{0.5/(1+math.Sqrt(5)) + 2, 1} {
		if got := e.Theory[i].Eval(point); got != want {
			t.Errorf("theory %s is %g, want %g", e.Theory[i].Metric, got, want)
		}
	}
}

// What is only for people leaves results where they are; what they depend on does not.
func TestCommandName(t *testing.T) {
	files := map[string]string{"mine.py": "1"}
	name := ownSpec(t, commandYAML, files).Experiment
	for _, same := range [][2]string{{"doc: what it is", "doc: another"}, {"max: 10", "max: 20"}, {"unit: Hz", "unit: 1/s"}, {"gain/(1", "2*gain/(1"}} {
		if got := ownSpec(t, strings.Replace(commandYAML, same[0], same[1], 1), files).Experiment; got != name {
			t.Errorf("%q for %q changes the name", same[1], same[0])
		}
	}
	for _, other := range [][2]string{{"--fast", "--slow"}, {"default: 5", "default: 6"}, {"fast: false", "fast: true"}, {"treatment: true", "treatment: false"},
		{"linspace(0, 1, 3)", "linspace(0, 1, 4)"}, {"stable: {kind: count}", "stable: {kind: number}"}} {
		if got := ownSpec(t, strings.Replace(commandYAML, other[0], other[1], 1), files).Experiment; got == name {
			t.Errorf("%q for %q leaves the name", other[1], other[0])
		}
	}
	if ownSpec(t, commandYAML, map[string]string{"mine.py": "2"}).Experiment == name {
		t.Error("another program has the same name")
	}
}

func TestCommandMistakes(t *testing.T) {
	for _, c := range []struct{ from, to, want string }{
		{"command: [python3, mine.py, --fast]", "command: python3 mine.py", `mine.yaml:3:12: command must be a list`},
		{"doc: what it is", "docs: x", `unknown key "docs" in experiment; did you mean "doc"?`},
		{"gain: {default: 1,", "gain: {default: -1,", "the default of gain: gain = -1 is out of range"},
		{"min: 0, max: 10", "min: 3, max: 2", "nothing is between 3 and 2"},
		{"kind: integer", "kind: whole", `param size has the kind "whole"; it is number, integer, choice, text or bool`},
		{"{default: 5, kind", "{kind", "param size has no default; write size: {default: 1, min: 0}"},
		{"label: some text", "gain: 2", `key "gain" occurs twice`},
		{"label: some text", "status: 2", `the param name "status" is empty, reserved or used twice`},
		{"label: some text", "my-label: 2", `the param name "my-label" is not letters`},
		{"kind: histogram", "kind: bars", `metric hist has the kind "bars"`},
		{"path: {kind", "gain: {kind", `the metric name "gain" is empty, reserved or used twice`},
		{"sqrt(size)", "sqrt(m)", `unknown name m`},
		{"theory: {rate", "theory: {rat", `unknown metric "rat"`},
		{"gain/(1", "label/(1", "the formula"},
		{"gain: [0, 0.5]", "gain: [0, 11]", "gain = 11 is out of range (recurrent gain, 0 to 10, default 1)"},
		{"gain: [0, 0.5]", "gian: [0, 1]", `unknown parameter "gian" of experiment command-`},
	} {
		_, err := ParseSpec("mine.yaml", []byte(strings.Replace(commandYAML, c.from, c.to, 1)), Builtin())
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%q: %v; want %q", c.to, err, c.want)
		}
	}
	spec, err := ParseSpec("mine.yaml", []byte(commandYAML), Builtin())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := spec.Blocks(Builtin()); !errors.Is(err, errUnread) {
		t.Errorf("unread files: %v", err)
	}
	for files, want := range map[string]string{"[../x]": "is not a file in or below", "[gone.py]": "gone.py"} {
		spec, err := ParseSpec("mine.yaml", []byte(strings.Replace(commandYAML, "  doc: what it is", "  files: "+files, 1)), Builtin())
		if err != nil {
			t.Fatal(err)
		}
		if err := spec.ReadCommand(t.TempDir()); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("files: %s: %v", files, err)
		}
	}
}

// A param of a command may have any name, also one that means something to a built-in experiment.
func TestCommandParamCalledData(t *testing.T) {
	text := strings.Replace(commandYAML, "label: some text", "data: some text", 1)
	blocks, err := ownSpec(t, text+"params: {data: other}\n", map[string]string{"mine.py": "1"}).Blocks(Builtin())
	if err != nil {
		t.Fatal(err)
	}
	if sets := blocks[0].DataSets(); sets != nil {
		t.Errorf("the texts %q are taken for data sets", sets)
	}
}

// A declaration comes with a block from anywhere.
func TestHostileCommandBlocks(t *testing.T) {
	blocks, err := ownSpec(t, commandYAML, map[string]string{"mine.py": "1"}).Blocks(Builtin())
	if err != nil {
		t.Fatal(err)
	}
	good := *blocks[0]
	for what, change := range map[string]func(b *Block){
		"another name":        func(b *Block) { b.Experiment = commandPrefix + "0123456789abcdef" },
		"a built-in's name":   func(b *Block) { b.Experiment = "capacity" },
		"another version":     func(b *Block) { b.Version = 2 },
		"no declaration":      func(b *Block) { b.Command = "" },
		"another program":     func(b *Block) { b.Command = strings.Replace(b.Command, `"text":"1"`, `"text":"2"`, 1) },
		"other notation":      func(b *Block) { b.Command = strings.Replace(b.Command, `"version":1`, `"version": 1`, 1) },
		"an unknown field":    func(b *Block) { b.Command = strings.Replace(b.Command, `"version":1`, `"version":1,"x":1`, 1) },
		"a file elsewhere":    func(b *Block) { b.Command = strings.Replace(b.Command, "mine.py\",\"text", "../mine.py\",\"text", 1) },
		"something after it":  func(b *Block) { b.Command += " " },
		"a built-in's params": func(b *Block) { b.Experiment, b.Command = "capacity", "" },
	} {
		b := good
		change(&b)
		decoded, err := DecodeBlock(b.Encode())
		if err == nil {
			_, err = Builtin().Plan(decoded)
		}
		if err == nil {
			t.Errorf("%s: accepted", what)
		}
	}
}

// The seeds follow the params that are not treatments, and rows have their own whichever others are asked for.
func TestCommandCall(t *testing.T) {
	text := strings.Replace(commandYAML, "gain: [0, 0.5]", "gain: [0, 0.5]\n  rule: [hebb, oja]", 1)
	blocks, err := ownSpec(t, text, map[string]string{"mine.py": "1"}).Blocks(Builtin())
	if err != nil {
		t.Fatal(err)
	}
	plan, err := Builtin().Plan(blocks[0])
	if err != nil {
		t.Fatal(err)
	}
	type input struct {
		Params    map[string]any
		Replicate int
		Seed      uint64
		Threads   int
		Rows      []struct {
			Params map[string]any
			Seed   uint64
		}
	}
	ask := func(ordinal uint64, mask []int) (in input) {
		task := plan.Task(ordinal, mask)
		task.Commands = func(_ context.Context, call *CommandCall) ([]byte, error) {
			if err := json.Unmarshal(call.Input, &in); err != nil {
				t.Fatal(err)
			}
			return []byte(`[{}, {}]`), nil
		}
		_, _ = task.Run(context.Background())
		return in
	}
	// Outer axes: gain, rule; replicates outermost.
	hebb, oja, other := ask(0, nil), ask(1, nil), ask(2, nil)
	if hebb.Params["rule"] != "hebb" || oja.Params["rule"] != "oja" || hebb.Seed != oja.Seed || hebb.Rows[0].Seed != oja.Rows[0].Seed {
		t.Errorf("treatments do not share their seed: %+v, %+v", hebb, oja)
	}
	if other.Seed == hebb.Seed || ask(4, nil).Seed == hebb.Seed || hebb.Rows[0].Seed == hebb.Rows[1].Seed || hebb.Seed >= 1<<53 {
		t.Errorf("seeds do not differ where they should: %+v, %+v", hebb, other)
	}
	if hebb.Rows[1].Params["sigma"] != 2.0 || hebb.Params["size"] != 5.0 || hebb.Params["fast"] != false || hebb.Threads != 1 {
		t.Errorf("the program is told %+v", hebb)
	}
	if one := ask(0, []int{1}); len(one.Rows) != 1 || one.Rows[0].Seed != hebb.Rows[1].Seed {
		t.Errorf("a row alone has another seed: %+v", one)
	}
	if _, err := plan.Task(0, nil).Run(context.Background()); !errors.Is(err, ErrNoCommands) {
		t.Errorf("without leave: %v", err)
	}
}

func TestCommandAnswers(t *testing.T) {
	blocks, err := ownSpec(t, commandYAML, map[string]string{"mine.py": "1"}).Blocks(Builtin())
	if err != nil {
		t.Fatal(err)
	}
	plan, err := Builtin().Plan(blocks[0])
	if err != nil {
		t.Fatal(err)
	}
	answer := func(mask []int, text string) ([]Row, error) {
		task := plan.Task(0, mask)
		task.Commands = func(context.Context, *CommandCall) ([]byte, error) { return []byte(text), nil }
		return task.Run(context.Background())
	}
	rows, err := answer(nil, `[{"rate": 1.5, "stable": {"k": 3, "n": 4}, "path": [1, 2], "hist": {"counts": [1, 2], "n": 5}},
		{"status": "infeasible", "rate": null, "stable": true, "hist": {"counts": [0, 2]}}]`)
	if err != nil {
		t.Fatal(err)
	}
	if r := rows[0]; r.Cells[0].V != 1.5 || r.Cells[1].V != 3 || r.Cells[1].N != 4 || len(r.Cells[2].Vec) != 2 || r.Cells[3].N != 5 {
		t.Errorf("the first row is %+v", r)
	}
	if r := rows[1]; r.Status != InfeasibleRow || !math.IsNaN(r.Cells[0].V) || r.Cells[1].N != 1 || r.Cells[3].N != 2 {
		t.Errorf("the second row is %+v", r)
	}
	if _, err := answer([]int{0}, " {\"rate\": \"inf\"}\n"); err != nil {
		t.Errorf("one row alone: %v", err)
	}
	for text, want := range map[string]string{
		``:                                   "not JSON",
		`hello {"rate": 1}`:                  "not JSON",
		`[{"rate": NaN}, {}]`:                "write null",
		`{"rate": 1}`:                        "1 objects for 2 rows",
		`[{}, {}] [{}]`:                      "more than one JSON value",
		`[{"rat": 1}, {}]`:                   `did you mean "rate"`,
		`[{"rate": "fast"}, {}]`:             `"fast" is not a number`,
		`[{"rate": true}, {}]`:               "kind: count",
		`[{"stable": 0.5}, {}]`:              "is not a count",
		`[{"stable": {"k": 5, "n": 4}}, {}]`: "is not a count",
		`[{"path": 1}, {}]`:                  "not an array",
		`[{"hist": {"counts": [1]}}, {}]`:    "1 counts for 2 bins",
		`[{"hist": {"counts": [3, 1], "n": 2}}, {}]`: "4 samples are in bins",
		`[{"status": "good"}, {}]`:                   `the status "good"`,
		`7`:                                          "neither an object nor an array",
	} {
		if _, err := answer(nil, text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v; want %q", text, err, want)
		}
	}
}

// A declaration that is taken is in canonical form and makes an experiment that can be planned, whatever the bytes.
func FuzzDecodeCommand(f *testing.F) {
	spec, err := ParseSpec("mine.yaml", []byte(commandYAML), Builtin())
	if err != nil {
		f.Fatal(err)
	}
	f.Add(spec.Command.Encode())
	f.Add([]byte(`{"version":1,"command":["a"],"metrics":[{"name":"m","kind":"number"}]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		e, err := decodeCommand(data)
		if err != nil {
			return
		}
		if string(e.Command().Encode()) != string(data) {
			t.Fatalf("%q is taken and written as %q", data, e.Command().Encode())
		}
		b, err := NewBlock(e, nil, 1, 0, 1)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := DecodeBlock(b.Encode()); err != nil {
			t.Fatal(err)
		}
		for _, th := range e.Theory {
			th.Eval(e.Defaults())
		}
	})
}

// Whatever a program answers, its task has rows that a record holds, or an error.
func FuzzCommandAnswer(f *testing.F) {
	spec, err := ParseSpec("mine.yaml", []byte(commandYAML), Builtin())
	if err != nil {
		f.Fatal(err)
	}
	b, err := NewBlock(spec.experiment, nil, 1, 0, 1)
	if err != nil {
		f.Fatal(err)
	}
	plan, err := Builtin().Plan(b)
	if err != nil {
		f.Fatal(err)
	}
	f.Add([]byte(`[{"rate": 1.5, "stable": {"k": 3, "n": 4}, "path": [1, 2], "hist": {"counts": [1, 2], "n": 5}}]`))
	f.Add([]byte(`{"status": "infeasible", "rate": "inf", "stable": true}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		task := plan.Task(0, nil)
		task.Commands = func(context.Context, *CommandCall) ([]byte, error) { return data, nil }
		rows, err := task.Run(context.Background())
		if err != nil {
			return
		}
		record := EncodeRecord(plan.Experiment, 1, nil, rows)
		if err := ValidRecord(plan.Experiment, 1, record); err != nil {
			t.Fatalf("%q makes a record that is not valid: %v", data, err)
		}
	})
}
