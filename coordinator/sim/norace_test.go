//go:build !race

package sim

// quick is how many schedules the ordinary tests play.
const quick = 3000
