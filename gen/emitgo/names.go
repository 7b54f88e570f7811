package emitgo

import (
	"slices"

	"github.com/weirstream/weir/spec/check"
	"github.com/weirstream/weir/spec/naming"
)

// takeMethod gives a step's method a name that no other step or sink has, with which the others that the task has for the step are nobody
// else's either.
func (g *generator) takeMethod(taken naming.Set, st *check.Step) string {
	others := g.helpers(st)
	for try := (naming.Set{}); ; {
		n := try.Take(naming.Local(st.Name))
		if taken[n] || slices.ContainsFunc(others, func(suffix string) bool { return taken[n+suffix] }) {
			continue
		}
		taken[n] = true
		for _, suffix := range others {
			taken[n+suffix] = true
		}
		return n
	}
}

// helpers are what is put behind the name of a step's method for the task's other methods and fields for the step: those that names of other steps
// are likely to be as well.
func (g *generator) helpers(st *check.Step) []string {
	if st.Window == nil {
		return nil
	}
	hs := []string{"Windows", "Result", "From"}
	if g.takesLate(st) {
		hs = append(hs, "Corrected")
	}
	if g.counts(st) || st.Window.Slide > 0 {
		hs = append(hs, "Changed", "Added", "Rest")
	}
	if g.changesOnly(st) {
		hs = append(hs, "Final")
	}
	if g.retracts(st) {
		hs = append(hs, "Retract", "Readers")
	}
	if g.tombstones(st) {
		hs = append(hs, "Gone", "Moved", "Left", "Delete")
	}
	return hs
}
