package plan

import (
	"fmt"
	"strings"

	"github.com/weirstream/weir/spec/check"
)

// Explain tells the plan in words, for somebody who wants to know what the service will do and what it needs.
func (pl *Plan) Explain() string {
	var b strings.Builder
	p := pl.Program
	fmt.Fprintf(&b, "Service %s: %s, %s, %s, run as %s.\n", p.Service, count(len(p.Sources), "source"), count(len(p.Steps), "step"),
		count(len(p.Sinks), "sink"), count(len(pl.Subtopologies), "sub-topology"))
	b.WriteString("Each partition of a sub-topology is one task. Instances of the service share the tasks out among themselves.\n")
	if len(p.Functions) > 0 {
		b.WriteString("\nExpressions call Go functions:\n")
		for _, f := range p.Functions {
			fmt.Fprintf(&b, "  %s is %s\n", f.CEL().Signature(), goFunction(f))
		}
	}
	for _, sub := range pl.Subtopologies {
		b.WriteString("\n")
		pl.explainSub(&b, sub)
	}
	b.WriteString("\n")
	pl.explainTopics(&b)
	return b.String()
}

func (pl *Plan) explainSub(b *strings.Builder, sub *Subtopology) {
	if s := sub.Source; s != nil {
		fmt.Fprintf(b, "%s reads topic %s as %s of %s.\n", sub.Name, s.Topic, strings.ToUpper(formatName(s.Format)), s.Value)
		highest := "the highest one seen in a partition"
		if s.WatermarkFrom != nil {
			highest = "the highest value of " + oneLine(s.WatermarkFrom.Text) + " in a partition"
		}
		fmt.Fprintf(b, "  Event time is %s. ", exprOr(s.EventTime, "the record's timestamp"))
		if s.StreamTime {
			b.WriteString("The watermark is stream time: " + highest + ", and behind repartition topics the highest one of all partitions")
		} else {
			fmt.Fprintf(b, "The watermark stays %s behind %s", Duration(s.Lag), highest)
		}
		if s.IdleAfter > 0 {
			fmt.Fprintf(b, "; a partition that is silent for %s holds nothing back", Duration(s.IdleAfter))
		}
		b.WriteString(".\n")
		if s.MaxDrift > 0 {
			fmt.Fprintf(b, "  A partition whose watermark is more than %s ahead of the slowest one of %s is not read on.\n", Duration(s.MaxDrift), pl.aligned())
		}
		if s.SkipTombstones {
			b.WriteString("  A record with a null value, a tombstone, is passed over and counted as filtered.\n")
		} else {
			b.WriteString("  A record with a null value, a tombstone, can't be processed.\n")
		}
		switch s.OnError {
		case check.Fail:
			b.WriteString("  A record that can't be processed stops the service.\n")
		case check.Skip:
			b.WriteString("  A record that can't be processed is counted and skipped.\n")
		case check.DeadLetter:
			fmt.Fprintf(b, "  A record that can't be processed goes to topic %s.\n", s.DeadLetterTopic)
		}
		used := pl.Used(s.Out)
		fmt.Fprintf(b, "  Of %s, %d are decoded: %s. The rest is skipped.\n", count(len(s.Value.Fields), "field"), len(used), fieldNames(used))
	} else {
		what := "one record for each of its own"
		if sub.Cut.Combines {
			what = "partial aggregates of the records between its commits"
		}
		fmt.Fprintf(b, "%s reads topic %s, which %s, %s, grouped by %s.\n", sub.Name, sub.Topic, writtenBy(sub), what, strings.Join(groupNames(sub.Cut), ", "))
		explainKept(b, sub.Cut)
		if len(sub.Origins) > 1 {
			fmt.Fprintf(b, "  What can't be processed here is dealt with as source %s says.\n", sub.Origin.Name)
		}
	}
	for _, st := range sub.Steps {
		fmt.Fprintf(b, "  Step %s takes %s", st.Name, st.From.Name)
		if st.Where != nil {
			fmt.Fprintf(b, " where %s", oneLine(st.Where.Text))
		}
		if st.Unnest != nil {
			fmt.Fprintf(b, ", one record for each %s of %s", st.Unnest.Name, oneLine(st.Unnest.Expr.Text))
		}
		switch {
		case st.Changes != nil:
			b.WriteString(explainChanges(st.Changes))
		case st.Select != nil:
			fmt.Fprintf(b, ", makes records of %s", count(len(st.Select), "field"))
		}
		if st.Combines {
			fmt.Fprintf(b, ", combines them per %s, and sends what comes of it through topic %s", combinedPer(st), pl.RepartitionTopic(st))
		} else if st.Repartition {
			fmt.Fprintf(b, ", and sends them by %s through topic %s", strings.Join(groupNames(st), ", "), pl.RepartitionTopic(st))
		}
		if l := st.Log; l != nil {
			fmt.Fprintf(b, ", logs %s as %s", oneLine(l.Line.Text), l.Level)
		}
		if st.EventTime != nil {
			fmt.Fprintf(b, ", gives them the event time %s", oneLine(st.EventTime.Text))
		}
		if st.Key != nil {
			fmt.Fprintf(b, ", gives them the key %s", oneLine(st.Key.Text))
		}
		if st.Split != nil {
			fmt.Fprintf(b, ", and splits them into %s", explainSplit(st.Split))
		}
		b.WriteString(".\n")
		if st.Keeps() && !st.Repartition {
			explainKept(b, st)
		}
	}
	for _, o := range sub.Outputs {
		if o.Kind == SinkOutput {
			fmt.Fprintf(b, "  Sink %s writes %s to topic %s as %s", o.Name, o.Sink.From.Name, o.Topic, strings.ToUpper(formatName(o.Sink.Format)))
			if by := o.Sink.By; by != nil {
				fmt.Fprintf(b, " where %s is %s", oneLine(by.Text), strings.Join(valuesOf(o), " or "))
			}
			if o.Sink.Tombstone != nil {
				fmt.Fprintf(b, ", or as a tombstone where %s", oneLine(o.Sink.Tombstone.Text))
			}
			if hs := o.Sink.Headers; hs != nil {
				var names []string
				for _, h := range hs {
					names = append(names, h.Name)
				}
				fmt.Fprintf(b, ", with the headers %s", strings.Join(names, ", "))
			}
			b.WriteString(".\n")
		}
	}
}

// writtenBy says who writes the topic that a sub-topology reads.
func writtenBy(sub *Subtopology) string {
	names := sub.upstreamNames()
	if len(names) == 1 {
		return names[0] + " writes"
	}
	return strings.Join(names[:len(names)-1], ", ") + " and " + names[len(names)-1] + " write"
}

func explainChanges(c *check.Changes) string {
	var sets, renames []string
	for _, s := range c.Set {
		sets = append(sets, s.Name)
	}
	for _, r := range c.Rename {
		renames = append(renames, r[1]+" to "+r[0])
	}
	text := ""
	for _, part := range []struct {
		verb  string
		names []string
	}{{"sets", sets}, {"drops", c.Drop}, {"renames", renames}} {
		if len(part.names) > 0 {
			text += ", " + part.verb + " " + strings.Join(part.names, ", ")
		}
	}
	return text
}

func explainSplit(branches []*check.Branch) string {
	var parts []string
	for _, br := range branches {
		if br.When == nil {
			parts = append(parts, br.Name+" (all others)")
			continue
		}
		parts = append(parts, br.Name+" ("+oneLine(br.When.Text)+")")
	}
	return strings.Join(parts, ", ")
}

func explainKept(b *strings.Builder, st *check.Step) {
	switch {
	case st.Process != nil:
		explainProcess(b, st)
	case st.Dedup != nil:
		explainDedup(b, st)
	case st.Previous != nil:
		explainPrevious(b, st)
	case st.Fold != nil:
		explainFold(b, st)
	case st.Delay != nil:
		explainDelay(b, st)
	case st.Top != nil:
		explainTop(b, st)
	default:
		explainWindow(b, st)
	}
}

func explainProcess(b *strings.Builder, st *check.Step) {
	var outs []string
	for _, out := range st.Outs() {
		text := out.Type.String()
		if st.Parted() {
			text += " as " + out.Name
		}
		outs = append(outs, text)
	}
	fmt.Fprintf(b, "  Step %s gives each record to Go type %s, which hands on records of %s.\n", st.Name, st.Process.Go, strings.Join(outs, ", "))
	var states []string
	for _, s := range st.Process.State {
		states = append(states, fmt.Sprintf("%s, %s (%s)", s.Name, a(kept(s)), life(s)))
	}
	if states != nil {
		fmt.Fprintf(b, "    It keeps, per %s: %s.\n", strings.Join(groupNames(st), ", "), strings.Join(states, "; "))
	}
	if st.Process.Timers {
		b.WriteString("    Its timers fire when the watermark reaches their time.\n")
	}
	if st.Process.ProcessingTimers {
		b.WriteString("    Its timers in processing time fire when the clock, read once for each commit, reaches their time.\n")
	}
}

// a is a type with its article.
func a(t string) string {
	if strings.IndexByte("aeioAEIO", t[0]) >= 0 {
		return "an " + t
	}
	return "a " + t
}

// explainedWindow says how long windows are, and where they lie.
func explainedWindow(w *check.Window) string {
	text := sizesText(w, " and ")
	switch w.Kind {
	case check.Hopping:
		text += ", one every " + Duration(w.Every)
	case check.Cumulative:
		text = "up to " + text + ", in steps of " + Duration(w.Every)
	case check.Sliding:
		return "records at most " + text + " apart"
	case check.Session:
		return explainedSession(w)
	case check.Custom:
		return "what each record says: from " + oneLine(w.Start.Text) + " to " + oneLine(w.End.Text)
	}
	if w.Zone != "" {
		text += " (days in " + w.Zone + ")"
	}
	if w.Offset > 0 {
		text += ", shifted by " + Duration(w.Offset)
	}
	return text
}

// explainedSession says how long sessions are.
func explainedSession(w *check.Window) string {
	text := "records less than " + Duration(w.Size) + " apart"
	if w.Gap != nil {
		text = "records less apart than " + oneLine(w.Gap.Text)
	}
	if w.Max > 0 {
		text += ", at most " + Duration(w.Max) + " long"
	}
	return text
}

func explainWindow(b *strings.Builder, st *check.Step) {
	var as []string
	for _, a := range st.Aggregate {
		as = append(as, a.Name+" = "+AggregateText(a))
	}
	if !st.Window.Bounded() {
		explainTimeless(b, st, strings.Join(as, ", "))
		return
	}
	fmt.Fprintf(b, "  Step %s keeps, per %s and window of %s: %s.\n", st.Name, strings.Join(groupNames(st), ", "), explainedWindow(st.Window), strings.Join(as, ", "))
	if st.Window.Kind == check.Sliding {
		b.WriteString("    A record changes what its group has at one time, whatever the number of windows that share it; results are merged of these times.\n")
	}
	if st.Window.Sliced() {
		b.WriteString("    A record changes one slice, whatever the number of windows that share it; results are merged of slices.\n")
	}
	switch past := Duration(st.Window.Lateness); {
	case st.Corrections:
		explainCorrections(b, st, past)
	case st.Emit == check.Final:
		fmt.Fprintf(b, "    Each result is handed on once, when the watermark has passed the window's end by %s", past)
	case st.Emit == check.Updates:
		fmt.Fprintf(b, "    Each result that changed is handed on %s. A window is dropped when the watermark has passed its end by %s", updatesAt(st), past)
	default:
		fmt.Fprintf(b, "    Each result that changed is handed on %s, and each once more when the watermark has passed the window's end by %s", updatesAt(st), past)
	}
	if st.Having != nil {
		fmt.Fprintf(b, ", if %s", oneLine(st.Having.Text))
	}
	b.WriteString(".\n")
	if st.Tombstones {
		b.WriteString("    Sinks get a tombstone for each group of a window that closes, under the key of its results")
		if st.Window.Kind == check.Session {
			b.WriteString(", and one for each window that a session had before it grew")
		}
		b.WriteString(".\n")
	}
	if st.Late != nil {
		fmt.Fprintf(b, "    Records that come after that go to %s.\n", st.Late.Name)
	} else {
		b.WriteString("    Records that come after that are counted and dropped.\n")
	}
}

// updatesAt says when a step's results that changed are handed on.
func updatesAt(st *check.Step) string {
	if st.Retractions {
		return updatesWhen(st) + ", unless it is the same as when it was handed on last, which is retracted in front of another one"
	}
	if st.ChangesOnly {
		return updatesWhen(st) + ", unless it is the same as when it was handed on last"
	}
	return updatesWhen(st)
}

func updatesWhen(st *check.Step) string {
	if st.UpdateClock {
		return "when processing time comes to a multiple of " + Duration(st.UpdateEvery) + ", and when its window closes"
	}
	if st.UpdateEvery > 0 {
		return "when event time comes to a multiple of " + Duration(st.UpdateEvery) + ", and when its window closes"
	}
	if st.UpdateCount > 0 {
		return "with every " + Records(st.UpdateCount) + " that changed it, and when its window closes"
	}
	return "at every commit"
}

// explainTimeless is explainWindow for windows that go by records, not by time.
func explainTimeless(b *strings.Builder, st *check.Step, aggregates string) {
	w := st.Window
	life, results := "for ever", "when a bounded run ends"
	if w.Size > 0 {
		life, results = "until "+Duration(w.Size)+" after the group's last record", "when a group was silent for as long"
	}
	fmt.Fprintf(b, "  Step %s keeps, per %s: %s. It keeps them %s.\n", st.Name, strings.Join(groupNames(st), ", "), aggregates, life)
	switch {
	case w.Slide > 0:
		fmt.Fprintf(b, "    A result of the last %d records of a group is handed on with every %s, and of those that came since %s", w.Records, Records(w.Slide), results)
		b.WriteString(", with the ones before them")
	case w.Kind == check.Divided:
		fmt.Fprintf(b, "    A result is handed on with a record for which %s, which begins the next window, and else %s", oneLine(w.Split.Text), results)
	case w.Kind == check.Counted:
		fmt.Fprintf(b, "    A result is handed on with every %d records of a group, and of fewer %s", w.Records, results)
	case st.Emit == check.Final:
		b.WriteString("    Each result is handed on once, " + results)
	case st.Emit == check.Updates:
		fmt.Fprintf(b, "    Each result that changed is handed on %s", updatesAt(st))
	default:
		fmt.Fprintf(b, "    Each result that changed is handed on %s, and each once more %s", updatesAt(st), results)
	}
	if st.Having != nil {
		fmt.Fprintf(b, ", if %s", oneLine(st.Having.Text))
	}
	b.WriteString(".\n")
	if st.Tombstones {
		b.WriteString("    Sinks get a tombstone for each group whose time is over, under the key of its results.\n")
	}
	if st.Late != nil {
		fmt.Fprintf(b, "    Records older than that, of groups that are not kept, go to %s.\n", st.Late.Name)
	}
}

func (pl *Plan) explainTopics(b *strings.Builder) {
	b.WriteString("Topics:\n")
	for _, s := range pl.Program.Sources {
		fmt.Fprintf(b, "  read      %s\n", s.Topic)
	}
	told := map[string]bool{} // several sub-topologies may write a topic
	for _, sub := range pl.Subtopologies {
		for _, o := range sub.Outputs {
			if told[o.Topic] {
				continue
			}
			told[o.Topic] = true
			switch o.Kind {
			case RepartitionOutput:
				fmt.Fprintf(b, "  internal  %s (as many partitions as %s)\n", o.Topic, pl.sizedBy(o.Step))
			case ChangelogOutput:
				fmt.Fprintf(b, "  internal  %s (compacted; the durable copy of store %s)\n", o.Topic, o.Name)
			case SinkOutput:
				fmt.Fprintf(b, "  written   %s\n", o.Topic)
			case DeadLetterOutput:
				fmt.Fprintf(b, "  written   %s (dead letters)\n", o.Topic)
			}
		}
	}
}

// sizedBy says which topics the number of partitions of a step's repartition topic follows.
func (pl *Plan) sizedBy(cut *check.Step) string {
	var topics []string
	for _, sub := range pl.Subtopologies {
		if sub.Cut == cut {
			for _, src := range sub.Origins {
				topics = append(topics, src.Topic)
			}
		}
	}
	if len(topics) == 1 {
		return topics[0]
	}
	return "the largest of " + strings.Join(topics, ", ")
}

func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	if strings.HasSuffix(noun, "y") {
		return fmt.Sprintf("%d %sies", n, strings.TrimSuffix(noun, "y"))
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
