package main

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestReadersRun executes the lines of docs/query.md for other languages, where they are installed.
func TestReadersRun(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("Rscript"); err != nil {
		t.Skip("SKIPPED: the R line of docs/query.md is not tested, for there is no Rscript here (Debian: apt install r-base-core)")
	}
	text, err := os.ReadFile(filepath.Join("..", "..", "docs", "query.md"))
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if out, err := gardner(t, dir, "run", "capacity", "--set", "N=20", "--replicates", "3", "--no-figure").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	serve(t, dir, "database", "coordinator", "--listen", "127.0.0.1:0", "--http", "127.0.0.1:0")
	page, err := os.ReadFile(filepath.Join(dir, "gardner.db.page"))
	if err != nil {
		t.Fatal(err)
	}
	_, address, _ := strings.Cut(string(page), "read ")
	base, token, _ := strings.Cut(strings.TrimSpace(address), "/?token=")
	for line := range strings.Lines(string(text)) {
		if line = strings.TrimSpace(line); !strings.HasPrefix(line, "Rscript") {
			continue
		}
		cmd := exec.Command("sh", "-c", line)
		cmd.Env = append(os.Environ(), "U="+base+"/api/v1/sweeps/capacity", "T="+token)
		out, err := cmd.CombinedOutput()
		if err != nil || !strings.Contains(string(out), "alpha_in") || !strings.Contains(string(out), "ci95_low") {
			t.Errorf("%s: %v\n%s", line, err, out)
		}
		return
	}
	t.Error("docs/query.md has no line for R")
}

// TestNotebookRuns executes the cells of docs/notebook.ipynb, in order, against a coordinator whose sweep is not finished.
func TestNotebookRuns(t *testing.T) {
	t.Parallel()
	const python = "/usr/bin/python3"
	if err := exec.Command(python, "-c", "import pandas").Run(); err != nil {
		t.Skipf("SKIPPED: docs/notebook.ipynb is not tested, for %s has no pandas (Debian: apt install python3-pandas): %v", python, err)
	}
	data, err := os.ReadFile(filepath.Join("..", "..", "docs", "notebook.ipynb"))
	if err != nil {
		t.Fatal(err)
	}
	var notebook struct {
		Cells []struct {
			Type   string   `json:"cell_type"`
			Source []string `json:"source"`
		} `json:"cells"`
	}
	if err := json.Unmarshal(data, &notebook); err != nil {
		t.Fatal(err)
	}
	var script strings.Builder
	for _, c := range notebook.Cells {
		if c.Type == "code" {
			script.WriteString(strings.Join(c.Source, "") + "\n")
		}
	}
	// What the tables hold must be more than nothing.
	script.WriteString("assert sweeps.state[0] == 'active' and 0 < sweeps.done[0] < sweeps.tasks[0]\n" +
		"assert len(capacity) == 32 and (capacity.n == 4).all()\nassert len(crossing) == 2 and crossing['at'].notna().all()\nprint('whole')\n")
	dir := t.TempDir()
	for _, args := range [][]string{
		{"run", "capacity", "--set", "N=20,40", "--replicates", "4", "--no-figure"},
		{"extend", "capacity", "--add", "replicates=1000"},
	} {
		if out, err := gardner(t, dir, args...).CombinedOutput(); err != nil {
			t.Fatalf("%v: %v\n%s", args, err, out)
		}
	}
	serve(t, dir, "database", "coordinator", "--listen", "127.0.0.1:0", "--http", "127.0.0.1:0")
	cmd := exec.Command(python, "-")
	cmd.Stdin, cmd.Dir = strings.NewReader(script.String()), dir
	if out, err := cmd.CombinedOutput(); err != nil || !strings.Contains(string(out), "whole") {
		t.Errorf("%v\n%s", err, out)
	}
}
