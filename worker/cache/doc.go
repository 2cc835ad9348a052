// Package cache keeps parts of artefacts in a bounded directory of a worker's
// machine.
//
//	c := cache.New(cache.Config{Dir: dir, Size: 4 << 30, Fingerprint: fp})
//	task.Artefacts = c
//
// Nothing in it is precious: it may be deleted at any time, by anybody. A file's
// name is a hash of everything its content depends on, the numerics fingerprint
// included; its content carries a checksum and is computed again if that does not
// hold. Files are written under a temporary name and renamed, so that slots and
// processes that share the directory see whole files or none. Within a process a
// part is computed by one task at a time; two processes may both compute it.
//
// When the directory exceeds its size the files not used for longest go first. A
// write that fails (a full disk) costs the caching and nothing else.
package cache
