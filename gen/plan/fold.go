package plan

import (
	"fmt"
	"strings"

	"github.com/weirstream/weir/spec/check"
)

// FoldText is a step's fold in a few words.
func FoldText(f *check.StepFold) string {
	if f.TTL == 0 {
		return "fold, unbounded"
	}
	return "fold, kept " + Duration(f.TTL)
}

// TimerText says when a timer of a fold fires, and what else is said of it.
func TimerText(t *check.FoldTimer) string {
	text := "after " + Duration(t.After)
	if t.At != nil {
		text = "at " + oneLine(t.At.Text)
	}
	if t.Processing {
		text += " in processing time"
	}
	if t.When != nil {
		text += " when " + oneLine(t.When.Text)
	}
	if t.Fixed {
		text += ", fixed"
	}
	if t.Forget {
		text += ", forgets the group"
	}
	return text
}

// foldLabel is what stands in the box of a step with a fold.
func foldLabel(f *check.StepFold) string {
	label := FoldText(f)
	for _, s := range f.State {
		label += "\nstate " + s.Name
	}
	for _, t := range f.Timers {
		label += "\ntimer " + t.Name + " " + TimerText(t)
	}
	return label
}

func (pl *Plan) writeFold(w *writer, st *check.Step) {
	w.line("%s", strings.Replace(FoldText(st.Fold), "fold", "fold "+st.Name, 1))
	w.in(func() {
		for _, s := range st.Fold.State {
			w.line("state %s = %s, then %s : %s", s.Name, oneLine(s.Init.Text), oneLine(s.Step.Text), s.Init.Type)
		}
		for _, t := range st.Fold.Timers {
			w.line("timer %s %s", t.Name, TimerText(t))
		}
		if st.Having != nil {
			w.line("having %s", oneLine(st.Having.Text))
		}
		w.line("store %s, key %s; changelog %s", st.Name, groupKey(st), pl.ChangelogTopic(st))
		w.line("gives %s", st.Out.Type.Structure())
	})
}

func explainFold(b *strings.Builder, st *check.Step) {
	f := st.Fold
	group := strings.Join(groupNames(st), ", ")
	if f.State == nil {
		fmt.Fprintf(b, "  Step %s takes note of each record per %s", st.Name, group)
	} else {
		var states []string
		for _, s := range f.State {
			states = append(states, s.Name+" = "+oneLine(s.Step.Text)+" (at first "+oneLine(s.Init.Text)+")")
		}
		fmt.Fprintf(b, "  Step %s keeps, per %s, what each record makes of it: %s", st.Name, group, strings.Join(states, "; "))
	}
	if f.TTL == 0 {
		b.WriteString(". It keeps it for ever.\n")
	} else {
		fmt.Fprintf(b, ". It keeps it for %s behind the last record, and as long as a timer is running.\n", Duration(f.TTL))
	}
	b.WriteString("    It hands on what that is behind each record")
	if st.Having != nil {
		fmt.Fprintf(b, " if %s", oneLine(st.Having.Text))
	}
	b.WriteString(".\n")
	for _, t := range f.Timers {
		fmt.Fprintf(b, "    Timer %s hands it on as %s.%s, %s.\n", t.Name, st.Name, t.Name, explainedTimer(t))
	}
}

// explainedTimer says when a timer fires.
func explainedTimer(t *check.FoldTimer) string {
	text := Duration(t.After) + " after a record"
	if t.At != nil {
		text = "at " + oneLine(t.At.Text)
	}
	if t.Processing {
		text += " by the clock, which is read once for each commit"
	} else {
		text += " in event time"
	}
	if t.When != nil {
		text += "; a record without " + oneLine(t.When.Text) + " cancels it"
	}
	if t.Fixed {
		text += "; records do not move it while it runs"
	} else {
		text += "; each record sets it anew"
	}
	if t.Forget {
		text += "; then the group is forgotten"
	}
	return text
}
