// Package store keeps a task's committed state in Pebble, on disk or in memory.
//
// A [DB] holds nothing but committed state. What a commit changes is collected in one [Batch]: entries, range deletes and, put
// in by [DB.Apply], the position that they belong to. It is applied after the Kafka transaction has committed. So the DB always
// stands at exactly one committed position, and an abort has nothing to undo.
//
// Pebble's write-ahead log is off: the changelog topic is the log. After a crash the DB is at an earlier commit, the last one
// that a flush of the memtable had taken in, with that commit's position; the caller replays the changelogs from there
// ([DB.Missing], [DB.ApplyChangelog]). [Options.FlushEvery] and [DB.AsyncFlush] keep that tail short.
//
// # Format, version 1
//
//	0x00 "format"          the format version as decimal text
//	0x00 "position"        the position, see package position
//	0x00 "store" NAME      the store's id, a uvarint of 1 or more
//	ID KEY                 an entry: the store's id as a uvarint, then the changelog's key; the value is the changelog's value
//
// Ids are given out when a store is first opened and never change, so a store may be added to a topology, or taken from it,
// without touching the others. A directory of another format version, or one that is not a weir store, is refused and left as
// it is. A directory that can't be used any more is renamed by [MoveAside], never deleted.
package store
