// Package task runs one task: one partition of one sub-topology. The Kafka engine and the test driver both drive tasks through a
// [Runner], so what is tested is what runs.
//
// # Life of a task
//
//	r, _ := New(sub, partition, opts)          // opens the stores on opts.DB
//	from, _ := r.Missing(committed)            // which changelogs to read, from where; up to committed.Changelogs
//	r.ApplyChangelog(store, rec)               // for each record of those
//	r.Restore(committed)                       // from here on the task stands at the committed position
//	r.Feed(input, rec) …; r.Tick(now)          // from committed.Inputs[topic] on
//	s, _ := r.Seal()                           // a commit: s.Chunks to Kafka, in order
//	pos := s.Position(ends)                    // with the end offsets of the changelogs, from the acknowledgements
//	…                                          // commit pos.Inputs with pos.Metadata(writer) and end the transaction
//	s.Apply(ends)                              // only after Kafka has committed
//
// A task that starts from nothing skips Missing and ApplyChangelog, and calls Restore with position.Start().
//
// # Pipelining
//
// After Seal the task goes on at once; what it reads and writes then belongs to the next commit. Seals are applied in their
// order. Apply and Position may be called from another goroutine than the task's, everything else may not. If a commit fails,
// every seal that was not applied is dropped ([Sealed.Drop]) and the task goes back by [Runner.Abort] to where the last applied
// seal left it; the caller then reads again from Runner.Position().Inputs.
//
// # Watermarks
//
// Control records in repartition inputs go to the clock and not to the task. At each Seal the task's watermark is written into
// every partition of every repartition output, behind the data of the commit, if it moved or its idleness changed since it was
// last written, or if that was asked for by [Runner.Announce]: a start and an abort ask for it by themselves, and an engine does
// on a slow beat and when downstream tasks may have moved to another instance.
//
// When every input has ended, the committed position holds not End but the watermark that the closed windows amount to. So a
// service that is started again on more data goes on behind the windows that it has closed, and does not take everything for late.
package task
