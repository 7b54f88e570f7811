package emitgo

import (
	"slices"
	"strings"
	"time"

	"github.com/weirstream/weir/gen/plan"
	"github.com/weirstream/weir/gen/printer"
	"github.com/weirstream/weir/spec/check"
	"github.com/weirstream/weir/spec/naming"
)

func (g *generator) constructor(f *printer.File, sub *plan.Subtopology) {
	name := taskName(sub)
	f.F("func new%s(c *topology.Context) (topology.Task, error) {", naming.Exported(name))
	fields := "Context: c"
	for _, st := range sub.Steps {
		if st.Key != nil { // a key that is empty is not null
			fields += ", " + rekeyField(g.steps[st]) + "Text: []byte{}"
		}
	}
	logs := slices.ContainsFunc(sub.Steps, func(st *check.Step) bool { return st.Log != nil })
	combines := combining(sub)
	if len(sub.Stores) == 0 && !logs && combines == nil {
		f.F("return &%s{%s}, nil", name, fields)
		f.P("}")
		return
	}
	f.F("t := &%s{%s}", name, fields)
	for _, st := range sub.Steps {
		if st.Log != nil {
			g.newLines(f, st)
		}
	}
	if len(sub.Stores) > 0 || combines != nil {
		f.P("var err error")
	}
	for _, st := range combines {
		g.newPartials(f, sub, st)
	}
	for _, s := range sub.Stores {
		n := g.steps[s.Step]
		switch {
		case s.Step.Process != nil:
			g.newProcessor(f, sub, s)
			continue
		case s.Step.Dedup != nil:
			g.newDedup(f, sub, s)
			continue
		case s.Step.Previous != nil:
			g.newChanges(f, sub, s)
			continue
		case s.Step.Fold != nil:
			g.newFold(f, sub, s)
			continue
		case s.Step.Delay != nil:
			g.newDelay(f, sub, s)
			continue
		case s.Step.Top != nil:
			g.newTop(f, sub, s)
			continue
		}
		pkg, typ := g.store(f, s.Step)
		f.F("t.%s, err = %s.New%s(c, %s.Config[%s]{", storeField(n), pkg, strings.TrimPrefix(typ, "Store"), pkg, g.keptType(s.Step))
		f.F("Name: %q,", s.Step.Name)
		f.F("Output: %s,", outputConst(sub, s.Output.Index))
		g.windowConfig(f, s.Step.Window)
		if d := g.upstreamDelay(sub, s.Step); d > 0 {
			f.F("Delay: %s,", grouped(d))
		}
		if every := s.Step.UpdateEvery; every > 0 && g.pl.Live(s.Step.Out) {
			f.F("UpdateEvery: %s,", grouped(every.Milliseconds()))
			if s.Step.UpdateClock {
				f.P("ByClock: true,")
			}
			if g.notes(s.Step) || s.Step.UpdateClock {
				f.F("Round: t.%sResult,", n.method)
			}
		}
		if g.corrects(s.Step) {
			f.P("AtEnd: true,")
			if g.notes(s.Step) {
				f.P("Notes: true,")
			}
		}
		if g.tombstones(s.Step) {
			f.F("Gone: t.%sGone,", n.method)
		}
		g.codecOf(f, s.Step)
		f.P("})")
		f.P("if err != nil {")
		f.P("return nil, err")
		f.P("}")
	}
	f.P("return t, nil")
	f.P("}")
}

// windowConfig prints where windows lie.
func (g *generator) windowConfig(f *printer.File, w *check.Window) {
	switch w.Kind {
	case check.Session:
	case check.Custom:
		f.P("Apart: true,")
	case check.Sliding:
		f.F("Reach: %s,", grouped(w.Size.Milliseconds()))
	case check.Global:
		if w.Size > 0 {
			f.F("Lateness: %s, // and a millisecond: a group's window ends with its last record", grouped(w.Size.Milliseconds()-1))
		} else {
			f.P("Lateness: session.Forever,")
		}
		return
	case check.Counted, check.Divided:
		if w.Size == 0 {
			f.P("Lateness: session.Forever,")
		}
		return
	default:
		f.F("Size: %s,", grouped(w.Size.Milliseconds()))
	}
	if w.Max > 0 {
		f.F("Max: %s,", grouped(w.Max.Milliseconds()))
	}
	f.F("Lateness: %s,", grouped(w.Lateness.Milliseconds()))
	g.overlap(f, w, w.Sizes)
}

// grid prints where windows lie that go by time.
func (g *generator) grid(f *printer.File, w *check.Window) {
	f.F("Size: %s,", grouped(w.Size.Milliseconds()))
	g.overlap(f, w, nil)
}

// overlap prints how windows of some sizes follow each other.
func (g *generator) overlap(f *printer.File, w *check.Window, sizes []time.Duration) {
	if w.Every > 0 {
		f.F("Every: %s,", grouped(w.Every.Milliseconds()))
	}
	if w.Kind == check.Cumulative {
		f.P("Cumulative: true,")
	}
	if sizes != nil {
		var ms []string
		for _, size := range sizes {
			ms = append(ms, grouped(size.Milliseconds()))
		}
		f.F("Sizes: []int64{%s},", strings.Join(ms, ", "))
		if w.Kind == check.Tumbling {
			f.P("Follow: true,")
		}
	}
	if w.Offset > 0 {
		f.F("Offset: %s,", grouped(w.Offset.Milliseconds()))
	}
	if w.Zone != "" {
		f.Import(module + "cel/zone")
		f.F("Zone: zone.Must(%q),", w.Zone)
	}
}
