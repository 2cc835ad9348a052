// Package store keeps everything a coordinator must not forget in one bbolt
// file: sweeps, blocks, results, progress, failures, secrets.
//
//	st, err := store.Open("gardner.db", store.Options{})
//	err = st.AddBlock(block)
//	st.Append([]store.Result{{Block: block.ID(), Ordinal: 7, Record: rec}}, func(out []store.Outcome, err error) {
//		// err == nil: the result is on disk; tell the worker
//	})
//	err = st.Scan(ctx, block.ID(), 0, func(ordinal uint64, record []byte) error { ... })
//
// # What is promised
//
//   - done is called after the transaction that holds the results has been
//     synced, never before. A process that dies at any moment loses nothing
//     that was acknowledged.
//   - A key (block, ordinal) is written once. The same bits again are a
//     Duplicate, other bits a Conflict: the first stay, the caller is told.
//     Only an audit replaces them, by what two workers agree on ([Store.PutAudits]).
//   - The progress bitmap changes in the same transaction as the results it
//     describes; [Store.Verify] rebuilds it and compares.
//   - Storing a task's result removes its failure record in the same
//     transaction.
//   - When the disk is full or a write or sync fails, nothing more is
//     acknowledged, [Store.Health] says why, and the writer tries again by
//     itself until it succeeds. bbolt never overwrites a page the last durable
//     state needs, so a failed transaction leaves that state whole.
//   - A file that cannot be used (locked, foreign, truncated, corrupt, of a newer
//     schema) is reported with a typed error and left byte for byte as it was.
//
// # Layout of the file
//
//	gardner    format, schema version, database id, time of creation
//	secrets    name -> bytes
//	settings   name -> bytes (small durable facts: the coordinator's own, corrections, numerics of each block)
//	sweeps     name 00 revision number -> JSON SweepRecord
//	blocks     block id -> sequence (4), created (8), encoded block
//	results    sequence (4) ordinal (8)  -> crc32c (4), record
//	progress   sequence (4) chunk (4)    -> crc32c (4), packed bitmap chunk of 32768 tasks
//	failures   sequence (4) ordinal (8)  -> JSON Failure
//	audited    sequence (4) chunk (4)    -> as progress: tasks that audits are through with
//	data       hash (32) piece (4)       -> bytes of a data set; made with the first
//
// Numbers are big endian, so keys sort in plan order. A checksum covers key and
// value, so a value under a wrong key is found too. A file of an older schema is
// brought to this one when it is opened for writing, in one transaction (migrate.go);
// it can be read as it is.
//
// # Caveats
//
//   - One process owns the file; another gets a [LockedError] that names the
//     socket of the owner. Any number may open it read-only while nobody writes.
//   - A [Store.Backup] holds one read transaction for as long as the copy takes.
//     Commits go on, but pages they free are not reused meanwhile, so the file
//     grows by what is written during the backup.
//   - Network file systems are warned about ([Store.Warnings]): locks and syncs
//     are only as good as the server's.
package store
