package randspec

import (
	"slices"
	"strings"

	"github.com/weirstream/weir/spec/types"
)

// Smaller lists specs with one thing less, most drastic first. They share parts with s and with each other, so none of them may
// be changed.
func (s *Spec) Smaller() []*Spec {
	var specs []*Spec
	// edit adds a copy of s with a change.
	edit := func(change func(*Spec)) {
		c := *s
		c.Types, c.Sources = slices.Clone(s.Types), slices.Clone(s.Sources)
		c.Steps, c.Sinks = slices.Clone(s.Steps), slices.Clone(s.Sinks)
		change(&c)
		specs = append(specs, &c)
	}
	for i := range s.Sources {
		edit(func(c *Spec) { c.drop(c.Sources[i].Name) })
	}
	for i := range s.Steps {
		edit(func(c *Spec) { c.drop(c.Steps[i].Name) })
	}
	for i := range s.Sinks {
		edit(func(c *Spec) { c.Sinks = slices.Delete(c.Sinks, i, i+1) })
	}
	for i, st := range s.Steps {
		step := func(change func(*Step)) {
			edit(func(c *Spec) {
				n := *c.Steps[i]
				change(&n)
				c.Steps[i] = &n
			})
		}
		if st.Merge != nil {
			step(func(n *Step) { n.Merge = nil })
		}
		if st.Where != "" {
			step(func(n *Step) { n.Where = "" })
		}
		if st.Having != "" {
			step(func(n *Step) { n.Having = "" })
		}
		if st.Dedup != "" {
			step(func(n *Step) { n.Dedup, n.GroupBy = "", nil })
		}
		if st.Changes != "" {
			step(func(n *Step) { n.Changes, n.GroupBy, n.Having = "", nil, "" })
		}
		if st.Fold != nil {
			step(func(n *Step) { n.Fold, n.GroupBy, n.Having = nil, nil, "" })
			for _, f := range st.Fold.smaller() {
				step(func(n *Step) { n.Fold = f })
			}
		}
		if st.Combine {
			step(func(n *Step) { n.Combine = false })
		}
		if st.Delay != "" {
			step(func(n *Step) { n.Delay = "" })
		}
		if st.Top != "" {
			step(func(n *Step) { n.Top, n.GroupBy, n.Emit = "", nil, "" })
		}
		if st.LateTo != "" {
			step(func(n *Step) { n.LateTo = "" })
		}
		if st.Lateness != "" && !strings.Contains(st.Emit, "corrections") {
			step(func(n *Step) { n.Lateness = "" })
		}
		if strings.Contains(st.Emit, "corrections") {
			step(func(n *Step) { n.Emit = "" })
		}
		if st.Select != nil {
			step(func(n *Step) { n.Select = nil })
		}
		if st.Key != "" {
			step(func(n *Step) { n.Key = "" })
		}
		if st.Unnest != nil {
			step(func(n *Step) { n.Unnest = nil })
		}
		if st.Log != "" {
			step(func(n *Step) { n.Log, n.LogLevel = "", "" })
		}
		for k := range st.Drop {
			step(func(n *Step) { n.Drop = slices.Delete(slices.Clone(n.Drop), k, k+1) })
		}
		for _, part := range []func(*Step) *[]Named{
			func(n *Step) *[]Named { return &n.Let }, func(n *Step) *[]Named { return &n.Set }, func(n *Step) *[]Named { return &n.Rename },
			func(n *Step) *[]Named { return &n.Select }, func(n *Step) *[]Named { return &n.GroupBy }, func(n *Step) *[]Named { return &n.Aggregate },
		} {
			for k := range *part(st) {
				step(func(n *Step) {
					list := part(n)
					*list = slices.Delete(slices.Clone(*list), k, k+1)
				})
			}
		}
	}
	for i, src := range s.Sources {
		for _, change := range []func(*Source){func(n *Source) { n.Key = "" }, func(n *Source) { n.EventTime = "" }, func(n *Source) { n.CSV = nil }} {
			n := *src
			if change(&n); n.Key != src.Key || n.EventTime != src.EventTime || n.CSV != src.CSV {
				edit(func(c *Spec) { c.Sources[i] = &n })
			}
		}
	}
	for i, t := range s.Types {
		if t.Kind != types.Record {
			edit(func(c *Spec) { c.Types = slices.Delete(c.Types, i, i+1) })
			continue
		}
		edit(func(c *Spec) { c.Types = slices.Delete(c.Types, i, i+1) })
		for k := range t.Fields {
			edit(func(c *Spec) {
				n := *t
				n.Fields = slices.Delete(slices.Clone(t.Fields), k, k+1)
				c.Types[i] = &n
			})
		}
	}
	return specs
}

// drop removes a source or step and all that reads it.
func (s *Spec) drop(name string) {
	gone := map[string]bool{name: true}
	s.Sources = slices.DeleteFunc(s.Sources, func(x *Source) bool { return gone[x.Name] })
	s.Steps = slices.DeleteFunc(s.Steps, func(x *Step) bool {
		if gone[x.Name] || slices.ContainsFunc(append(x.Merge[:len(x.Merge):len(x.Merge)], x.From), func(in string) bool { return gone[in] || gone[branchOf(in)] }) {
			gone[x.Name], gone[x.LateTo] = true, true
		}
		return gone[x.Name]
	})
	s.Sinks = slices.DeleteFunc(s.Sinks, func(x *Sink) bool { return gone[x.From] || gone[branchOf(x.From)] })
}

// branchOf is the step of which a stream is a branch, "" if it is none.
func branchOf(stream string) string {
	step, _, _ := strings.Cut(stream, ".")
	if step == stream {
		return ""
	}
	return step
}
