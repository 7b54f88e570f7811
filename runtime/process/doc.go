// Package process is what generated code gives a processor, a step that is Go of the user's: state by key, and timers. Steps with dedup,
// changes, fold, delay and top keep what they keep by the same means: [Seen], [Latest], [Previous], [Fold], [Delayed] and [Ranking].
//
// A [Store] holds both, for one step of one task. Every call of the processor, for a record or a timer, stands between
// [Store.Begin] and [Store.End]: when it fails, what it changed is undone, and the store is as if it had not been made. Changes stay
// in memory until [Store.Seal] hands them to the changelog and the local store, with the commit that they belong to.
//
// State is kept encoded. What a processor gets is a copy of its own and what it sets is copied, so nothing that it does to either
// changes the state, and undoing a call is putting bytes back.
//
// # Time
//
// A timer fires when the task's watermark has reached its time: after the record that moved the watermark was processed, in the order
// of the timers' times, and for one time in the byte order of the groups. A group has one timer for a time, however often it is set. At the
// end of a bounded input all timers fire that are there then; those that are set meanwhile stay for a later run.
//
// A timer in processing time fires when the clock has reached its time, in the same order. The clock is read once for each commit, when
// the first record or tick comes behind the one before. At the end of a bounded input those that are not due stay for a later run.
//
// State with a time to live is gone when the watermark has reached the time of its last change plus the time to live. The time of a
// change is that of the record or timer that made it, or the watermark if that is later. The end of a bounded input ends no life.
// Reading looks at the times, so what is gone is never seen; the entry itself is deleted soon behind.
//
// # Format, version 1
//
// The keys of the store, as its changelog has them:
//
//	'v' LEN NAME GROUP               the value of a state: the length of its name as a uvarint, its name, the group's key
//	'm' LEN NAME LEN GROUP MAPKEY    the value of a key in a group's map, in the encoding of package keyenc
//	'l' LEN NAME LEN GROUP NUMBER    an element of a group's list: 8 bytes big-endian, each element's is higher than those before
//	'q' TIME 't' GROUP               a timer of a group in event time, or the reminder of a group of a [Fold]
//	'q' TIME 'x' KEY                 a reminder to look whether the entry KEY is still to live
//	'p' TIME 't' GROUP               a timer of a group in processing time, or a fold's reminder
//	'q' TIME 'r' NUMBER              a record that waits for the watermark, 'p' for processing time: 8 bytes big-endian, as they came
//	'n'                              up to which number, 8 bytes big-endian, such numbers may be given out
//
// TIME is in Unix milliseconds, 8 bytes big-endian with the sign bit inverted, so that the keys under 'q' and 'p' are in the order in
// which they are due. Every value begins with the version, 1. That is all of a timer in event time and a reminder. For a timer in
// processing time follows, as a varint, the event time when it was set. For a record that waits follow its event time, as a varint; 0 if it has
// no key, else 1 and the key, with its length; the record, in the encoding of package stateenc. In the entries of states, 'v', 'm' and 'l', follow 1 if there
// is a reminder for the entry, else 0; the time of its last change, as a varint; the value, in the encoding of package stateenc.
//
// While an entry lives its reminder stays where it is, so changing state writes one entry, not three: a reminder that comes too early
// is put off to when the entry ends, as known by then. Times of reminders are rounded up to a 64th of the time to live, so that an
// entry which is deleted and made again leaves no more than that many of them.
package process
