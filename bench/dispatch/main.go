// Command dispatch measures what it costs to hand out tasks that do nothing: ours with everything on (TLS, leases,
// validation, checksums, a synced transaction before each acknowledgement), and the floors under it, raw gRPC and raw
// bbolt. bench/run.sh adds Dask and asynq on the same machine in the same run.
package main

import (
	"context"
	"flag"
	"fmt"
	"log"
	"os"
	"syscall"

	"gardner/sweeps"
)

func main() {
	role := flag.String("role", "", "of a child process: coordinator or worker")
	db := flag.String("db", "", "the child's database")
	batch := flag.Int("batch", 1, "the child's results a message")
	scale := flag.Float64("scale", 1, "how many tasks, against the default")
	only := flag.String("only", "", "measure one thing: 1, 100 or 1000 (results a message), or busy")
	flag.Parse()
	var err error
	switch *role {
	case "coordinator":
		err = serve(*db)
	case "worker":
		err = work(*db, *batch)
	case "busy":
		err = work(*db, 0)
	default:
		err = bench(*scale, *only)
	}
	if err != nil {
		log.Fatal(err)
	}
}

// sizes is what is measured: results a message (for bbolt, a transaction), and how many tasks make a run.
var sizes = []struct{ batch, tasks int }{{1, 200_000}, {100, 1_000_000}, {1000, 2_000_000}}

func bench(scale float64, only string) error {
	wanted := func(what string) bool { return only == "" || only == what }
	fmt.Println("system                                     tasks/s    CPU us/task   p99: round trip at half load")
	for _, s := range sizes {
		if !wanted(fmt.Sprint(s.batch)) {
			continue
		}
		tasks := int(float64(s.tasks) * scale)
		r, err := ours(s.batch, tasks)
		if err != nil {
			return err
		}
		p99, rate, err := roundTrips(s.batch, r.perSecond/2)
		if err != nil {
			return err
		}
		fmt.Printf("%-40s %9.0f %12.2f   %.1f ms at %.0f/s\n", fmt.Sprintf("gardner, batch %d", s.batch), r.perSecond, r.cpu, p99*1e3, rate)
	}
	if wanted("floors") {
		if err := floors(scale); err != nil {
			return err
		}
	}
	if !wanted("busy") {
		return nil
	}
	return busy(int(2_000 * scale))
}

func floors(scale float64) error {
	for _, s := range sizes {
		r, err := rawGRPC(s.batch, int(float64(s.tasks)*scale))
		if err != nil {
			return err
		}
		fmt.Printf("%-40s %9.0f %12.2f\n", fmt.Sprintf("floor: gRPC stream, no TLS, batch %d", s.batch), r.perSecond, r.cpu)
	}
	for _, s := range sizes {
		tasks := int(float64(s.tasks) * scale)
		if s.batch == 1 {
			tasks = int(10_000 * scale)
		}
		r, p99, err := rawBolt(s.batch, tasks)
		if err != nil {
			return err
		}
		fmt.Printf("%-40s %9.0f %12.2f   %.1f ms a transaction\n", fmt.Sprintf("floor: bbolt, %d a transaction", s.batch), r.perSecond, r.cpu, p99*1e3)
	}
	return nil
}

// rate is what a run came to.
type rate struct {
	perSecond float64
	cpu       float64 // microseconds of processor a task, all processes
}

// registry has one experiment, which does nothing.
func registry() *sweeps.Registry {
	rows := []sweeps.Row{{Cells: []sweeps.Cell{sweeps.Val(1)}}}
	return sweeps.NewRegistry(&sweeps.Experiment{
		Name: "nothing", Version: 1, Doc: "nothing",
		Params:  []sweeps.Param{{Name: "x", Kind: sweeps.Integer, Default: sweeps.Num(0)}, {Name: "k", Kind: sweeps.Number, Default: sweeps.Num(0), Inner: true}},
		Metrics: []sweeps.Metric{{Name: "m"}},
		Run:     func(context.Context, *sweeps.Task) ([]sweeps.Row, error) { return rows, nil },
	}, &sweeps.Experiment{
		Name: "busy", Version: 1, Doc: "ten milliseconds of computing",
		Params:  []sweeps.Param{{Name: "x", Kind: sweeps.Integer, Default: sweeps.Num(0)}},
		Metrics: []sweeps.Metric{{Name: "m"}},
		Run:     compute,
	})
}

// file is a sweep of so many tasks.
func file(name string, tasks int) []byte {
	return fmt.Appendf(nil, "name: %s\nexperiment: nothing\ngrid:\n  x: range(1, 1000, 1)\n  k: [0]\nreplicates: %d\nseed: 7\n", name, max(1, tasks/1000))
}

// cpu is the processor time this process has used, in seconds.
func cpu() float64 {
	var u syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &u) != nil {
		return 0
	}
	return float64(u.Utime.Sec+u.Stime.Sec) + float64(u.Utime.Usec+u.Stime.Usec)/1e6
}

// scratch is a directory on the disk that databases would be on.
func scratch() (string, func(), error) {
	dir, err := os.MkdirTemp("", "gardner-dispatch")
	return dir, func() { _ = os.RemoveAll(dir) }, err
}
