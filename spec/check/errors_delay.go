package check

import (
	"github.com/weirstream/weir/spec/diag"
	"github.com/weirstream/weir/spec/source"
)

func delayAnd(at source.Span, clause string, delay source.Span) diag.Diagnostic {
	hint := "put it into a step in front of this one or behind it"
	if clause == "group_by" {
		hint = "leave it out: each record is held back for itself, under the key that it has"
	}
	return related(hinted(problem("WEIR4044", at, "%s does not go with delay", clause), "%s", hint), delay, "delay stands here")
}

func delayOfSpread(at source.Span, from *Stream) diag.Diagnostic {
	return hinted(problem("WEIR4044", at, "the records of %s stay with the sources that they come from, and what waits is kept in one place", from.Name),
		"delay each of the streams that are merged, in a step of its own in front of the merge")
}

func longDelay(at source.Span) diag.Diagnostic {
	return hinted(problem("WEIR4044", at, "a delay can't be longer than 100 years"), "until: takes any timestamp")
}

func deletedBefore(tombstones source.Span, delay *Step) diag.Diagnostic {
	d := hinted(problem("WEIR4044", tombstones, "step %s holds results back, so they would come behind the tombstones that delete them", delay.Name),
		"delay what the window reads, or leave tombstones out")
	return related(d, delay.Delay.Span, "they are held back here")
}

func overdueInWindow(at source.Span, delay *Step) diag.Diagnostic {
	d := hinted(problem("WEIR4045", at, "records that %s has held back are older than the watermark, so this window would drop them as late", delay.Name),
		"give them the time at which they are handed on: event_time: …, in this step or one behind %s; or say what is to become of them, with allowed_lateness or late_to", delay.Name)
	return related(d, delay.Delay.Span, "how long is not known here")
}
