package check

import (
	"fmt"
	"slices"
	"sort"
	"strings"

	"github.com/weirstream/weir/spec/diag"
	"github.com/weirstream/weir/spec/source"
	"github.com/weirstream/weir/spec/syntax"
	"github.com/weirstream/weir/spec/types"
)

func (c *checker) unknownStream(name *syntax.Text) diag.Diagnostic {
	var names []string
	for _, n := range c.names {
		names = append(names, n.Value)
	}
	sort.Strings(names)
	d := problem("WEIR4001", name.Span, "there is no source, step or late output %q", name.Value).Suggest(name.Value, names)
	if c.defines != nil && diag.Nearest(name.Value, names) == "" {
		d = hinted(d, "the steps of a fragment read input and each other")
	}
	for _, in := range c.instances {
		if in.tree.Name.Value == name.Value {
			d = related(problem("WEIR4001", name.Span, "%q uses a fragment, and what can be read are its steps", name.Value), in.tree.Name.Span, "here")
			return hinted(d, "%s", diag.OneOf(in.names()))
		}
	}
	for _, s := range c.tree.Sinks {
		if s.Name.Value == name.Value {
			d = related(problem("WEIR4001", name.Span, "%q is a sink, and nothing can be read from a sink", name.Value), s.Name.Span, "the sink is declared here")
			if s.From != nil {
				d = hinted(d, "read from %s, as the sink does", s.From.Value)
				if c.streams[s.From.Value] != nil {
					d = d.Replace(s.From.Value, false)
				}
			}
		}
	}
	return d
}

func (c *checker) cycle(path []*syntax.Step) diag.Diagnostic {
	var names []string
	first := path[0]
	for _, d := range path { // it is told from the step that is written first
		if d.Name.Span.Start < first.Name.Span.Start {
			first = d
		}
	}
	at := slices.Index(path, first)
	path = append(append([]*syntax.Step{}, path[at:]...), path[:at]...)
	for _, d := range path {
		names = append(names, d.Name.Value)
	}
	names = append(names, first.Name.Value)
	reads := func(i int) source.Span { // where step i of the path names the next one
		for _, in := range path[i].Inputs() {
			if c.maker(in) == c.steps[path[(i+1)%len(path)]] {
				return in.Span
			}
		}
		return path[i].Name.Span
	}
	if len(path) == 1 {
		return problem("WEIR4002", reads(0), "step %s reads what comes from itself", first.Name.Value)
	}
	d := hinted(problem("WEIR4002", reads(0), "the steps read each other in a circle: %s", strings.Join(names, " → ")), "an arrow points to the step that is read")
	for i, st := range path[1:] {
		d = related(d, reads(i+1), fmt.Sprintf("%s reads %s here", st.Name.Value, names[i+2]))
	}
	return d
}

func duplicateStream(name *syntax.Text, first source.Span) diag.Diagnostic {
	return related(hinted(problem("WEIR4003", name.Span, "the name %q is taken", name.Value), "sources, steps and late outputs have different names, as from refers to them all"), first, "here")
}

func clausesTogether(at source.Span, have, lack []string) diag.Diagnostic {
	if len(lack) == 1 && lack[0] == "window" {
		return hinted(problem("WEIR4004", at, "a step with %s also needs window", strings.Join(have, " and ")), "without one its state would grow for ever: write window: {tumbling: 1h}, say")
	}
	return hinted(problem("WEIR4004", at, "a step with %s also needs %s", strings.Join(have, " and "), strings.Join(lack, " and ")), "group_by, window and aggregate come together")
}

func clauseWithoutWindow(at source.Span, clause string) diag.Diagnostic {
	d := problem("WEIR4005", at, "%s is for a step with group_by, window and aggregate", clause)
	if clause == "having" {
		return hinted(d, "use where")
	}
	return hinted(d, "without a window every record is handed on at once: leave it out")
}

func mergeOfOne(name *syntax.Text) diag.Diagnostic {
	return hinted(problem("WEIR4017", name.Span, "a merge is of two streams or more"), "to read one, write from: %s", name.Value)
}

func mergedTwice(name *syntax.Text, first source.Span) diag.Diagnostic {
	return related(hinted(problem("WEIR4017", name.Span, "%s is merged with itself", name.Value), "every record would come twice: leave it out"), first, "the first one")
}

func otherFields(name, first *syntax.Text, s *Stream, why string, f, g *types.Field) diag.Diagnostic {
	d := problem("WEIR4018", name.Span, "%s can't be merged with %s: %s", name.Value, first.Value, why)
	d = hinted(d, "streams that are merged have the same fields in the same order; a step with select gives them to records")
	d = declared(d, s.Type)
	if f != nil {
		d = related(d, f.Span, "the field")
	}
	if g != nil {
		d = related(d, g.Span, "the other field")
	}
	return d
}

func otherKey(name, first *syntax.Text, s, with *Stream) diag.Diagnostic {
	d := problem("WEIR4018", name.Span, "%s can't be merged with %s: its records have %s, not %s", name.Value, first.Value, keyText(s), keyText(with))
	return hinted(related(d, first.Span, "the other one"), "streams that are merged have the same key; a step with key gives one to records")
}

// keyText describes the key of a stream's records.
func keyText(s *Stream) string {
	switch {
	case len(s.Key) == 0:
		return "no key that the spec declares"
	case s.Key[0].Name == "key":
		return "a key of type " + s.Key[0].Type.String()
	}
	var parts []string
	for _, k := range s.Key {
		parts = append(parts, k.Name+": "+k.Type.String())
	}
	return "the group {" + strings.Join(parts, ", ") + "} as their key"
}

func badGroupType(text *syntax.Text, t *types.Type) diag.Diagnostic {
	d := problem("WEIR4007", text.Span, "a group can't be by %s", a(t))
	if t.Kind == types.Optional {
		return hinted(d, "a value may be missing: turn records without it away (where: x.hasValue(), select: {x: x.value()}),\nor say what to take for it: x.orValue(…)")
	}
	return hinted(d, "it can be by scalars and enums")
}

func nameTwice(name *syntax.Text, first source.Span) diag.Diagnostic {
	return related(problem("WEIR4008", name.Span, "the result would have the field %q twice", name.Value), first, "here as part of the group's key")
}

func twoTimes(st *Step, swift, other *Source) diag.Diagnostic {
	d := hinted(problem("WEIR4035", st.Span, "source %s goes by stream time and source %s does not, but %s puts their records into one topic", swift.Name, other.Name, st.Name),
		"give both the same kind of watermark")
	return related(related(d, swift.Span, "its time is the highest event time seen"), other.Span, "its watermark waits for the slowest partition")
}
