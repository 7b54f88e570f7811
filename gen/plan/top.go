package plan

import (
	"fmt"
	"strings"

	"github.com/weirstream/weir/spec/check"
)

// TopText is a step's top in a few words.
func TopText(t *check.Ranking) string {
	text := fmt.Sprintf("top %d by %s", t.N, oneLine(t.By.Text))
	if t.Ascending {
		text += " ascending"
	}
	if t.ID != nil {
		text += " of each " + oneLine(t.ID.Text)
	}
	if t.TTL == 0 {
		return text + ", unbounded"
	}
	return text + ", for " + Duration(t.TTL)
}

func (pl *Plan) writeTop(w *writer, st *check.Step) {
	w.line("%s", strings.Replace(TopText(st.Top), "top", "top "+st.Name+",", 1))
	w.in(func() {
		if st.Top.Remove != nil {
			w.line("removed if %s", oneLine(st.Top.Remove.Text))
		}
		w.line("emit %s", topEmit(st))
		w.line("store %s, key %s; changelog %s", st.Name, groupKey(st), pl.ChangelogTopic(st))
		w.line("gives %s", st.Out.Type.Structure())
	})
}

func topEmit(st *check.Step) string {
	if st.Retractions {
		return st.Emit.String() + " with retractions"
	}
	return st.Emit.String()
}

func explainTop(b *strings.Builder, st *check.Step) {
	t, group := st.Top, strings.Join(groupNames(st), ", ")
	order := "highest"
	if t.Ascending {
		order = "lowest"
	}
	fmt.Fprintf(b, "  Step %s ranks the records per %s, the %s %s first, and hands on the first %d", st.Name, group, order, oneLine(t.By.Text), t.N)
	if st.Emit == check.Final {
		fmt.Fprintf(b, " when %s are over since the group's last record.\n", Duration(t.TTL))
	} else {
		b.WriteString(", each rank when its row has changed.\n")
	}
	if st.Retractions {
		b.WriteString("    In front of it the row that was there before comes once more, as retracted.\n")
	}
	switch {
	case t.ID == nil:
		fmt.Fprintf(b, "    It keeps these %d rows of each group", t.N)
	default:
		fmt.Fprintf(b, "    It keeps a row for each %s of a group, which the next record of it replaces", oneLine(t.ID.Text))
	}
	if t.TTL == 0 {
		b.WriteString(", for ever.\n")
	} else {
		fmt.Fprintf(b, ", for %s from the group's last record on.\n", Duration(t.TTL))
	}
}
