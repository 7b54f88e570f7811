package plan

import (
	"fmt"
	"strings"

	"github.com/weirstream/weir/spec/check"
)

// PreviousText is a step's changes in a few words.
func PreviousText(p *check.Previous) string {
	if p.TTL == 0 {
		return "changes, unbounded"
	}
	return "changes within " + Duration(p.TTL)
}

func (pl *Plan) writePrevious(w *writer, st *check.Step) {
	w.line("%s", strings.Replace(PreviousText(st.Previous), "changes", "changes "+st.Name, 1))
	w.in(func() {
		if st.Having != nil {
			w.line("having %s", oneLine(st.Having.Text))
		}
		w.line("store %s, key %s; changelog %s", st.Name, groupKey(st), pl.ChangelogTopic(st))
		w.line("gives %s", st.Out.Type.Structure())
	})
}

func explainPrevious(b *strings.Builder, st *check.Step) {
	fmt.Fprintf(b, "  Step %s gives each record the one before it of the same %s, as %s", st.Name, strings.Join(groupNames(st), ", "), check.PreviousField)
	if st.Having != nil {
		fmt.Fprintf(b, ", and hands it on if %s", oneLine(st.Having.Text))
	}
	b.WriteString(".\n")
	if st.Previous.TTL == 0 {
		b.WriteString("    It keeps the last record of each group for ever.\n")
	} else {
		fmt.Fprintf(b, "    It keeps the last record of each group for %s from its event time on.\n", Duration(st.Previous.TTL))
	}
}
