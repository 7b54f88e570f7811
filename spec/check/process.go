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
	for _, k := range []string{"group_by", "output"} {
		if _, ok := d.Clauses[k]; !ok {
			lack = append(lack, k)
		}
	}
	if lack != nil {
		c.report(processNeeds(at, lack))
	}
	for _, k := range []string{"key", "split", "default", "window", "aggregate", "having", "emit"} {
		if s, ok := d.Clauses[k]; ok {
			c.report(processAnd(s, k, at))
		}
	}
}

// processor checks what the spec says of a step's processor. That the Go type is there, and fits, is for the Go compiler to say: it
// stands in the generated package, which is made after this.
func (c *checker) processor(st *Step, d *syntax.Step) {
	p := &Process{Timers: d.Timers != nil}
	st.Process = p
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
		t := c.typeOf(e.Value)
		s := &State{Name: e.Name.Value, Span: e.Name.Span, Type: t}
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
		if t != nil {
			p.State = append(p.State, s)
		}
	}
	t := c.typeOf(d.Output)
	if t == nil {
		return
	}
	if t.Kind != types.Record {
		c.report(outputNoRecord(d.Output, t))
		return
	}
	for _, f := range t.Fields {
		if hidden[f.Name] != "" {
			c.report(hidesInOutput(f, d.Output))
		}
	}
	st.Out.Type = t
}
