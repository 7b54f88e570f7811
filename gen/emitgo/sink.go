package emitgo

import (
	"slices"
	"time"

	"github.com/weirstream/weir/gen/plan"
	"github.com/weirstream/weir/gen/printer"
	"github.com/weirstream/weir/spec/check"
)

func durationMillis(ms int64) time.Duration { return time.Duration(ms) * time.Millisecond }

// keyOwner is the step whose group the key bytes of a stream's records encode, nil where they are the Kafka key of the source.
func (g *generator) keyOwner(s *check.Stream) *check.Step {
	for s != nil {
		switch {
		case s.Merged != nil: // all have keys of one form
			s = s.Merged[0]
		case s.LateOf != nil:
			if s.LateOf.Repartition {
				return s.LateOf
			}
			s = s.LateOf.From
		case s.Step != nil && s.Step.Keeps():
			return s.Step
		case s.Step != nil && s.Step.Key != nil:
			return nil // it is text, as Kafka has it
		case s.Step != nil:
			s = s.Step.From
		default:
			return nil
		}
	}
	return nil
}

// keyTextWanted tells whether a sink writes keys that are groups of st.
func (g *generator) keyTextWanted(st *check.Step) bool {
	return slices.ContainsFunc(g.p.Sinks, func(sk *check.Sink) bool { return g.keyOwner(sk.From) == st })
}

// sink prints the method that writes a record to a sink's topic.
func (g *generator) sink(f *printer.File, sub *plan.Subtopology, o *plan.Output) {
	sk := o.Sink
	s := sk.From
	params := "r *" + g.typeName(s.Type) + ", key []byte, at int64"
	if s.Windowed {
		f.Import(module + "window")
		params += ", _ window.Bounds"
	}
	f.P()
	f.F("// %s writes a record to topic %s.", g.sinks[sk], sk.Topic)
	f.F("func (t *%s) %s(%s) error {", taskName(sub), g.sinks[sk], params)
	owner := g.keyOwner(s)
	text := ""
	if owner != nil {
		text = g.keyText(owner)
	}
	f.P("b := t.Out.Begin()")
	f.P("k := len(b)")
	switch {
	case text != "":
		f.F("b, err := %s(b, key)", text)
		f.P("if err != nil {")
		f.P("return topology.Fatal(err)")
		f.P("}")
	case owner != nil:
		f.P("b = append(b, key...)")
	default:
		f.P("if key == nil {")
		f.P("k = -1")
		f.P("}")
		f.P("b = append(b, key...)")
	}
	f.P("v := len(b)")
	if sk.Format == check.CSV {
		f.F("b = r.appendCSV%s(b)", g.codecs.needCSV(s.Type, sk))
	} else {
		g.codecs.needJSON(s.Type)
		f.P("b = r.appendJSON(b)")
	}
	f.F("t.Out.Send(%s, b, k, v, at)", outputConst(sub, o.Index))
	f.P("return nil")
	f.P("}")
}
