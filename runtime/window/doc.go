// Package window keeps the state of windowed aggregates: one typed value for each window and group key. [Tumbling] windows follow each
// other; of those that overlap, [Sliced] keeps the slices that they share, and merges them.
//
// In front stands an overlay in memory, a table per open window or slice, behind it the task's [store.DB]. Values are changed in place in
// the overlay; only Seal encodes those that changed, once each, for the changelog and for the DB. What is said of windows below is true of
// slices as well.
//
// # Boundaries
//
// A window covers start <= event time < end, in Unix milliseconds. It closes as soon as watermark >= end + lateness, and a record is late
// for it from that moment on. A slice goes with the last window that it is in. Sums saturate at [watermark.End].
//
// # What is where
//
// A window is complete when no entry of it is in the DB that is not in the overlay too; then a key that the overlay lacks is new
// and is not looked up. Windows begin complete. They stop being so when the task starts over on a DB that holds entries of them,
// and when they are evicted to keep the overlay in its bounds. Only windows without a change that is still on its way to the DB
// are evicted: neither dirty since the last seal, nor sealed in a commit that was not applied yet. So what the DB says about a
// key that the overlay lacks is always the newest, however many commits are in flight.
//
// A window that closes is removed from the DB by one range delete in the batch of the commit. A window that begins and closes
// within one commit never reaches changelog or DB. The changelog gets no tombstones: whether a window is closed follows from the
// watermark of the committed position, so a restore ignores its entries ([Tumbling.Live], [Tumbling.Trim]) and the topic drops
// them by age.
//
// # Rounds
//
// With Config.UpdateEvery what changed is handed on in rounds: when the store's own time, the task's watermark less Config.Delay, comes to a
// multiple of so many milliseconds, or past several of them at once, all that changed since the last round is handed on. What changed is
// stored with the time of the round that it waits for. As rounds follow from the watermark, which is part of each commit, that says
// after a crash as well whether it was handed on, and nothing needs to be written when it is. A pane that leaves memory takes with it
// what waits; the next round asks the DB for it. With Config.Round a round may change what it hands on, which is a change like that of a record.
//
// With Config.ByClock a round is when the clock says so. Nothing committed says then whether there was one, so what it has handed on is
// written once more, as not waiting. When the task has started over, what waits for a time that has come is handed on at once.
//
// # Ends
//
// With Config.AtEnd a window's results are handed on when the store's time comes to its end, all of them; what changes from then on until the
// window closes is the caller's to hand on ([Tumbling.Ended], [Sliced.Correct]). The watermark says which windows have ended, so nothing is stored
// for it. It has to be the one under which Close was called last that Late is given: a record comes before what its own watermark ends.
//
// # Format
//
// The key of a changelog record is the end of the window, or of the slice, in milliseconds, 8 bytes big endian with the sign bit flipped so that it
// sorts, and then the group key. The value is a version byte, 1, and what Config.Append wrote; or, if it waits for a round, the
// version 2, the store's time at that round in milliseconds as a varint, and what Config.Append wrote. In the DB both are the same, the
// key behind the store's id: windows stand in order of their ends, the keys of one window in byte order.
package window
