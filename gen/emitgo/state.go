package emitgo

import (
	"fmt"
	"hash/fnv"
	"io"
	"slices"
	"strings"

	"github.com/weirstream/weir/gen/plan"
	"github.com/weirstream/weir/gen/printer"
	"github.com/weirstream/weir/spec/check"
	"github.com/weirstream/weir/spec/naming"
	"github.com/weirstream/weir/spec/types"
)

// state prints the type that a step keeps per group and window, and its stored form.
func (g *generator) state(f *printer.File, st *check.Step) error {
	name := stateType(g.steps[st])
	var all []*aggregator
	for _, a := range st.Aggregate {
		all = append(all, g.aggregator(f, st, a))
	}
	f.Import(module + "stateenc")
	f.P()
	per := "group and window"
	switch {
	case st.Window.Slide > 0:
		per = "part of " + plan.Records(st.Window.Slide) + " of a group"
	case !st.Window.Bounded():
		per = "group"
	}
	f.F("// %s is what step %s keeps for each %s.", name, st.Name, per)
	f.F("type %s struct {", name)
	tally, comment := g.tally(st)
	if tally != "" {
		f.F("%s int64 // %s", tally, comment)
		f.P()
	}
	for _, ag := range all {
		f.F("%s %s // %s", stateField(ag.Aggregate), ag.goType(), plan.AggregateText(ag.Aggregate))
	}
	if g.changesOnly(st) {
		f.P()
		what := "the result that was handed on last, encoded; empty: none was"
		if g.severalHanded(st) {
			what = "the results that were handed on last, each with its length in front; several if sessions have become one since"
		}
		f.P("handed []byte // ", what)
	}
	if g.moves(st) {
		f.P()
		f.P("named []byte // the bounds under whose keys results were handed on, and not deleted since")
	}
	f.P("}")
	for _, ag := range all {
		if ag.Func == check.Histogram {
			ag.boundsVar()
		}
	}
	f.P()
	f.F("// append%s appends the stored form: the layout's fingerprint, then the fields in order.", naming.Exported(name))
	f.F("func append%s(b []byte, a *%s) []byte {", naming.Exported(name), name)
	f.F("b = stateenc.AppendHeader(b, %s)", g.layout(st))
	if tally != "" {
		f.F("b = stateenc.AppendInt(b, a.%s)", tally)
	}
	for _, ag := range all {
		ag.append()
	}
	if g.changesOnly(st) {
		f.P("b = stateenc.AppendString(b, a.handed)")
	}
	if g.moves(st) {
		f.P("b = stateenc.AppendString(b, a.named)")
	}
	f.P("return b")
	f.P("}")
	f.P()
	f.F("// decode%s reads the stored form.", naming.Exported(name))
	f.F("func decode%s(b []byte, a *%s) error {", naming.Exported(name), name)
	f.F("i := stateenc.Header(b, %s)", g.layout(st))
	if tally != "" {
		f.F("a.%s, i = stateenc.Int(b, i)", tally)
	}
	for _, ag := range all {
		ag.decode()
	}
	if g.changesOnly(st) {
		f.P("a.handed, i = stateenc.Bytes(b, i)")
	}
	if g.moves(st) {
		f.P("a.named, i = stateenc.Bytes(b, i)")
	}
	f.P("return stateenc.Done(b, i)")
	f.P("}")
	if !st.Merges() {
		return nil
	}
	f.P()
	later := "later"
	if st.Combines {
		later = "other"
	}
	f.F("// merge%s takes what b has of %s records into a.", naming.Exported(name), later)
	f.F("func merge%s(a, b *%s) {", naming.Exported(name), name)
	if tally != "" {
		f.F("a.%s += b.%s", tally, tally)
	}
	if g.severalHanded(st) {
		f.P("a.handed = append(a.handed, b.handed...)")
	}
	if g.moves(st) {
		f.P("a.named = append(a.named, b.named...)")
	}
	for _, ag := range all {
		if ag.Func == check.Fold {
			fn, err := ag.merging()
			if err != nil {
				return err
			}
			f.F("%s.Merge(&b%s, %s)", ag.field, ag.field[1:], fn)
			continue
		}
		if m := ag.merge(); m != "" {
			f.P(m)
		}
	}
	f.P("}")
	return nil
}

// layout is a fingerprint of the names, types and constants of a step's aggregates, so that state written under others is noticed, and of
// how windows are sliced.
func (g *generator) layout(st *check.Step) string {
	h := fnv.New32a()
	if g.counts(st) {
		fmt.Fprint(h, "counted;")
	}
	if g.corrects(st) { // what has ended was handed on, which it was not before without them
		fmt.Fprint(h, "corrections;")
		if st.Window.Own() { // a group that is looked for at a window's end was noted that much before it
			fmt.Fprintf(h, "lateness %s;", plan.Duration(st.Window.Lateness))
		}
	}
	if g.moves(st) {
		fmt.Fprint(h, "tombstones;")
	}
	switch {
	case g.retracts(st):
		fmt.Fprint(h, "retractions;")
	case g.changesOnly(st):
		fmt.Fprint(h, "changes only;")
	}
	switch {
	case st.Window.Overlap():
		fmt.Fprint(h, plan.WindowText(st.Window), ";")
	case st.Window.Kind == check.Session: // another gap makes other windows, but of the same kind
		fmt.Fprint(h, "session;")
	case st.Window.Kind == check.Global:
		fmt.Fprint(h, "global;")
	case st.Window.Kind == check.Custom:
		fmt.Fprint(h, "custom;")
	case st.Window.Kind == check.Divided: // another condition divides them otherwise
		fmt.Fprint(h, "split;")
	case st.Window.Slide > 0:
		fmt.Fprintf(h, "count every %d;", st.Window.Slide)
	case st.Window.Kind == check.Counted: // another size completes windows sooner or later
		fmt.Fprint(h, "count;")
	}
	if st.Combines && !st.Window.Merges() && slices.ContainsFunc(st.Aggregate, func(a *check.Aggregate) bool {
		ag := g.aggregator(nil, st, a)
		return ag.wide() || ag.flagged() // these are stored in another form
	}) {
		fmt.Fprint(h, "combined;")
	}
	for _, a := range st.Aggregate {
		fmt.Fprintf(h, "%s=%s:%s", a.Name, a.Func, a.Type)
		structure(h, a.Type)
		if len(a.Args) > 1 {
			fmt.Fprintf(h, " by %s", a.Args[1].Type)
		}
		switch a.Func {
		case check.CountDistinct, check.ApproxCountDistinct:
			fmt.Fprintf(h, " of %s", a.Args[0].Type)
		case check.Histogram:
			fmt.Fprintf(h, " of %s %s", a.Args[0].Type, bounds(a))
		}
		if n := a.Limit(); n > 0 {
			fmt.Fprintf(h, " %d", n)
		}
		fmt.Fprint(h, ";")
	}
	sum := h.Sum32()
	return fmt.Sprintf("%#04x", uint16(sum>>16)^uint16(sum))
}

// structure writes the fields of the record that a value holds.
func structure(w io.Writer, t *types.Type) {
	for t.Elem != nil {
		t = t.Elem
	}
	for _, f := range t.Fields {
		fmt.Fprintf(w, "{%s %s", f.Name, f.Type)
		structure(w, f.Type)
		fmt.Fprint(w, "}")
	}
}

// heapBytes prints the function that counts what a state holds outside itself, or returns "" where it holds nothing.
func (g *generator) heapBytes(f *printer.File, st *check.Step) string {
	var parts []string
	for _, a := range st.Aggregate {
		parts = append(parts, g.aggregator(f, st, a).heap()...)
	}
	if g.changesOnly(st) {
		parts = append(parts, "cap(a.handed)")
	}
	if g.moves(st) {
		parts = append(parts, "cap(a.named)")
	}
	if parts == nil {
		return ""
	}
	if len(parts) > 3 {
		return fmt.Sprintf("func(a *%s) int {\nreturn %s\n}", stateType(g.steps[st]), strings.Join(parts, " +\n"))
	}
	return fmt.Sprintf("func(a *%s) int { return %s }", stateType(g.steps[st]), strings.Join(parts, " + "))
}
