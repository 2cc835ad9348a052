// Package join is how workers and commands find a coordinator and how the two trust each other.
//
// A coordinator derives a certificate authority and a token secret from its database, so both survive
// restarts, and prints one join text:
//
//	g1.PIN.SECRET@HOST:PORT[,HOST:PORT...]
//
// PIN is the hash of the authority's public key: the client accepts no other server. SECRET is what the
// client shows with every call. A client is given
//
//	g1....@host:7070     the join text
//	@sweeps.db.join      a file that holds it, read again at each reconnect
//	host:7070            an address; the token comes from the join file beside the database
//	unix:sweeps.db.sock  the owner's socket: same user, no token
//
// and dials with
//
//	target, err := join.ParseTarget(text, join.Options{})
//	conn, err := target.Dial()
package join
