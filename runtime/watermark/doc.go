// Package watermark is the event-time clock of a task.
//
// All times are Unix milliseconds. A watermark w says: records with an event time below w are not expected any more. [None]
// is the watermark of an input that has shown nothing yet, [End] that of a bounded input that is used up.
//
// # Rules
//
//   - A source partition's watermark is the highest event time seen in it minus the lag. A record whose event time equals the
//     watermark is on time.
//   - A repartition input has one mark for each upstream task, of one or more sub-topologies, from control records. Its watermark is the minimum of the marks
//     of those that are not idle. An upstream task that has not announced itself yet holds it back at None. Event times of
//     records don't move it.
//   - A task's watermark is the minimum over its inputs that are not idle. An input that has shown nothing yet holds it back.
//   - If every input is idle (or every upstream of an input), the watermark stays where it is: silence everywhere says nothing
//     about time.
//   - End needs everybody: what is idle may still have records, so it lets the others' watermarks through but not their End.
//   - A record ends the idleness of its source input, a mark that is not idle that of its upstream.
//   - Nothing ever goes back: neither the highest event time, nor a mark, nor the task's watermark, which also never falls below
//     the Floor that was restored from the committed position.
//   - Arithmetic saturates. None and End stay what they are under subtraction of a lag or a delay.
//
// # Control records
//
// A watermark travels through a repartition topic as a record with a null key and the header "weir.watermark" (with no value),
// one in each partition, written in the transaction of the commit that it belongs to. Its value:
//
//	byte 0     version, 1
//	byte 1     flags; bit 0: the upstream task is idle
//	byte 2-9   watermark, big endian, two's complement
//	uvarint    partition of the upstream task
//	rest       name of the upstream sub-topology
package watermark
