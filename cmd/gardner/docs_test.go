package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/spf13/cobra"
)

// TestReadmeCommandsRun pastes the README's commands, in order, into one folder,
// with two replicates instead of forty. The sweep file and the problem file are
// the README's own.
func TestReadmeCommandsRun(t *testing.T) {
	t.Parallel()
	readme, err := os.ReadFile(filepath.Join("..", "..", "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	var sweep []string
	ran := 0
	for _, line := range strings.Split(string(readme), "\n") {
		code, indented := strings.CutPrefix(line, "    ")
		switch {
		case indented && (strings.HasPrefix(code, "name: mine") || len(sweep) > 0 && !strings.HasPrefix(code, "gardner ")):
			sweep = append(sweep, code)
			write(t, filepath.Join(dir, "mine.yaml"), strings.Join(sweep, "\n")+"\n")
		case indented && strings.HasPrefix(code, "{"):
			write(t, filepath.Join(dir, "problem.json"), code)
		case indented && strings.HasPrefix(code, "gardner "):
			sweep = nil
			command, _, _ := strings.Cut(code, " #")
			args := words(command)[1:]
			if strings.HasPrefix(args[len(args)-1], "docs/examples/") && !examplesFit(t, dir) {
				continue
			}
			if args[0] == "run" {
				args = append(args, "--replicates", "2")
			}
			if out, err := gardner(t, dir, args...).CombinedOutput(); err != nil {
				t.Errorf("%s: %v\n%s", command, err, out)
			}
			ran++
		default:
			sweep = nil
		}
	}
	if ran < 10 {
		t.Errorf("only %d commands found: has the README's form changed?", ran)
	}
	for _, file := range []string{"capacity.svg", "capacity-200.csv", "rows.parquet", "figure.pdf", "mine.svg", "gardner.db"} {
		if _, err := os.Stat(filepath.Join(dir, file)); err != nil {
			t.Errorf("the README's commands should have made it: %v", err)
		}
	}
}

// examplesFit copies docs/examples to where the commands run, and reports whether its program can run here.
func examplesFit(t *testing.T, dir string) bool {
	t.Helper()
	if err := os.CopyFS(filepath.Join(dir, "docs", "examples"), os.DirFS(filepath.Join("..", "..", "docs", "examples"))); err != nil {
		t.Fatal(err)
	}
	if _, err := exec.LookPath("python3"); err != nil {
		t.Log("NOT RUN: docs/examples, for there is no python3 here")
		return false
	}
	return true
}

// TestHelpExamplesParse checks the command, flags and arguments of every example
// of every --help text.
func TestHelpExamplesParse(t *testing.T) {
	t.Parallel()
	for _, command := range examples() {
		if err := parse(words(command)[1:]); err != nil {
			t.Errorf("example %q: %v", command, err)
		}
	}
}

// TestEveryCommandHasHelp prints each command's help.
func TestEveryCommandHasHelp(t *testing.T) {
	t.Parallel()
	var walk func(*cobra.Command)
	walk = func(c *cobra.Command) {
		if c.Short == "" || c.HasParent() && c.Name() != "version" && c.Name() != "theory" && c.Example == "" {
			t.Errorf("%s has no short text or no example", c.CommandPath())
		}
		for _, sub := range c.Commands() {
			walk(sub)
		}
	}
	root := rootCommand()
	walk(root)
	var out bytes.Buffer
	root.SetOut(&out)
	root.SetArgs([]string{"--help"})
	if err := root.Execute(); err != nil || !strings.Contains(out.String(), "Several machines:") {
		t.Errorf("help: %v\n%s", err, out.String())
	}
}

// parse finds the command and checks its flags and arguments without running it.
func parse(args []string) error {
	cmd, rest, err := rootCommand().Find(args)
	if err != nil {
		return err
	}
	if err := cmd.ParseFlags(rest); err != nil {
		return err
	}
	if cmd.Args == nil {
		return nil
	}
	return cmd.Args(cmd, cmd.Flags().Args())
}

// words splits a command as a shell does where it has single quotes only.
func words(command string) (out []string) {
	for i, part := range strings.Split(command, "'") {
		if i%2 == 1 {
			out = append(out, part)
			continue
		}
		out = append(out, strings.Fields(part)...)
	}
	return out
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}
