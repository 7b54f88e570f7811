package plan

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/weirstream/weir/spec/check"
	"github.com/weirstream/weir/spec/types"
)

// Text prints the plan in full, one fact a line: what golden files pin.
func (pl *Plan) Text() string {
	var w writer
	w.line("service %s", pl.Program.Service)
	for _, f := range pl.Program.Functions {
		w.line("function %s = %s", f.CEL().Signature(), goFunction(f))
	}
	for _, sub := range pl.Subtopologies {
		w.line("")
		w.line("sub-topology %s", sub.Name)
		w.in(func() { pl.writeSub(&w, sub) })
	}
	return w.String()
}

// goFunction is where a function of the user's comes from, and what is known of it.
func goFunction(f *check.Function) string {
	s := f.Package + "." + f.Go
	if f.Fails {
		s += ", can fail"
	}
	if f.Pure {
		s += ", pure"
	}
	return s
}

func (pl *Plan) writeSub(w *writer, sub *Subtopology) {
	if sub.Source != nil {
		pl.writeSource(w, sub.Source)
	} else {
		w.line("reads %s (repartitioned by %s)", sub.Topic, strings.Join(sub.upstreamNames(), ", "))
		w.in(func() {
			w.line("key %s", groupKey(sub.Cut))
			if sub.Cut.Combines {
				w.line("partial aggregates %s", strings.Join(aggregateNames(sub.Cut), ", "))
			} else {
				w.line("payload %s", fields(pl.Payload(sub.Cut).Fields))
			}
		})
		pl.writeKept(w, sub.Cut)
	}
	for _, st := range sub.Steps {
		pl.writeStep(w, sub, st)
	}
	for _, o := range sub.Outputs {
		switch o.Kind {
		case SinkOutput:
			w.line("sink %s writes %s (%s) from %s", o.Name, o.Topic, formatName(o.Sink.Format), o.Sink.From.Name)
			w.in(func() {
				if by := o.Sink.By; by != nil {
					w.line("where %s is %s", oneLine(by.Text), strings.Join(valuesOf(o), ", "))
				}
				w.line("key %s", keyText(o.Sink.From.Key))
				w.line("value %s", o.Sink.From.Type.Structure())
				if o.Sink.Tombstone != nil {
					w.line("tombstone where %s", oneLine(o.Sink.Tombstone.Text))
				}
				for _, h := range o.Sink.Headers {
					w.line("header %s = %s", h.Name, oneLine(h.Expr.Text))
				}
			})
		case DeadLetterOutput:
			w.line("dead letters of %s go to %s", o.Name, o.Topic)
		}
	}
}

func (pl *Plan) writeSource(w *writer, s *check.Source) {
	w.line("reads %s (source %s, %s of %s)", s.Topic, s.Name, formatName(s.Format), s.Value)
	w.in(func() {
		switch {
		case s.Key == nil:
			w.line("key none")
		case s.KeyField != "":
			w.line("key %s, equal to field %s", s.Key, s.KeyField)
		default:
			w.line("key %s", s.Key)
		}
		w.line("event time %s", exprOr(s.EventTime, "the record's timestamp"))
		if s.WatermarkFrom != nil {
			w.line("watermark from %s", oneLine(s.WatermarkFrom.Text))
		}
		if s.StreamTime {
			w.line("watermark stream time")
		} else {
			w.line("watermark lag %s, idle after %s", Duration(s.Lag), orNever(s.IdleAfter))
		}
		if s.MaxDrift > 0 {
			w.line("at most %s ahead of %s", Duration(s.MaxDrift), pl.aligned())
		}
		if s.SkipTombstones {
			w.line("tombstones are skipped")
		}
		w.line("on error %s", onError(s))
		used := pl.Used(s.Out)
		w.line("fields read %s", fieldNames(used))
		if n := len(s.Value.Fields) - len(used); n > 0 {
			w.line("fields skipped %d", n)
		}
	})
}

func (pl *Plan) writeStep(w *writer, sub *Subtopology, st *check.Step) {
	w.line("step %s %s", st.Name, pl.inputText(sub, st))
	w.in(func() {
		if st.Where != nil {
			w.line("where %s", oneLine(st.Where.Text))
		}
		for _, l := range st.Let {
			w.line("let %s = %s", l.Name, oneLine(l.Expr.Text))
		}
		if u := st.Unnest; u != nil {
			w.line("unnest %s = each of %s", u.Name, oneLine(u.Expr.Text))
		}
		writeRow(w, st)
		if l := st.Log; l != nil {
			w.line("log %s %s", l.Level, oneLine(l.Line.Text))
		}
		if st.EventTime != nil {
			w.line("event time %s", oneLine(st.EventTime.Text))
		}
		if st.Key != nil {
			w.line("key %s : %s", oneLine(st.Key.Text), st.Key.Type)
		}
		for _, g := range st.GroupBy {
			w.line("group by %s = %s", g.Name, oneLine(g.Expr.Text))
		}
		if st.Repartition {
			o := sub.Output(RepartitionOutput, st.Name)
			if st.Combines {
				w.line("pre-aggregate per %s", combinedPer(st))
			}
			w.line("repartition through %s", o.Topic)
			if o.Delay > 0 {
				w.line("watermark %s behind", Duration(o.Delay))
			}
			return
		}
	})
	if st.Keeps() && !st.Repartition {
		pl.writeKept(w, st)
	} else if !st.Keeps() {
		w.in(func() {
			for _, b := range st.Split {
				if b.When != nil {
					w.line("branch %s if %s", b.Name, oneLine(b.When.Text))
				} else {
					w.line("branch %s otherwise", b.Name)
				}
			}
			w.line("gives %s", st.Out.Type.Structure())
		})
	}
}

// inputText says what a step reads, and of what it merges which streams come by in a sub-topology.
func (pl *Plan) inputText(sub *Subtopology, st *check.Step) string {
	if st.From.Merged == nil {
		return "reads " + st.From.Name
	}
	var all, here []string
	for _, in := range st.From.Merged {
		all = append(all, in.Name)
		if pl.In(sub, in) {
			here = append(here, in.Name)
		}
	}
	if len(here) == len(all) {
		return "merges " + strings.Join(all, ", ")
	}
	return "merges " + strings.Join(all, ", ") + " (here " + strings.Join(here, ", ") + ")"
}

// upstreamNames are the names of the sub-topologies that write a sub-topology's input.
func (sub *Subtopology) upstreamNames() (names []string) {
	for _, up := range sub.Upstreams {
		names = append(names, up.Name)
	}
	return names
}

// writeRow prints what select, or set, drop and rename, make of the record.
func writeRow(w *writer, st *check.Step) {
	if c := st.Changes; c != nil {
		for _, s := range c.Set {
			w.line("set %s = %s", s.Name, oneLine(s.Expr.Text))
		}
		for _, name := range c.Drop {
			w.line("drop %s", name)
		}
		for _, r := range c.Rename {
			w.line("rename %s = %s", r[0], r[1])
		}
		return
	}
	for _, s := range st.Select {
		w.line("select %s = %s", s.Name, oneLine(s.Expr.Text))
	}
}

// writeKept prints the part of a step behind its group_by.
func (pl *Plan) writeKept(w *writer, st *check.Step) {
	switch {
	case st.Process != nil:
		pl.writeProcess(w, st)
	case st.Dedup != nil:
		pl.writeDedup(w, st)
	case st.Previous != nil:
		pl.writePrevious(w, st)
	case st.Fold != nil:
		pl.writeFold(w, st)
	case st.Delay != nil:
		pl.writeDelay(w, st)
	case st.Top != nil:
		pl.writeTop(w, st)
	default:
		pl.writeWindow(w, st)
	}
}

func (pl *Plan) writeProcess(w *writer, st *check.Step) {
	w.line("process %s by Go type %s", st.Name, st.Process.Go)
	w.in(func() {
		for _, s := range st.Process.State {
			w.line("state %s : %s, %s", s.Name, kept(s), life(s))
		}
		if st.Process.Timers {
			w.line("timers in event time")
		}
		if st.Process.ProcessingTimers {
			w.line("timers in processing time")
		}
		w.line("store %s, key %s; changelog %s", st.Name, groupKey(st), pl.ChangelogTopic(st))
		for _, out := range st.Outs() {
			if st.Parted() {
				w.line("gives %s %s", strings.TrimPrefix(out.Name, st.Name+"."), out.Type.Structure())
			} else {
				w.line("gives %s", out.Type.Structure())
			}
		}
	})
}

// kept is the type of what a state keeps for a group.
func kept(s *check.State) string {
	switch s.Kind {
	case check.ListState:
		return "list of " + s.Type.String()
	case check.MapState:
		return "map of " + s.Key.String() + " to " + s.Type.String()
	}
	return s.Type.String()
}

// life says how long a state lives.
func life(s *check.State) string {
	if s.TTL == 0 {
		return "unbounded"
	}
	return "lives " + Duration(s.TTL)
}

func (pl *Plan) writeWindow(w *writer, st *check.Step) {
	if st.Window.Bounded() {
		w.line("window %s %s, allowed lateness %s", st.Name, WindowText(st.Window), Duration(st.Window.Lateness))
	} else {
		w.line("window %s %s", st.Name, WindowText(st.Window))
	}
	w.in(func() {
		for _, a := range st.Aggregate {
			w.line("aggregate %s = %s : %s", a.Name, AggregateText(a), a.Type)
		}
		if st.Having != nil {
			w.line("having %s", oneLine(st.Having.Text))
		}
		w.line("emit %s", emitText(st))
		if st.Late != nil {
			w.line("late records to %s", st.Late.Name)
		}
		key := "window end, " + groupKey(st)
		switch {
		case st.Window.Kind == check.Sliding:
			key = groupKey(st) + ", time"
		case st.Window.Sliced():
			key = "slice end, " + groupKey(st)
		case st.Window.Own():
			key = groupKey(st)
		}
		w.line("store %s, key %s; changelog %s", st.Name, key, pl.ChangelogTopic(st))
		w.line("gives %s", st.Out.Type.Structure())
	})
}

// valuesOf are the values of a sink's by for which records go to an output.
func valuesOf(o *Output) []string {
	var values []string
	for _, t := range o.Sink.Topics {
		if t.Topic == o.Topic {
			values = append(values, strconv.Quote(t.Value))
		}
	}
	return values
}

// WindowText is a window's kind and size, as the spec has them.
func WindowText(w *check.Window) string {
	switch {
	case w.Kind == check.Global && w.Size == 0:
		return w.Kind.String()
	case w.Kind == check.Global:
		return w.Kind.String() + " ttl " + Duration(w.Size)
	case w.Kind == check.Divided && w.Size == 0:
		return "custom split " + oneLine(w.Split.Text)
	case w.Kind == check.Divided:
		return "custom split " + oneLine(w.Split.Text) + " ttl " + Duration(w.Size)
	case w.Kind == check.Counted && w.Size == 0:
		return countText(w)
	case w.Kind == check.Custom:
		return "custom from " + oneLine(w.Start.Text) + " to " + oneLine(w.End.Text)
	case w.Kind == check.Counted:
		return countText(w) + " ttl " + Duration(w.Size)
	}
	text := w.Kind.String() + " " + sizesText(w, " ")
	if w.Gap != nil {
		text = w.Kind.String() + " of " + oneLine(w.Gap.Text)
	}
	if w.Max > 0 {
		text += " max " + Duration(w.Max)
	}
	if w.Every > 0 && w.Kind != check.Tumbling {
		text += " every " + Duration(w.Every)
	}
	if w.Offset > 0 {
		text += " offset " + Duration(w.Offset)
	}
	if w.Zone != "" {
		text += " in " + w.Zone
	}
	return text
}

// sizesText is a window's size, or its sizes.
func sizesText(w *check.Window, and string) string {
	if w.Sizes == nil {
		return Duration(w.Size)
	}
	var all []string
	for _, size := range w.Sizes {
		all = append(all, Duration(size))
	}
	return strings.Join(all, and)
}

func countText(w *check.Window) string {
	if w.Slide > 0 {
		return fmt.Sprintf("count %d every %d", w.Records, w.Slide)
	}
	return fmt.Sprintf("count %d", w.Records)
}

// AggregateText is an aggregate as the spec has it, on one line.
func AggregateText(a *check.Aggregate) string {
	var args []string
	if f := a.Fold; f != nil {
		args = append(args, f.Acc, oneLine(f.Init.Text), oneLine(a.Args[0].Text))
		if f.Merge != nil {
			args = append(args, f.Other, oneLine(f.Merge.Text))
		}
		return "fold(" + strings.Join(args, ", ") + ")"
	}
	for _, e := range a.Args {
		args = append(args, oneLine(e.Text))
	}
	for _, k := range a.Constants {
		args = append(args, oneLine(k.Text))
	}
	return a.Func.String() + "(" + strings.Join(args, ", ") + ")"
}

func groupKey(st *check.Step) string {
	var parts []string
	for _, g := range st.GroupBy {
		parts = append(parts, g.Name+": "+g.Expr.Type.String())
	}
	return strings.Join(parts, ", ")
}

func keyText(key []check.KeyPart) string {
	if len(key) == 0 {
		return "none"
	}
	var parts []string
	for _, k := range key {
		parts = append(parts, k.Name+": "+k.Type.String())
	}
	return strings.Join(parts, ", ")
}

func fields(fs []*types.Field) string {
	if len(fs) == 0 {
		return "none"
	}
	var parts []string
	for _, f := range fs {
		parts = append(parts, f.Name+": "+f.Type.String())
	}
	return strings.Join(parts, ", ")
}

func fieldNames(fs []*types.Field) string {
	if len(fs) == 0 {
		return "none"
	}
	var parts []string
	for _, f := range fs {
		parts = append(parts, f.Name)
	}
	return strings.Join(parts, ", ")
}

func formatName(f check.Format) string {
	if f == check.CSV {
		return "csv"
	}
	return "json"
}

// Records is a number of records in words.
func Records(n int64) string {
	if n == 1 {
		return "record"
	}
	return strconv.FormatInt(n, 10) + " records"
}

// Number is a number in words.
func Number(n int64) string {
	if n == 1 {
		return "one"
	}
	return strconv.FormatInt(n, 10)
}

func emitText(st *check.Step) string {
	text := updatesText(st)
	if st.Corrections {
		text += ", corrections"
	}
	switch {
	case st.Retractions:
		text += ", retractions"
	case st.ChangesOnly:
		text += ", changes only"
	}
	if st.Tombstones {
		text += ", tombstones"
	}
	return text
}

func updatesText(st *check.Step) string {
	if st.UpdateEvery > 0 {
		text := st.Emit.String() + " every " + Duration(st.UpdateEvery)
		if st.UpdateClock {
			text += " of processing time"
		}
		return text
	}
	if st.UpdateCount > 0 {
		return st.Emit.String() + " every " + Records(st.UpdateCount)
	}
	return st.Emit.String()
}

func onError(s *check.Source) string {
	switch s.OnError {
	case check.Skip:
		return "skip"
	case check.DeadLetter:
		return "dead letter to " + s.DeadLetterTopic
	}
	return "fail"
}

func exprOr(e *check.Expr, none string) string {
	if e == nil {
		return none
	}
	return oneLine(e.Text)
}

func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

func orNever(d time.Duration) string {
	if d == 0 {
		return "never"
	}
	return Duration(d)
}

// Duration prints a duration as the spec language writes it: 1h30m, 7d, 0s.
func Duration(d time.Duration) string {
	if d == 0 {
		return "0s"
	}
	var b strings.Builder
	if d < 0 {
		b.WriteByte('-')
		d = -d
	}
	for _, u := range []struct {
		size time.Duration
		name string
	}{{24 * time.Hour, "d"}, {time.Hour, "h"}, {time.Minute, "m"}, {time.Second, "s"}, {time.Millisecond, "ms"}, {time.Microsecond, "us"}, {1, "ns"}} {
		if n := d / u.size; n > 0 {
			fmt.Fprintf(&b, "%d%s", n, u.name)
			d -= n * u.size
		}
	}
	return b.String()
}

// writer prints indented lines.
type writer struct {
	strings.Builder
	depth int
}

func (w *writer) line(form string, args ...any) {
	if form != "" {
		w.WriteString(strings.Repeat("  ", w.depth))
		fmt.Fprintf(w, form, args...)
	}
	w.WriteByte('\n')
}

func (w *writer) in(f func()) {
	w.depth++
	f()
	w.depth--
}
