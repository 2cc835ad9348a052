// Package page is the live page of a coordinator: sweeps, progress, workers, failures, and figures that draw themselves
// as results come, with the theory over them. It is HTML made here, kept up to date by server-sent events; without
// scripts every link and form works as well, only nothing moves by itself.
//
//	h := page.New(control, registry) // a client of the Control service
//	httpapi.Listen(addr, httpapi.Config{Control: control, Keys: keys, Page: h})
//
// # Paths
//
//	GET  /                         all sweeps and workers
//	GET  /sweeps/NAME              one: progress, figure, rows, failures; x, y, series, facet, heat, log-x, log-y, where pick
//	POST /sweeps/NAME/ACTION       pause, resume, cancel, retry, extend (add=PARAM=VALUES): then back to the sweep
//	GET  /events, /sweeps/NAME/events    the parts of the page above that have changed, as HTML
//	GET  /static/...               style and script
//
// The guard of package httpapi has checked the token before; what a request may do is httpapi.RoleOf.
//
// # Cost
//
// What visitors see is read, rendered and encoded once for all who look at the same, by a feed: the status once a second,
// the first failures when failures have changed, figure and first lines of the table when results have come. A visitor's
// stream only sends what differs from what he was sent last; it keeps nothing for one who is slow. A figure takes at most
// about a tenth of the time, all figures together a quarter, or half while there are new ones (easel), whatever the number
// of visitors and of results.
package page
