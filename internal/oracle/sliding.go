package oracle

// slide puts a record into the last part of its group, and hands the result of all parts on if it is complete.
func (t *task) slide(w *window, g *group, win bounds, args []input, at int64) {
	st := w.step
	g.win.end = max(g.win.end, win.end)
	if g.parts == nil || g.records == st.Window.Slide {
		g.parts = append(g.parts, make([]accumulator, len(st.Aggregate)))
		if most := int(st.Window.Records / st.Window.Slide); len(g.parts) > most {
			g.parts = g.parts[1:]
		}
		g.records = 0
	}
	last := g.parts[len(g.parts)-1]
	for i, a := range st.Aggregate {
		last[i] = last[i].addPart(a.Func, args[i], at)
	}
	g.accs = nil
	for _, part := range g.parts {
		g.accs = mergeAll(t.run.ev, st.Aggregate, g.accs, part)
	}
	if g.records++; g.records == st.Window.Slide {
		t.result(w, g)
	}
}

// rest hands on the result of a window that closes, but of a sliding count only if there was none with its last record.
func (t *task) rest(w *window, g *group) {
	if s := w.step.Window.Slide; s == 0 || g.records < s {
		t.result(w, g)
	}
}
