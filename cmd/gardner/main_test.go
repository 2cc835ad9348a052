package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

// asGardner makes the test binary behave as gardner, so that tests start real
// processes without building anything.
const asGardner = "GARDNER_TEST_AS_BINARY"

func TestMain(m *testing.M) {
	if os.Getenv(asGardner) != "" {
		os.Exit(Main())
	}
	testscript.Main(m, map[string]func(){"gardner": func() { os.Exit(Main()) }})
}

// gardner prepares a gardner process that runs in dir.
func gardner(t *testing.T, dir string, args ...string) *exec.Cmd {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(self, args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), asGardner+"=1")
	return cmd
}

// TestScripts runs the command line as a user would, from testdata/script.
func TestScripts(t *testing.T) {
	t.Parallel()
	testscript.Run(t, testscript.Params{
		Dir:                 filepath.Join("testdata", "script"),
		RequireExplicitExec: true,
		UpdateScripts:       os.Getenv("UPDATE_SCRIPTS") != "",
	})
}
