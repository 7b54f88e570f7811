package randspec

// combine has records combined in front of the repartition topic of a step, where there is one and its windows allow it. Elsewhere it would be a
// warning at the most.
func (g *gen) combine(st *Step, repartitions bool) {
	if !repartitions || st.Kind == "session" || st.Kind == "count" || !g.chance(60) {
		return
	}
	st.Combine, st.LateTo = true, ""
}
