//go:build race

package sim

// quick is how many schedules the ordinary tests play. A schedule is one goroutine's: the race detector has little to
// see in it, and takes ten times as long.
const quick = 300
