package sim

import (
	"fmt"
	"io"
	"slices"

	"gardner/coordinator/scheduler"
)

const taskStates = int(scheduler.Stored) + 1

// Coverage counts what schedules have gone through.
type Coverage struct {
	Schedules  int
	Tasks      int
	Executions int
	Faults     map[string]int
	Edges      map[string]int
	Steps      int
	MinTasks   int // of a schedule
	MinFaults  int
	Artefacts  int // that some worker computed
	Prepared   int // how often, by all workers

	task  [taskStates][taskStates]int
	count int // faults of this schedule
}

// NewCoverage returns an empty one.
func NewCoverage() *Coverage { return &Coverage{Faults: map[string]int{}, Edges: map[string]int{}} }

func (c *Coverage) fault(name string) {
	c.Faults[name]++
	c.count++
}

func (c *Coverage) edge(name string) { c.Edges[name]++ }

// Add adds another's counts.
func (c *Coverage) Add(o *Coverage) {
	if o.Schedules == 0 {
		return
	}
	if c.Schedules == 0 {
		c.MinTasks, c.MinFaults = o.MinTasks, o.MinFaults
	}
	c.MinTasks, c.MinFaults = min(c.MinTasks, o.MinTasks), min(c.MinFaults, o.MinFaults)
	c.Schedules += o.Schedules
	c.Tasks += o.Tasks
	c.Executions += o.Executions
	c.Steps += o.Steps
	c.Artefacts += o.Artefacts
	c.Prepared += o.Prepared
	for k, n := range o.Faults {
		c.Faults[k] += n
	}
	for k, n := range o.Edges {
		c.Edges[k] += n
	}
	for i := range o.task {
		for j, n := range o.task[i] {
			c.task[i][j] += n
		}
	}
}

// TaskEdge is how often a task went from one state to another between two inspections.
func (c *Coverage) TaskEdge(from, to scheduler.TaskState) int { return c.task[from][to] }

// Print writes the counts as tables.
func (c *Coverage) Print(w io.Writer) {
	fmt.Fprintf(w, "%d schedules, %d tasks (at least %d each), %d executions (%.3f a task), %d steps, at least %d faults each\n",
		c.Schedules, c.Tasks, c.MinTasks, c.Executions, float64(c.Executions)/float64(max(1, c.Tasks)), c.Steps, c.MinFaults)
	fmt.Fprintf(w, "%d artefacts, computed %.2f times each\n", c.Artefacts, float64(c.Prepared)/float64(max(1, c.Artefacts)))
	list := func(title string, m map[string]int) {
		fmt.Fprintln(w, title)
		var names []string
		for k := range m {
			names = append(names, k)
		}
		slices.Sort(names)
		for _, k := range names {
			fmt.Fprintf(w, "  %10d  %s\n", m[k], k)
		}
	}
	list("faults", c.Faults)
	fmt.Fprintln(w, "edges of tasks")
	for i := range c.task {
		for j, n := range c.task[i] {
			if n > 0 {
				fmt.Fprintf(w, "  %10d  %v -> %v\n", n, scheduler.TaskState(i), scheduler.TaskState(j))
			}
		}
	}
	list("other edges", c.Edges)
}
