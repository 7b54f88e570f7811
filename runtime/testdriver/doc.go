// Package testdriver runs a compiled topology in memory, without a broker and without waiting: for Go tests, for `weir test`, and
// for checking generated code against other ways to compute the same.
//
//	d, err := testdriver.New(orders.Topology(), testdriver.Options{Partitions: 2})
//	d.Send("orders", -1, key, value, time.UnixMilli(1000))
//	d.Commit()
//	for _, r := range d.Output("revenue-per-minute") { … }
//
// Tasks run by package task, as in the service: several partitions, repartition topics with watermarks in them, commits,
// changelogs, local stores that lose their tail in a crash, restores. Only Kafka itself is played, by lists of records. What a
// task writes is there when its commit is, not before.
//
// Everything happens in the caller's goroutine and in an order that follows from the calls and the options alone. Time is
// virtual: the wall clock moves by Advance, event time by records.
//
// # Schedules
//
// Without Options.Random a record is processed when it is sent, and committed by Commit, End or CommitEvery. With it, records wait
// until Commit or End, and are then worked off in a random order that keeps each partition's: batches of random size, commits and
// crashes at random points, commits in flight while the next records are processed. The same seed gives the same run. Results
// must not depend on any of this, as long as no record behind a repartition topic is older than its task's watermark.
//
// Keys and values of records are overwritten when Process has returned, so that code which keeps a part of them without copying
// does not go unnoticed.
package testdriver
