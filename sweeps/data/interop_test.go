package data

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// numpy returns a Python that has numpy, or "" and why there is none.
func numpy() (python, why string) {
	for _, p := range []string{"/usr/bin/python3", "python3"} {
		path, err := exec.LookPath(p)
		if err != nil {
			why = p + " is not installed"
			continue
		}
		out, err := exec.Command(path, "-c", "import numpy").CombinedOutput()
		if err == nil {
			return path, ""
		}
		lines := strings.Split(strings.TrimSpace(string(out)), "\n")
		why = path + ": " + lines[len(lines)-1]
	}
	return "", why
}

// TestNumpy exchanges files with numpy itself, both ways.
func TestNumpy(t *testing.T) {
	t.Parallel()
	python, why := numpy()
	if python == "" {
		t.Skipf("NOT TESTED: the exchange of files with numpy, for there is no numpy here (%s)", why)
	}
	dir := t.TempDir()
	run := func(script string) string {
		t.Helper()
		cmd := exec.Command(python, "-c", "import numpy as np\nfrom numpy.lib import format\n"+script)
		cmd.Dir = dir
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		return string(out)
	}
	run(`
x = np.array([[1, -2, 3], [100, 5, 6]])
for d in ["<f8", ">f8", "<f4", ">f4", "i1", "<i2", ">i2", "<i4", ">i4", "<i8", ">i8"]:
    name = d.replace("<", "l").replace(">", "b")
    np.save("c_" + name + ".npy", x.astype(d))
    np.save("f_" + name + ".npy", np.asfortranarray(x.astype(d)))
for d in ["u1", "<u2", ">u4", "<u8"]:
    np.save("u_" + d[-2:] + ".npy", abs(x).astype(d))
for v in [(1, 0), (2, 0), (3, 0)]:
    with open("v%d.npy" % v[0], "wb") as f:
        format.write_array(f, x.astype(float), version=v)
np.save("bool.npy", np.array([True, False]))
np.save("types.npy", np.array(["exc", "inh", "exc"]))
np.save("bytes.npy", np.array([b"exc", b"inh", b"exc"]))
np.save("odd.npy", x[:, ::2].astype(float).T)
np.savetxt("text.csv", x, delimiter=",", header="a,b,c")
np.savetxt("blank.txt", x)
`)
	names, err := filepath.Glob(filepath.Join(dir, "[cfuv]_*.npy"))
	if err != nil || len(names) != 26 {
		t.Fatalf("%d files, %v", len(names), err)
	}
	for _, n := range []string{"v1.npy", "v2.npy", "v3.npy", "text.csv", "blank.txt"} {
		names = append(names, filepath.Join(dir, n))
	}
	for _, name := range names {
		want := []float64{1, -2, 3, 100, 5, 6}
		if strings.HasPrefix(filepath.Base(name), "u_") {
			want[1] = 2
		}
		a, err := ReadFile(name)
		if err != nil || a.Rows != 2 || a.Cols != 3 || !sameBits(a.Values, want) {
			t.Errorf("%s: %+v, %v", filepath.Base(name), a, err)
		}
	}
	if a, err := ReadFile(filepath.Join(dir, "bool.npy")); err != nil || a.Dims != 1 || !sameBits(a.Values, []float64{1, 0}) {
		t.Errorf("bool: %+v, %v", a, err)
	}
	if a, err := ReadFile(filepath.Join(dir, "odd.npy")); err != nil || a.Rows != 2 || !sameBits(a.Values, []float64{1, 100, 3, 6}) {
		t.Errorf("a transposed view: %+v, %v", a, err)
	}
	for _, name := range []string{"types.npy", "bytes.npy"} {
		g, err := ReadTypes(filepath.Join(dir, name))
		if err != nil || len(g) != 3 || g[0] != 1 || g[1] != -1 || g[2] != 1 {
			t.Errorf("%s: %v, %v", name, g, err)
		}
	}

	x := Matrix(2, 3, []float64{0.1, -5e-324, 1.7976931348623157e308, 1. / 3, 2, -1e-7})
	for _, format := range []Format{NPY, CSV} {
		if _, err := (Export{Patterns: x, Weights: x.Values, Theta: []float64{0.1}, Labels: []float64{1, -1}, Signs: []int8{1, -1, 0}}).Write(filepath.Join(dir, "out"), format); err != nil {
			t.Fatal(err)
		}
	}
	out := run(`
x = np.array([[0.1, -5e-324, 1.7976931348623157e308], [1/3, 2, -1e-7]])
for load in [lambda n: np.load("out/" + n + ".npy"), lambda n: np.loadtxt("out/" + n + ".csv", delimiter=",", skiprows=1)]:
    assert (load("patterns") == x).all() and load("patterns").shape == (2, 3)
    assert (load("weights") == x.ravel()).all() and load("theta") == 0.1
    assert (load("labels") == [1, -1]).all() and (load("types") == [1, -1, 0]).all()
print("ok", end="")
`)
	if out != "ok" {
		t.Errorf("numpy says %q", out)
	}
	if _, err := os.Stat(filepath.Join(dir, "out", "weights.npy")); err != nil {
		t.Error(err)
	}
}
