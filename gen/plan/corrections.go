package plan

import (
	"fmt"
	"strings"

	"github.com/weirstream/weir/spec/check"
)

// explainCorrections says when results are handed on that late records may correct; past is for how long they may.
func explainCorrections(b *strings.Builder, st *check.Step, past string) {
	if st.Emit == check.Final {
		b.WriteString("    Each result is handed on when the watermark comes to the window's end")
	} else {
		fmt.Fprintf(b, "    Each result that changed is handed on %s, and each once more when the watermark comes to the window's end", updatesAt(st))
	}
	same := ""
	switch {
	case st.Retractions:
		same = ", unless it is the same; what was handed on last is retracted in front of it"
	case st.ChangesOnly:
		same = ", unless it is the same"
	}
	fmt.Fprintf(b, ". Until that has passed the end by %s, each record that comes has the corrected result handed on%s", past, same)
}
