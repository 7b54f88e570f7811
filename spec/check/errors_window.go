package check

import (
	"time"

	"github.com/weirstream/weir/spec/celenv"
	"github.com/weirstream/weir/spec/diag"
	"github.com/weirstream/weir/spec/source"
	"github.com/weirstream/weir/spec/syntax"
)

func zeroDuration(at source.Span, what, hint string) diag.Diagnostic {
	return hinted(problem("WEIR4009", at, "%s can't be 0", what), "%s", hint)
}

func windowTooLong(at source.Span) diag.Diagnostic {
	return problem("WEIR4009", at, "a window with its lateness can't be longer than 100 years")
}

func everyMissing(at source.Span, k WindowKind) diag.Diagnostic {
	if k == Cumulative {
		return hinted(problem("WEIR4021", at, "cumulative windows need every"), "say after which time a window ends: every: 1h, say")
	}
	return hinted(problem("WEIR4021", at, "hopping windows need every"), "say after which time the next window begins: every: 1m, say")
}

func everyOfTumbling(at source.Span, size *syntax.Duration) diag.Diagnostic {
	return hinted(problem("WEIR4021", at, "every is for hopping and cumulative windows"), "tumbling windows follow each other: leave it out, or write hopping: %s for windows that overlap", syntax.FormatDuration(size.Value))
}

func everyOfSession(at source.Span) diag.Diagnostic {
	return hinted(problem("WEIR4021", at, "every is for hopping and cumulative windows"), "a session lasts as long as records come: leave it out")
}

func alignedSession(at source.Span, key string) diag.Diagnostic {
	return hinted(problem("WEIR4022", at, "a session begins with a record, not where %s says", key), "leave it out")
}

func everyOfTimeless(at source.Span, k WindowKind) diag.Diagnostic {
	if k == Custom {
		return hinted(problem("WEIR4021", at, "every is for hopping and cumulative windows"), "a record is in the window that start and end say; unnest makes several records of it, which are in one each")
	}
	return hinted(problem("WEIR4021", at, "every is for hopping and cumulative windows"), "a group has one %s window at a time: leave it out", k)
}

func alignedTimeless(at source.Span, k WindowKind, key string) diag.Diagnostic {
	if k == Custom {
		return hinted(problem("WEIR4022", at, "a custom window begins where start says, so it has no %s", key), "leave it out")
	}
	return hinted(problem("WEIR4022", at, "a %s window begins with a record, wherever that is, so it has no %s", k, key), "leave it out")
}

func lateForTimeless(at source.Span, k WindowKind, key string) diag.Diagnostic {
	switch {
	case key == "allowed_lateness" && k == Global:
		return hinted(problem("WEIR4031", at, "a global window has no time of its own, so it has no allowed_lateness"), "ttl says after how much silence it ends")
	case key == "allowed_lateness":
		return hinted(problem("WEIR4031", at, "a %s window ends with a record, so it has no allowed_lateness", k), "ttl says how long it waits for one")
	}
	return hinted(problem("WEIR4031", at, "no record is late for a window that nothing but records ends, so it has no %s", key), "leave it out")
}

func countOfOne(size *syntax.Text) diag.Diagnostic {
	return hinted(problem("WEIR4032", size.Span, "a window of one record is the record"), "use select in place of group_by, window and aggregate, or count 2 records or more")
}

func slideTooLong(n *syntax.Count) diag.Diagnostic {
	d := problem("WEIR4032", n.Every.Span, "every %s is more than the records of a window", n.Every.Value)
	d.Related = append(d.Related, diag.Related{Span: n.Size.Span, Message: "the window's size"})
	return hinted(d, "records between two windows would be in none: leave it out for windows that follow each other")
}

func slideUneven(n *syntax.Count) diag.Diagnostic {
	d := problem("WEIR4032", n.Size.Span, "%s is no multiple of every, %s", n.Size.Value, n.Every.Value)
	d.Related = append(d.Related, diag.Related{Span: n.Every.Span, Message: "after which there is a result"})
	return hinted(d, "the last records are kept in parts of as many as every says")
}

func slideTooShort(n *syntax.Count, records int64) diag.Diagnostic {
	d := problem("WEIR4032", n.Every.Span, "the last %s records would be kept in more than %d parts, which each result is merged of", n.Size.Value, mostParts)
	d.Related = append(d.Related, diag.Related{Span: n.Size.Span, Message: "the window's size"})
	return hinted(d, "every can be %d or more", (records+mostParts-1)/mostParts)
}

func maxOfOthers(at source.Span, k WindowKind) diag.Diagnostic {
	if k == Custom {
		return hinted(problem("WEIR4030", at, "max is for session windows"), "a custom window is as long as start and end say: leave it out")
	}
	if k == Global || k == Counted || k == Divided {
		return hinted(problem("WEIR4030", at, "max is for session windows"), "a %s window goes by no time: leave it out", k)
	}
	return hinted(problem("WEIR4030", at, "max is for session windows"), "%s windows have a size: leave it out", k)
}

func maxTooShort(most, gap *syntax.Duration) diag.Diagnostic {
	d := problem("WEIR4030", most.Span, "max %s is less than the gap, %s", syntax.FormatDuration(most.Value), syntax.FormatDuration(gap.Value))
	d.Related = append(d.Related, diag.Related{Span: gap.Span, Message: "a window with one record is this long"})
	return hinted(d, "a window lasts from its first record to a gap after its last one")
}

func everyTooLong(every, size *syntax.Duration, k WindowKind) diag.Diagnostic {
	d := problem("WEIR4021", every.Span, "every %s is longer than the window", syntax.FormatDuration(every.Value))
	d.Related = append(d.Related, diag.Related{Span: size.Span, Message: "the window's size"})
	if k == Hopping {
		return hinted(d, "records between two windows would be in none: filter them with where, if that is meant")
	}
	return hinted(d, "the largest window ends after a multiple of every")
}

func everyUneven(every, size *syntax.Duration) diag.Diagnostic {
	d := problem("WEIR4021", every.Span, "%s is no multiple of every, %s", syntax.FormatDuration(size.Value), syntax.FormatDuration(every.Value))
	d.Related = append(d.Related, diag.Related{Span: size.Span, Message: "the largest window's size"})
	return hinted(d, "the largest of cumulative windows ends after a multiple of every")
}

func everyTooShort(every, size *syntax.Duration, windows int64, k WindowKind) diag.Diagnostic {
	d := problem("WEIR4021", every.Span, "a record would be in up to %d windows, and each has a result", windows)
	d.Related = append(d.Related, diag.Related{Span: size.Span, Message: "the window's size"})
	least := syntax.FormatDuration((every.Value*time.Duration(windows)/mostWindows + time.Millisecond).Truncate(time.Millisecond))
	if every.Value*time.Duration(windows) > size.Value {
		return hinted(d, "%s windows of these sizes can be %s apart, or more", k, least)
	}
	return hinted(d, "%s windows of %s can be %s apart, or more", k, syntax.FormatDuration(size.Value), least)
}

func offsetTooLong(offset *syntax.Duration, hop time.Duration) diag.Diagnostic {
	d := problem("WEIR4022", offset.Span, "offset %s is not less than the time from window to window, %s", syntax.FormatDuration(offset.Value), syntax.FormatDuration(hop))
	if offset.Value%hop == 0 {
		return hinted(d, "leave it out, which is the same")
	}
	return hinted(d, "write %s, which is the same", syntax.FormatDuration(offset.Value%hop))
}

func badZone(zone *syntax.Text) diag.Diagnostic {
	d := problem("WEIR4022", zone.Span, "there is no time zone %s", zone.Value)
	if names := celenv.ZoneNames(); diag.Nearest(zone.Value, names) != "" {
		return d.Suggest(zone.Value, names)
	}
	return hinted(d, "zones have names like Europe/Paris or America/New_York; UTC is the default")
}

func zoneOfParts(x *syntax.Duration, zone *syntax.Text) diag.Diagnostic {
	d := problem("WEIR4022", x.Span, "windows with a time zone are of whole days, not %s", syntax.FormatDuration(x.Value))
	d.Related = append(d.Related, diag.Related{Span: zone.Span, Message: "the time zone"})
	return hinted(d, "a shorter window has no need of one: where clocks differ from UTC by parts of it, offset shifts it")
}

func arrivalInOverlap(text *syntax.Text, f Func, k WindowKind) diag.Diagnostic {
	by := First
	if f == LastArrived {
		by = Last
	}
	return hinted(problem("WEIR4023", text.Span, "%s does not go with %s windows", f, k),
		"they are merged of parts, which know when their records happened, not in which order they arrived: %s goes by event time", by)
}
