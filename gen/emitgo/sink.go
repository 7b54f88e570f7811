package emitgo

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/weirstream/weir/gen/plan"
	"github.com/weirstream/weir/gen/printer"
	"github.com/weirstream/weir/spec/check"
	"github.com/weirstream/weir/spec/types"
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
		case s.Step != nil && s.Step.Keeps() && s.Step.Delay == nil:
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
func (g *generator) sink(f *printer.File, sub *plan.Subtopology, o *plan.Output) error {
	sk := o.Sink
	s := sk.From
	params := "r *" + g.typeName(s.Type) + ", key []byte, at int64"
	if s.Windowed {
		f.Import(module + "window")
		name := "_"
		if readsWindow(sk) {
			name = "w"
		}
		params += ", " + name + " window.Bounds"
	}
	f.P()
	if sk.By != nil {
		f.F("// %s writes a record to the topic that it is for: %s.", g.sinks[sk], strings.Join(sk.TopicNames(), ", "))
	} else {
		f.F("// %s writes a record to topic %s.", g.sinks[sk], o.Topic)
	}
	f.F("func (t *%s) %s(%s) error {", taskName(sub), g.sinks[sk], params)
	c := &scope{g: g, f: f, sub: sub, row: "r", typ: s.Type, windowed: s.Windowed, pointer: true, key: g.keyVar(sub, s)}
	headers := make([]string, len(sk.Headers))
	for i, h := range sk.Headers {
		var err error
		if headers[i], err = g.sinkValue(f, c, sk, "header "+h.Name, fmt.Sprintf("header_%d", i), h.Expr); err != nil {
			return err
		}
	}
	tombstone := ""
	if sk.Tombstone != nil {
		var err error
		if tombstone, err = g.sinkValue(f, c, sk, "tombstone", "tombstone", sk.Tombstone); err != nil {
			return err
		}
	}
	out := outputConst(sub, o.Index)
	if sk.By != nil {
		if err := g.chooseTopic(f, c, sub, sk); err != nil {
			return err
		}
		out = "out"
	}
	f.P("b := t.Out.Begin()")
	f.P("k := len(b)")
	owner, text := g.keyOwner(s), ""
	if owner != nil {
		text = g.keyText(owner)
	}
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
	for i, h := range sk.Headers {
		g.addHeader(f, h, headers[i])
	}
	if tombstone != "" {
		f.F("if %s { // tombstone: %s", tombstone, oneLine(sk.Tombstone.Text))
		if owner == nil {
			f.Import(module + "topology")
			f.P("if key == nil {")
			f.F("return %s", g.atSink(sk, "tombstone", sk.Tombstone, "topology.ErrNullKey"))
			f.P("}")
		}
		f.F("t.Out.SendTombstone(%s, b, k, at)", out)
		f.P("return nil")
		f.P("}")
	}
	f.P("v := len(b)")
	if sk.Format == check.CSV {
		f.F("b = r.appendCSV%s(b)", g.codecs.needCSV(s.Type, sk))
	} else {
		g.codecs.needJSON(s.Type)
		f.P("b = r.appendJSON(b)")
	}
	f.F("t.Out.Send(%s, b, k, v, at)", out)
	f.P("return nil")
	f.P("}")
	return nil
}

// chooseTopic prints the choice of a sink's topic, whose output is in the variable out.
func (g *generator) chooseTopic(f *printer.File, c *scope, sub *plan.Subtopology, sk *check.Sink) error {
	by, err := g.sinkValue(f, c, sk, "by", "by", sk.By)
	if err != nil {
		return err
	}
	f.Import(module + "topology")
	f.P("var out int")
	if by == "by" { // a variable already
		f.P("switch by {")
	} else {
		f.F("switch by := %s; by { // %s", by, oneLine(sk.By.Text))
	}
	for _, topic := range sk.TopicNames() {
		var cases []string
		for _, t := range sk.Topics {
			switch {
			case t.Topic != topic:
			case sk.By.Type.Kind == types.Enum:
				cases = append(cases, g.enumConst(sk.By.Type, t.Value))
			default:
				cases = append(cases, strconv.Quote(t.Value))
			}
		}
		f.F("case %s:", strings.Join(cases, ", "))
		i := slices.IndexFunc(sub.Outputs, func(o *plan.Output) bool { return o.Sink == sk && o.Topic == topic })
		f.P("out = ", outputConst(sub, i))
	}
	f.P("default:")
	value := "by"
	if sk.By.Type.Kind == types.Enum {
		value = "by.String()"
	}
	f.F("return %s", g.atSink(sk, "by", sk.By, "topology.NoTopic("+value+")"))
	f.P("}")
	return nil
}

// addHeader prints that a header is added; value is the Go expression of its value.
func (g *generator) addHeader(f *printer.File, h *check.Named, value string) {
	f.Import(module + "emit")
	if h.Expr.Type.Kind != types.Optional {
		f.F("emit.Header(t.Out, %q, %s)", h.Name, value)
		return
	}
	f.F("if h := %s; h.Valid {", value)
	f.F("emit.Header(t.Out, %q, h.Value)", h.Name)
	f.P("}")
}

// readsWindow tells whether the expressions of a sink read the window's bounds.
func readsWindow(sk *check.Sink) bool {
	reads := func(e *check.Expr) bool {
		u := uses(e)
		return u[check.WindowStartVar] || u[check.WindowEndVar]
	}
	return sk.Tombstone != nil && reads(sk.Tombstone) || sk.By != nil && reads(sk.By) || slices.ContainsFunc(sk.Headers, func(h *check.Named) bool { return reads(h.Expr) })
}

// sinkValue is value for an expression of a sink.
func (g *generator) sinkValue(f *printer.File, c *scope, sk *check.Sink, clause, name string, e *check.Expr) (string, error) {
	return g.valueOf(f, c, g.sinks[sk]+"Expr", clause, name, e, func(x string) string { return "return " + g.atSink(sk, clause, e, x) })
}

func (g *generator) atSink(sk *check.Sink, clause string, e *check.Expr, err string) string {
	return fmt.Sprintf("topology.At(%q, %q, %s)", "sink "+sk.Name+", "+clause, g.pos(e), err)
}
