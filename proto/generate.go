// Package proto holds the wire contract: gardner/v1 is what workers, commands and the coordinator say
// to each other, join is how they find and trust each other.
//
// The .proto files are the source, the generated Go code is committed:
//
//	make proto
package proto

//go:generate ./generate.sh
