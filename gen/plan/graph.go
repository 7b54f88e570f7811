package plan

import (
	"fmt"
	"strings"

	"github.com/weirstream/weir/spec/check"
)

// node is a box of a drawing: a topic, source, step or sink.
type node struct {
	id, label string
	topic     bool
}

// edge is an arrow of a drawing.
type edge struct {
	from, to, label string
}

// drawing is the graph of a plan, for any format.
type drawing struct {
	groups []group
	topics []node
	edges  []edge
}

type group struct {
	id, label string
	nodes     []node
}

func (pl *Plan) draw() *drawing {
	d := &drawing{}
	topics := map[string]string{}
	topic := func(name string) string {
		id, ok := topics[name]
		if !ok {
			id = fmt.Sprintf("t%d", len(topics))
			topics[name] = id
			d.topics = append(d.topics, node{id, name, true})
		}
		return id
	}
	at := map[*check.Stream]string{} // the node that a stream leaves
	for i, sub := range pl.Subtopologies {
		g := group{id: fmt.Sprintf("s%d", i), label: sub.Name}
		n := 0
		add := func(label string) string {
			id := fmt.Sprintf("s%dn%d", i, n)
			n++
			g.nodes = append(g.nodes, node{id: id, label: label})
			return id
		}
		if sub.Source != nil {
			id := add("source " + sub.Source.Name)
			d.edges = append(d.edges, edge{topic(sub.Topic), id, ""})
			at[sub.Source.Out] = id
		} else {
			id := add(sub.Cut.Name + "\n" + keptLabel(sub.Cut))
			d.edges = append(d.edges, edge{topic(sub.Topic), id, ""})
			for _, out := range sub.Cut.Outs() {
				at[out] = id
			}
			if sub.Cut.Late != nil {
				at[sub.Cut.Late] = id
			}
		}
		for _, st := range sub.Steps {
			id := add(stepLabel(st))
			for _, in := range st.From.Inputs() {
				if pl.In(sub, in) {
					d.edges = append(d.edges, edge{at[in], id, streamLabel(in)})
				}
			}
			if st.Repartition {
				by := "by " + groupKey(st)
				if st.Combines {
					by = "partial aggregates " + by
				}
				d.edges = append(d.edges, edge{id, topic(pl.RepartitionTopic(st)), by})
				continue
			}
			for _, out := range st.Outs() {
				at[out] = id
			}
			if st.Late != nil {
				at[st.Late] = id
			}
		}
		for _, o := range sub.Outputs {
			switch o.Kind {
			case SinkOutput:
				id := add("sink " + o.Name)
				d.edges = append(d.edges, edge{at[o.Sink.From], id, streamLabel(o.Sink.From)}, edge{id, topic(o.Topic), ""})
			case DeadLetterOutput:
				if sub.Source != nil {
					d.edges = append(d.edges, edge{at[sub.Source.Out], topic(o.Topic), "bad records"})
				}
			}
		}
		d.groups = append(d.groups, g)
	}
	return d
}

// streamLabel tells an arrow of late records, or of a branch, from that of a step's only result.
func streamLabel(s *check.Stream) string {
	if s.LateOf != nil {
		return "late"
	}
	if s.Step != nil && s != s.Step.Out {
		return strings.TrimPrefix(s.Name, s.Step.Name+".")
	}
	return ""
}

func stepLabel(st *check.Step) string {
	l := []string{st.Name}
	if st.Where != nil {
		l = append(l, "where "+oneLine(st.Where.Text))
	}
	l = append(l, clauses(st)...)
	if st.Keeps() && !st.Repartition {
		l = append(l, keptLabel(st))
	}
	return strings.Join(l, "\n")
}

// clauses are the names of the clauses by which a step makes records of others, in the order in which they apply.
func clauses(st *check.Step) []string {
	var names []string
	add := func(name string, is bool) {
		if is {
			names = append(names, name)
		}
	}
	c := st.Changes
	add("let", st.Let != nil)
	add("unnest", st.Unnest != nil)
	add("select", st.Select != nil && c == nil)
	add("set", c != nil && c.Set != nil)
	add("drop", c != nil && c.Drop != nil)
	add("rename", c != nil && c.Rename != nil)
	add("log", st.Log != nil)
	add("event_time", st.EventTime != nil)
	add("key", st.Key != nil)
	add("split", st.Split != nil)
	return names
}

// keptLabel is what stands in the box of a step behind its group_by.
func keptLabel(st *check.Step) string {
	switch {
	case st.Window != nil:
		return windowLabel(st)
	case st.Dedup != nil:
		return DedupText(st.Dedup)
	case st.Previous != nil:
		return PreviousText(st.Previous)
	case st.Fold != nil:
		return foldLabel(st.Fold)
	case st.Delay != nil:
		return DelayText(st.Delay)
	case st.Top != nil:
		return TopText(st.Top)
	}
	label := "process " + st.Process.Go
	for _, s := range st.Process.State {
		label += "\nstate " + s.Name + ", " + kept(s) + ", " + life(s)
	}
	return label
}

func windowLabel(st *check.Step) string {
	var as []string
	for _, a := range st.Aggregate {
		as = append(as, AggregateText(a))
	}
	return WindowText(st.Window) + "\n" + strings.Join(as, ", ") + "\nemit " + emitText(st)
}

// Mermaid draws the plan as a Mermaid flowchart.
func (pl *Plan) Mermaid() string {
	d := pl.draw()
	var b strings.Builder
	b.WriteString("flowchart LR\n")
	text := func(s string) string {
		return strings.NewReplacer(`"`, "#quot;", "<", "#lt;", ">", "#gt;", "\n", "<br/>").Replace(s)
	}
	for _, t := range d.topics {
		fmt.Fprintf(&b, "  %s[(\"%s\")]\n", t.id, text(t.label))
	}
	for _, g := range d.groups {
		fmt.Fprintf(&b, "  subgraph %s[\"%s\"]\n", g.id, text(g.label))
		for _, n := range g.nodes {
			fmt.Fprintf(&b, "    %s[\"%s\"]\n", n.id, text(n.label))
		}
		b.WriteString("  end\n")
	}
	for _, e := range d.edges {
		if e.label != "" {
			fmt.Fprintf(&b, "  %s -->|\"%s\"| %s\n", e.from, text(e.label), e.to)
		} else {
			fmt.Fprintf(&b, "  %s --> %s\n", e.from, e.to)
		}
	}
	return b.String()
}

// DOT draws the plan in Graphviz' language.
func (pl *Plan) DOT() string {
	d := pl.draw()
	var b strings.Builder
	fmt.Fprintf(&b, "digraph %q {\n  rankdir=LR;\n  node [shape=box, fontname=\"sans-serif\"];\n", pl.Program.Service)
	for _, t := range d.topics {
		fmt.Fprintf(&b, "  %s [shape=cylinder, label=%q];\n", t.id, t.label)
	}
	for _, g := range d.groups {
		fmt.Fprintf(&b, "  subgraph cluster_%s {\n    label=%q;\n", g.id, g.label)
		for _, n := range g.nodes {
			fmt.Fprintf(&b, "    %s [label=%q];\n", n.id, n.label)
		}
		b.WriteString("  }\n")
	}
	for _, e := range d.edges {
		if e.label != "" {
			fmt.Fprintf(&b, "  %s -> %s [label=%q];\n", e.from, e.to, e.label)
		} else {
			fmt.Fprintf(&b, "  %s -> %s;\n", e.from, e.to)
		}
	}
	b.WriteString("}\n")
	return b.String()
}

// ASCII is the graph of one sub-topology in a few lines of text, for the comment at the top of generated code.
func (pl *Plan) ASCII(sub *Subtopology) []string {
	var lines []string
	merged := map[*check.Step]bool{} // what is behind those is drawn once
	var walk func(prefix string, s *check.Stream)
	walk = func(prefix string, s *check.Stream) {
		steps, sinks := pl.Consumers(s)
		for _, st := range steps {
			l := prefix + " ─▶ " + st.Name
			switch {
			case st.Repartition:
				by := "group by "
				if st.Combines {
					by = "pre-aggregate by "
				}
				lines = append(lines, l+" ("+by+strings.Join(groupNames(st), ", ")+") ─▶ topic "+pl.RepartitionTopic(st))
				continue
			case st.Keeps():
				l += " (" + keptShort(st) + ")"
			case st.Unnest != nil:
				l += " (unnest)"
			case st.Where != nil:
				l += " (where)"
			case st.From.Merged != nil:
				l += " (merge)"
			}
			if merged[st] {
				lines = append(lines, l)
				continue
			}
			merged[st] = st.From.Merged != nil
			before := len(lines)
			if st.Late != nil && pl.Live(st.Late) {
				walk(l+" late", st.Late)
			}
			for _, out := range st.Outs() {
				if !pl.Live(out) {
					continue
				}
				if out != st.Out {
					walk(l+" "+strings.TrimPrefix(out.Name, st.Name+"."), out)
				} else {
					walk(l, out)
				}
			}
			if len(lines) == before {
				lines = append(lines, l)
			}
		}
		for _, sk := range sinks {
			lines = append(lines, prefix+" ─▶ sink "+sk.Name)
		}
	}
	if sub.Source != nil {
		walk(sub.Source.Name, sub.Source.Out)
	} else {
		root := sub.Cut.Name + " (" + keptShort(sub.Cut) + ")"
		if sub.Cut.Late != nil && pl.Live(sub.Cut.Late) {
			walk(root+" late", sub.Cut.Late)
		}
		for _, out := range sub.Cut.Outs() {
			if !pl.Live(out) {
				continue
			}
			if out != sub.Cut.Out {
				walk(root+" "+strings.TrimPrefix(out.Name, sub.Cut.Name+"."), out)
			} else {
				walk(root, out)
			}
		}
	}
	return lines
}

func keptShort(st *check.Step) string {
	switch {
	case st.Process != nil:
		return "process " + st.Process.Go
	case st.Dedup != nil:
		return DedupText(st.Dedup)
	case st.Previous != nil:
		return PreviousText(st.Previous)
	case st.Fold != nil:
		return FoldText(st.Fold)
	case st.Delay != nil:
		return DelayText(st.Delay)
	case st.Top != nil:
		return TopText(st.Top)
	}
	return WindowText(st.Window)
}

func groupNames(st *check.Step) []string {
	var ns []string
	for _, g := range st.GroupBy {
		ns = append(ns, g.Name)
	}
	return ns
}
