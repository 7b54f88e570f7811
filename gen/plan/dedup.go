package plan

import (
	"fmt"
	"strings"

	"github.com/weirstream/weir/spec/check"
)

// DedupText is a step's dedup in a few words.
func DedupText(d *check.Dedup) string {
	if d.TTL == 0 {
		return "dedup, " + d.Keep.String() + ", unbounded"
	}
	return "dedup, " + d.Keep.String() + " of " + Duration(d.TTL)
}

func (pl *Plan) writeDedup(w *writer, st *check.Step) {
	w.line("%s", strings.Replace(DedupText(st.Dedup), "dedup", "dedup "+st.Name, 1))
	w.in(func() {
		w.line("store %s, key %s; changelog %s", st.Name, groupKey(st), pl.ChangelogTopic(st))
		w.line("gives %s", st.Out.Type.Structure())
	})
}

func explainDedup(b *strings.Builder, st *check.Step) {
	group := strings.Join(groupNames(st), ", ")
	switch {
	case st.Dedup.Keep == check.KeepLast:
		fmt.Fprintf(b, "  Step %s hands on one record per %s, the latest by event time, when %s are over since the first one.\n", st.Name, group, Duration(st.Dedup.TTL))
		fmt.Fprintf(b, "    Until then it keeps that record. The watermark behind it is that much behind.\n")
	case st.Dedup.TTL == 0:
		fmt.Fprintf(b, "  Step %s hands on the first record per %s, and drops all others. It remembers each group for ever.\n", st.Name, group)
	default:
		fmt.Fprintf(b, "  Step %s hands on the first record per %s, and drops others for %s from its event time on.\n", st.Name, group, Duration(st.Dedup.TTL))
	}
}
