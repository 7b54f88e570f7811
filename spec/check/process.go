package check

import (
	"path/filepath"
	"strings"

	"github.com/weirstream/weir/spec/gofunc"
	"github.com/weirstream/weir/spec/source"
	"github.com/weirstream/weir/spec/syntax"
	"github.com/weirstream/weir/spec/types"
)

// processClauses checks what process, which stands at a place, stands beside.
func (c *checker) processClauses(d *syntax.Step, at source.Span) {
	var lack []string
	if _, ok := d.Clauses["group_by"]; !ok {
		lack = append(lack, "group_by")
	}
	if several, ok := d.Clauses["outputs"]; !ok && d.Output == nil {
		lack = append(lack, "output")
	} else if ok && d.Output != nil {
		c.report(outputAndOutputs(several, d.Output.Span))
	}
	if lack != nil {
		c.report(processNeeds(at, lack))
	}
	for _, k := range []string{"key", "split", "default", "window", "aggregate", "having", "emit", "dedup", "changes", "fold", "delay", "top"} {
		if s, ok := d.Clauses[k]; ok {
			c.report(processAnd(s, k, at))
		}
	}
}

// processor checks what the spec says of a step's processor. That the Go type is there, and fits, is for the Go compiler to say: it
// stands in the generated package, which is made after this.
func (c *checker) processor(st *Step, d *syntax.Step) {
	p := st.Process
	for _, t := range d.Timers {
		p.Timers = p.Timers || t.Value == "event_time"
		p.ProcessingTimers = p.ProcessingTimers || t.Value == "processing_time"
	}
	if d.Process == nil {
		return
	}
	p.Span = d.Process.Span
	dir, name, ok := gofunc.Split(d.Process.Value)
	if !ok || !strings.HasPrefix(dir, "./") && !strings.HasPrefix(dir, "../") {
		c.report(noProcessor(d.Process))
	} else {
		p.Dir, p.Go = filepath.Join(c.p.File.Dir, filepath.FromSlash(dir)), name
	}
	for _, e := range d.State {
		s := c.state(e)
		switch {
		case e.TTL == nil && !e.Unbounded:
			c.report(unboundedState(e.Name))
		case e.TTL != nil && e.Unbounded:
			c.report(boundedTwice(e.TTL.Span, e.Name.Value))
		case e.TTL != nil && e.TTL.Value == 0:
			c.report(zeroDuration(e.TTL.Span, "ttl", "state lives at least 1ms; leave it out for state that is not needed"))
		case e.TTL != nil && e.TTL.Value > longest:
			c.report(longLife(e.TTL.Span))
		case e.TTL != nil:
			s.TTL = e.TTL.Value
		}
		if s.Type != nil && (s.Kind != MapState || s.Key != nil) {
			p.State = append(p.State, s)
		}
	}
	if p.Outputs == nil {
		c.output(st.Out, d.Output)
	}
	for i, o := range p.Outputs {
		c.output(o.Out, d.Outputs[i].Expr)
	}
}

// state is what the spec says of one state, aside from how long it lives.
func (c *checker) state(e *syntax.State) *State {
	s := &State{Name: e.Name.Value, Span: e.Name.Span, Kind: ValueState}
	switch {
	case e.List != nil:
		s.Kind, s.Type = ListState, c.typeOf(e.List)
	case e.Map != nil:
		s.Kind, s.Type = MapState, c.typeOf(e.Map)
	default:
		s.Type = c.typeOf(e.Value)
	}
	switch {
	case s.Kind != MapState && e.Key != nil:
		c.report(keyOfNoMap(e.Key, e.Name.Value))
	case s.Kind == MapState && e.Key == nil:
		c.report(mapWithoutKey(e.Map.Span, e.Name.Value))
	case s.Kind == MapState:
		if s.Key = c.typeOf(e.Key); s.Key != nil && !s.Key.Keyable() {
			c.report(badStateKey(e.Key, s.Key))
			s.Key = nil
		}
	}
	return s
}

// output types a stream of what a processor hands on.
func (c *checker) output(out *Stream, text *syntax.Text) {
	t := c.typeOf(text)
	if t == nil {
		return
	}
	if t.Kind != types.Record {
		c.report(outputNoRecord(text, t))
		return
	}
	for _, f := range t.Fields {
		if hidden[f.Name] != "" {
			c.report(hidesInOutput(f, text))
		}
	}
	out.Type = t
}
