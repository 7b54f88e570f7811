package scenario

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"
)

// parser reads the nodes of a file. It keeps the first mistake and goes on harmlessly behind it.
type parser struct {
	path string
	err  error
}

func (p *parser) at(n *yaml.Node) Pos { return Pos{p.path, n.Line, n.Column} }

func (p *parser) fail(n *yaml.Node, format string, args ...any) {
	if p.err == nil {
		p.err = &Error{p.at(n), fmt.Sprintf(format, args...)}
	}
}

// acyclic refuses aliases that stand inside of what they stand for. state is false for a node that is being visited, and true
// for one that was found right.
func (p *parser) acyclic(n *yaml.Node, state map[*yaml.Node]bool) {
	if fine, seen := state[n]; seen {
		if !fine {
			p.fail(n, "this contains itself")
		}
		return
	}
	state[n] = false
	if n.Alias != nil {
		p.acyclic(n.Alias, state)
	}
	for _, c := range n.Content {
		p.acyclic(c, state)
	}
	state[n] = true
}

// mapping calls set for each entry of a mapping; names are the keys that may be there.
func (p *parser) mapping(n *yaml.Node, what string, names []string, set func(key string, k, v *yaml.Node)) {
	n = deref(n)
	if n.Kind != yaml.MappingNode {
		p.fail(n, "%s has to be a mapping", what)
		return
	}
	seen := map[string]bool{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		k, v := n.Content[i], deref(n.Content[i+1])
		switch {
		case seen[k.Value]:
			p.fail(k, "%s is there twice", k.Value)
		case names != nil && !slices.Contains(names, k.Value):
			p.fail(k, "%s has no %q; there are %s", what, k.Value, strings.Join(names, ", "))
		default:
			set(k.Value, k, v)
		}
		seen[k.Value] = true
	}
}

func (p *parser) list(n *yaml.Node, what string) []*yaml.Node {
	if n.Kind != yaml.SequenceNode {
		p.fail(n, "%s has to be a list", what)
		return nil
	}
	return n.Content
}

func (p *parser) text(n *yaml.Node, what string) string {
	if n.Kind != yaml.ScalarNode || isNull(n) {
		p.fail(n, "%s has to be a text", what)
	}
	return n.Value
}

func (p *parser) number(n *yaml.Node, what string, lo, hi int64) int64 {
	v, err := strconv.ParseInt(n.Value, 10, 64)
	if n.Kind != yaml.ScalarNode || err != nil || v < lo || v > hi {
		p.fail(n, "%s has to be a whole number from %d to %d", what, lo, hi)
	}
	return v
}

func (p *parser) time(n *yaml.Node) time.Time {
	t, err := time.Parse(time.RFC3339, n.Value)
	if n.Kind != yaml.ScalarNode || err != nil {
		p.fail(n, "a timestamp looks like 2024-05-01T10:00:00Z")
	}
	return t
}

func (p *parser) file(f *File, n *yaml.Node) {
	all := map[string]int32{"": 1}
	var cases *yaml.Node
	p.mapping(n, "a scenario file", []string{"spec", "partitions", "cases"}, func(key string, _, v *yaml.Node) {
		switch key {
		case "spec":
			f.Spec = p.text(v, "spec")
		case "partitions":
			all = p.partitions(v)
		case "cases":
			cases = v
		}
	})
	if p.err == nil && cases == nil {
		p.fail(n, "the file has no cases")
	}
	if p.err != nil {
		return
	}
	names := map[string]bool{}
	for _, c := range p.list(cases, "cases") {
		f.Cases = append(f.Cases, p.oneCase(deref(c), all, names))
	}
}

func (p *parser) partitions(n *yaml.Node) map[string]int32 {
	if n.Kind == yaml.ScalarNode {
		return map[string]int32{"": int32(p.number(n, "partitions", 1, 1000))}
	}
	out := map[string]int32{"": 1}
	p.mapping(n, "partitions", nil, func(key string, _, v *yaml.Node) {
		out[key] = int32(p.number(v, "partitions", 1, 1000))
	})
	return out
}

func (p *parser) oneCase(n *yaml.Node, partitions map[string]int32, names map[string]bool) *Case {
	c := &Case{Partitions: partitions, node: n}
	p.mapping(n, "a case", []string{"name", "partitions", "do", "expect", "counts"}, func(key string, k, v *yaml.Node) {
		switch key {
		case "name":
			c.Name = p.text(v, "name")
			if names[c.Name] {
				p.fail(v, "another case has this name")
			}
			names[c.Name] = true
		case "partitions":
			c.Partitions = p.partitions(v)
		case "do":
			for _, a := range p.list(v, "do") {
				c.Do = append(c.Do, p.action(deref(a)))
			}
		case "expect":
			c.expect = v
			if !isNull(v) {
				p.mapping(v, "expect", nil, func(_ string, k, v *yaml.Node) {
					c.Expect = append(c.Expect, p.expectation(k, v))
				})
			}
		case "counts":
			p.mapping(v, "counts", countNames, func(key string, k, v *yaml.Node) {
				c.Counts = append(c.Counts, Count{key, p.number(v, key, 0, 1<<62), p.at(k)})
			})
		}
	})
	if c.Name == "" {
		p.fail(n, "the case has no name")
	}
	if len(c.Do) == 0 {
		p.fail(n, "the case does nothing; it needs do")
	}
	return c
}

var bareActions = map[string]ActionKind{"commit": Commit, "crash": Crash, "end": End}

func (p *parser) action(n *yaml.Node) Action {
	a := Action{At: p.at(n), Partition: -1, Timestamp: time.UnixMilli(0).UTC()}
	if n.Kind == yaml.ScalarNode {
		if a.Kind = bareActions[n.Value]; a.Kind == 0 {
			p.fail(n, "%q is no action; there are send: SOURCE, advance: DURATION, commit, crash, end", n.Value)
		}
		return a
	}
	if n.Kind == yaml.MappingNode && len(n.Content) > 0 && n.Content[0].Value == "advance" {
		p.mapping(n, "advance", []string{"advance"}, func(_ string, _, v *yaml.Node) {
			d, err := time.ParseDuration(v.Value)
			if err != nil || d <= 0 {
				p.fail(v, "advance takes a duration such as 90s or 5m")
			}
			a.Kind, a.By = Advance, d
		})
		return a
	}
	a.Kind = Send
	p.mapping(n, "an action", []string{"send", "key", "value", "timestamp", "partition", "headers"}, func(key string, _, v *yaml.Node) {
		switch key {
		case "send":
			a.Source = p.text(v, "send")
		case "key":
			a.Key = v
		case "value":
			a.Value = v
		case "timestamp":
			a.Timestamp = p.time(v)
		case "partition":
			a.Partition = int32(p.number(v, "partition", 0, 999))
		case "headers":
			a.Headers = p.headers(v)
		}
	})
	if a.Source == "" {
		p.fail(n, "the action needs send: SOURCE")
	}
	return a
}

func (p *parser) headers(n *yaml.Node) (out []Header) {
	p.mapping(n, "headers", nil, func(key string, k, v *yaml.Node) {
		out = append(out, Header{key, p.text(v, "a header"), p.at(k)})
	})
	return out
}

var matches = map[string]Match{"ordered": Ordered, "unordered": Unordered, "latest": Latest}

func (p *parser) expectation(k, v *yaml.Node) *Expectation {
	e := &Expectation{Name: k.Value, At: p.at(k)}
	if v.Kind == yaml.ScalarNode && v.Value == "any" {
		e.Match = Any
		return e
	}
	if v.Kind == yaml.MappingNode && len(v.Content) == 2 {
		m, ok := matches[v.Content[0].Value]
		if !ok {
			p.fail(v, "%q is no way to compare; there are ordered, unordered, latest, and any", v.Content[0].Value)
		}
		e.Match, v = m, deref(v.Content[1])
	}
	if v.Kind != yaml.SequenceNode {
		p.fail(v, "what is expected of %s has to be a list of records, or any", k.Value)
		return e
	}
	e.list = v
	for _, r := range v.Content {
		e.Records = append(e.Records, p.expected(deref(r)))
	}
	return e
}

func (p *parser) expected(n *yaml.Node) *Expected {
	r := &Expected{At: p.at(n)}
	p.mapping(n, "an expected record", []string{"key", "value", "timestamp", "partition", "headers"}, func(key string, _, v *yaml.Node) {
		switch key {
		case "key":
			r.Key = orNil(v)
		case "value":
			r.Value = orNil(v)
		case "timestamp":
			t := p.time(v)
			r.Timestamp = &t
		case "partition":
			part := int32(p.number(v, "partition", 0, 999))
			r.Partition = &part
		case "headers":
			r.Headers = p.headers(v)
		}
	})
	return r
}

func orNil(n *yaml.Node) *yaml.Node {
	if isNull(n) {
		return nil
	}
	return n
}

func isNull(n *yaml.Node) bool { return n.Kind == yaml.ScalarNode && n.Tag == "!!null" }

// deref follows an alias to what it stands for.
func deref(n *yaml.Node) *yaml.Node {
	for n.Kind == yaml.AliasNode {
		n = n.Alias
	}
	return n
}
