// Package httpapi serves a coordinator's answers over HTTP, so that a browser, pandas, R, Julia, DuckDB or curl read a
// running sweep without a client library.
//
//	keys := httpapi.NewKeys(secret)
//	s, err := httpapi.Listen("127.0.0.1:7070", httpapi.Config{Control: control, Keys: keys})
//	fmt.Println(s.URL(httpapi.Operate)) // http://127.0.0.1:7070/?token=...
//	...
//	err = s.Close(ctx)
//
// It needs nothing but a client of the Control service: the coordinator gives it one of its own process, `gardner proxy`
// one that reaches a remote coordinator over pinned TLS. Both serve the same.
//
// # Resources
//
//	GET  /api/v1/sweeps                       all sweeps
//	GET  /api/v1/sweeps/NAME                  one: state, progress, rate, ETA
//	GET  /api/v1/sweeps/NAME/rows.csv         the rows of `gardner query`; also .json, .ndjson, .parquet, .txt
//	GET  /api/v1/sweeps/NAME/figure.svg       the figure of `gardner plot`; also .png, .pdf, and .csv for its numbers
//	GET  /api/v1/sweeps/NAME/failures         failed tasks and their errors, 500 at most; limit, offset; the header Total-Count
//	POST /api/v1/sweeps/NAME/pause            also resume, cancel, retry, extend?add=PARAM=VALUES
//	GET  /api/v1/workers                      who computes, and what
//	GET  /api/v1/version
//	GET  /metrics                             the same counts for Prometheus
//	GET  /healthz                             whether the coordinator answers; the only one without a token
//	     /                                    Config.Page
//
// Parquet is a file of the rows at one moment, with a size and an ETag, that can be read in ranges (shelf.go).
//
// Query parameters have the names of the command line's flags; lists are separated by commas or repeated. An error is
// {"error": TEXT} with a fitting status, and an answer that fails half-way is cut off, never ended as if it were whole.
//
// # Who may ask
//
// A request shows a token: as "Authorization: Bearer TOKEN", as the query parameter token, or as the cookie that a first
// visit of a page with a token sets. There are two, derived from the database's secret: one reads, the other also
// operates. The join token's secret operates, too. Requests that change something must come from the page itself, not
// from another site. The Host header must be a name of this machine, so that a foreign page cannot reach a loopback port
// by rebinding its own name. Outside loopback the listener speaks TLS unless Config.Insecure.
//
// On a machine with other users, loopback is shared: they can reach the port, but without a token get nothing. Cookies do
// not tell ports of one host apart; they hold a signed right to this database's pages for a week, not a token.
package httpapi
