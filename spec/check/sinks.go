package check

import (
	"regexp"
	"slices"

	"github.com/weirstream/weir/spec/source"
	"github.com/weirstream/weir/spec/syntax"
	"github.com/weirstream/weir/spec/types"
)

func (c *checker) checkSinks() {
	for _, d := range c.tree.Sinks {
		s := &Sink{Name: d.Name.Value, Span: d.Name.Span, From: c.from(d.From), Format: c.format(d.Format)}
		if d.Topic != nil {
			s.Topics = []SinkTopic{{Topic: d.Topic.Value, Span: d.Topic.Span}}
			if d.By != nil {
				c.report(byOfOneTopic(d.By))
			}
		}
		for _, e := range d.Topics {
			if e.Expr != nil {
				s.Topics = append(s.Topics, SinkTopic{e.Name.Value, e.Expr.Value, e.Expr.Span})
			}
		}
		if s.From != nil && s.Format == CSV {
			s.CSV = c.csvOptions(d.Format, s.From.Type, d.From.Span, false)
		}
		if s.From != nil && s.From.Type != nil {
			c.sinkExprs(s, d)
		}
		c.p.Sinks = append(c.p.Sinks, s)
	}
}

// by checks what chooses among a sink's topics.
func (c *checker) by(s *Sink, d *syntax.Sink, scope *Scope) {
	if d.Topics == nil {
		return
	}
	if d.By == nil {
		c.report(topicsWithoutBy(d.Topics[0].Name.Span))
		return
	}
	e := c.expr(d.By, scope, place{clause: "by", sink: s, row: s.From.Type})
	if e == nil {
		return
	}
	if e.Type.Kind != types.String && e.Type.Kind != types.Enum {
		c.report(badBy(d.By, e.Type))
		return
	}
	for _, t := range d.Topics {
		if e.Type.Kind == types.Enum && !slices.Contains(e.Type.Values, t.Name.Value) {
			c.report(noEnumValue(t.Name, e.Type))
		}
	}
	s.By = e
}

// sinkExprs checks what a sink computes of its records.
func (c *checker) sinkExprs(s *Sink, d *syntax.Sink) {
	scope := scopeOf(s.From, s.From.Type, s.From.Key)
	c.by(s, d, scope)
	at := place{clause: "tombstone", sink: s, row: s.From.Type}
	s.Tombstone = c.typed(d.Tombstone, scope, at, types.BoolType)
	for _, h := range d.Headers {
		at.clause = "header " + h.Name.Value
		e := c.expr(h.Expr, scope, at)
		if e == nil {
			continue
		}
		plain := e.Type
		if plain.Kind == types.Optional {
			plain = plain.Elem
		}
		if plain.Kind != types.String && plain.Kind != types.Bytes {
			c.report(badHeader(h.Expr, e.Type))
			continue
		}
		s.Headers = append(s.Headers, &Named{Name: h.Name.Value, Span: h.Name.Span, Expr: e})
	}
}

var topicName = regexp.MustCompile(`^[a-zA-Z0-9._-]{1,249}$`)

// checkTopics checks the names of topics, and that no topic has two uses.
func (c *checker) checkTopics() {
	type use struct {
		what string
		span source.Span
		dlq  bool
	}
	uses := map[string]use{}
	enter := func(topic, what string, span source.Span, dlq bool) {
		if topic == "" {
			return
		}
		if !topicName.MatchString(topic) || topic == "." || topic == ".." {
			c.report(badTopic(span, topic))
			return
		}
		first, taken := uses[topic]
		if taken && !(dlq && first.dlq) { // sources may share a topic for their dead letters
			c.report(topicTwice(span, topic, what, first.what, first.span))
			return
		}
		uses[topic] = use{what, span, dlq}
	}
	for _, d := range c.tree.Steps {
		c.at = c.instances[d]
		if d.Window == nil && d.Process == nil && d.Dedup == nil && d.Changes == nil && d.Fold == nil && d.Delay == nil && d.Top == nil || c.p.Service == "" {
			continue
		}
		for _, suffix := range []string{"-repartition", "-changelog"} {
			topic := c.p.Service + "-" + d.Name.Value + suffix
			if len(topic) > 249 {
				c.report(longInternalTopic(d.Name, topic))
				break
			}
			uses[topic] = use{what: "an internal topic of step " + d.Name.Value, span: d.Name.Span}
		}
	}
	c.at = nil
	for _, d := range c.tree.Sources {
		if d.Topic != nil {
			enter(d.Topic.Value, "source "+d.Name.Value, d.Topic.Span, false)
		}
	}
	for _, d := range c.tree.Sinks {
		if d.Topic != nil {
			enter(d.Topic.Value, "sink "+d.Name.Value, d.Topic.Span, false)
		}
		mine := map[string]bool{}
		for _, e := range d.Topics {
			if e.Expr != nil && !mine[e.Expr.Value] { // several values may go to one topic
				mine[e.Expr.Value] = true
				enter(e.Expr.Value, "sink "+d.Name.Value, e.Expr.Span, false)
			}
		}
	}
	for _, d := range c.tree.Sources {
		if d.DeadLetter != nil {
			enter(d.DeadLetter.Value, "the dead letters of source "+d.Name.Value, d.DeadLetter.Span, true)
		}
	}
}
