package randspec

import "strings"

// corrections has results of windows that take late records corrected, now and then.
func (g *gen) corrections(st *Step) {
	if st.Kind == "global" || st.Kind == "count" || strings.HasPrefix(st.Emit, "updates") || strings.HasPrefix(st.Emit, "{updates") || !g.chance(40) {
		return
	}
	if st.Lateness == "" || st.Lateness == "0s" {
		st.Lateness = pick(g, "1s", "10s", "1m")
	}
	switch with, ok := strings.CutSuffix(st.Emit, "}}"); {
	case ok:
		st.Emit = with + ", corrections: true}}"
	case st.Emit == "early_and_final":
		st.Emit = "{early_and_final: {corrections: true}}"
	default:
		st.Emit = "{final: {corrections: true}}"
	}
}
