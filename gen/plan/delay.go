package plan

import (
	"fmt"
	"strings"

	"github.com/weirstream/weir/spec/check"
)

// HeldFor says how long a delay holds a record back, behind "holds it back".
func HeldFor(d *check.Delay) string {
	switch {
	case d.Until != nil && d.Processing:
		return "until the clock is at " + oneLine(d.Until.Text)
	case d.Until != nil:
		return "until the watermark is at " + oneLine(d.Until.Text)
	case d.Processing:
		return "for " + Duration(d.By) + " of processing time"
	}
	return "until the watermark is " + Duration(d.By) + " past its event time"
}

// DelayText is a step's delay in a few words.
func DelayText(d *check.Delay) string {
	text := "delay"
	if d.Until != nil {
		text += " until " + oneLine(d.Until.Text)
	} else {
		text += " by " + Duration(d.By)
	}
	if d.Processing {
		text += " of processing time"
	}
	return text
}

func (pl *Plan) writeDelay(w *writer, st *check.Step) {
	w.line("%s", strings.Replace(DelayText(st.Delay), "delay", "delay "+st.Name, 1))
	w.in(func() {
		w.line("store %s, key time, number; changelog %s", st.Name, pl.ChangelogTopic(st))
		w.line("gives %s", st.Out.Type.Structure())
	})
}

func explainDelay(b *strings.Builder, st *check.Step) {
	fmt.Fprintf(b, "  Step %s holds each record back %s, and hands it on as it is.\n", st.Name, HeldFor(st.Delay))
	if st.Delay.Processing || st.Delay.Until != nil {
		b.WriteString("    The watermark behind it goes on meanwhile.\n")
	} else {
		b.WriteString("    The watermark behind it is that much behind.\n")
	}
}
