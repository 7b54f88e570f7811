// Package session keeps the state of aggregates over windows that are each group's own. Sessions are stretches of a group's records that end
// where no record comes for a while; how long is the record's to say: it brings the end that its session has at least. A record that brings
// the same start as all others, [Earliest], has its group's only window go on; and with Config.Apart each record says which window it is in.
//
// # Boundaries
//
// A record with event time t and end e makes the window t <= time < e. Windows of a group that share an instant are one, from the earliest
// start to the latest end, unless that would be longer than Config.Max: then the record goes with the earliest of those that it fits
// with, and those that it does not fit with stay apart. With Config.Apart windows are one only if they have the same start and end. A window
// closes as soon as watermark >= end + lateness, or by [Store.Expire]. A closed one is not opened again: a record that would have been in it
// makes a window of its own, or is late if that would be closed as well.
//
// # What is where
//
// A group is in memory, with all its open windows, or not. In memory it is from its first record on, or from when it is looked for, until
// the overlay has to be kept in its bounds. Only groups without a change that is still on its way to the DB leave, so what memory says is
// always the newest, however many commits are in flight. A group whose last window has closed stays until the DB has been told.
//
// Which windows are due next is known by a heap for the groups in memory and by reminders for those in the DB. Both hold a time at or
// before the earliest end of a group, and neither is changed when a window grows: when the time comes, and the end is later by then, it
// is put off. So a record that goes on with a session changes nothing but its group.
//
// In a store with rounds (see package window) the windows that changed since the last one are known by a list of their groups; where groups
// that waited left memory, the round looks through all of the DB.
//
// With Config.AtEnd a window is handed on when the store's time comes to its end (see package window): the heap and the reminders have it Lateness
// before that, as they go by the time up to which windows are closed. A window that grows beyond the store's time has not ended any more.
//
// What a group has of its last records, in a window that they all go on with, may be [Parts], each of as many of them, so that the oldest can leave.
//
// # Sliding windows
//
// [Sliding] has windows in which the first and the last record are Config.Reach apart at most. A record at t is the last one of the window
// t - Reach <= time < t + 1, and behind it there is t + 1 <= time < t + Reach + 2, if a record is in that. So where windows are follows from the
// records' times, and no window is kept: a group is a line of points, one for each time, each with the value of its records. A record changes
// one point; a window is merged of those in it when it is handed on, in an order that goes by times alone: see merged. A point goes when
// the window behind it has closed, since no other one has it then, and until then that window may be made.
//
// Groups are in memory or in the DB, windows fall due, and changes wait for rounds, as it is said above. What happens to a group next is the first
// of all that its points' windows do, whether the window behind a point is there or not; its reminder has that time, which follows from the
// points and from the times up to which windows are closed and, with Config.AtEnd, have ended. What ended is handed on of the points as they
// are then, and again by [Sliding.Correct] with each record that comes to it. A round by the clock has points written once more that it has
// handed on.
//
// # Format
//
// The keys of the store, as its changelog has them:
//
//	's' GROUP         the open windows of a group
//	'q' TIME GROUP    a reminder to look at a group
//
// TIME is in Unix milliseconds, 8 bytes big-endian with the sign bit flipped so that it sorts. The value of a group is the version, 1; the
// time of its reminder as a varint; how many windows there are as a uvarint; and for each, in order of their starts, its start as a varint,
// its length as a uvarint, the length of what Config.Append wrote as a uvarint, and that. The value of a reminder is the version, 1.
//
// A group with windows that wait for a round has version 2: behind the time of the reminder stands that of the round, as a varint, and behind
// each window's length a byte, 1 if it waits. When that time has come, they were handed on.
//
// The keys of a store of sliding windows:
//
//	'e' GROUP TIME    a point of a group
//	'q' TIME GROUP    a reminder to look at a group
//
// GROUP is that of a point as keyenc has it in front of other components, so that groups come in order, each with its points in theirs. The value of a
// point is the version, 1, and what Config.Append wrote; or, if it waits for a round, the version 2, the time of that as a varint, a byte that
// is 1 if the point is new since the round before, and what Config.Append wrote. That of a reminder is as above.
//
// What is gone is deleted by tombstones, so the changelog can be compacted.
package session
