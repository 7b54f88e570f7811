// Package randspec makes random specs of the language and random inputs for them, for tests that compare two ways of running
// the same thing.
//
// Everything follows from a seed. A spec is kept as a small tree ([Spec]), not only as text, so that a failing one can be made
// smaller: [Spec.Smaller] lists specs with one thing less, most drastic first. Not all of them are valid; whoever shrinks
// keeps those that pass the checker and still fail.
package randspec

import (
	"fmt"
	"math/rand/v2"
	"regexp"
	"strings"

	"github.com/weirstream/weir/spec/types"
)

// Spec is a random spec. Its parts are text where nothing here needs to look into them.
type Spec struct {
	Service string
	Types   []*types.Type // enums, aliases and records, each before its users
	Sources []*Source
	Steps   []*Step
	Sinks   []*Sink
	// StreamTime says that all sources go by stream time, whatever their watermarks would be.
	StreamTime bool

	style *rand.Rand // picks between spellings that mean the same; set again before each rendering
	seed  uint64
}

// Source is a source of a spec.
type Source struct {
	Name, Topic string
	Key         string // as the spec writes it, "" for none
	Value       *types.Type
	CSV         *CSV // nil: JSON
	EventTime   string
	Lag         string // of the watermark, "" for none
	From        string // what the watermark comes from, "" for the event time
	OnError     string // "" for the default
}

// CSV are the CSV options of a source or sink.
type CSV struct {
	Columns   []string
	Delimiter string
	Nulls     []string
}

// Step is a step of a spec. Expressions are CEL.
type Step struct {
	Name, From string
	Merge      []string // in place of From, which is then the first of them
	Where      string
	Let        []Named
	Unnest     []Named // one, or none
	Select     []Named
	Set        []Named
	Drop       []string
	Rename     []Named
	Log        string
	LogLevel   string
	EventTime  string
	Key        string
	Split      []Named
	Default    string
	GroupBy    []Named
	Size       string // of the window, "" for none
	Kind       string // as the spec has it
	Every      string
	Offset     string
	Zone       string
	Gap        string // of a session, in place of Size
	Max        string
	Lateness   string
	LateTo     string
	Aggregate  []Named
	Combine    bool   // pre_aggregate
	Dedup      string // what stands under dedup
	Changes    string // what stands under changes
	Fold       *Fold  // nil for none
	Delay      string // what stands behind delay
	Top        string // what stands under top
	Having     string
	Emit       string
}

// Named is an entry of let, unnest, select, set, rename, group_by or aggregate.
type Named struct{ Name, Expr string }

// Sink is a sink of a spec.
type Sink struct {
	Name, From, Topic string
	CSV               *CSV // nil: JSON
	Tombstone         string
	Header            string // the value of one, "" for none
	Topics            []Named
	By                string // in place of Topic
}

// Text is the spec as YAML.
func (s *Spec) Text() string {
	s.style = rand.New(rand.NewPCG(s.seed, 77))
	var b strings.Builder
	p := func(format string, args ...any) { fmt.Fprintf(&b, format+"\n", args...) }
	p("weir: v1")
	p("service: %s", s.Service)
	p("\ntypes:")
	for _, t := range s.Types {
		if t.Alias != nil {
			p("  %s: {alias: %s, where: %s}", t.Alias.Name, t.Alias.Of, quoted(t.Alias.Text))
			continue
		}
		if t.Kind == types.Enum {
			p("  %s: {enum: [%s]}", t.Name, strings.Join(t.Values, ", "))
			continue
		}
		if t.Union {
			unionText(p, t)
			continue
		}
		p("  %s:", t.Name)
		for _, f := range t.Fields {
			p("    %s: %s", f.Name, fieldText(f))
		}
	}
	p("\nsources:")
	for _, src := range s.Sources {
		s.source(p, src)
	}
	if len(s.Steps) > 0 {
		p("\nsteps:")
	}
	for _, st := range s.Steps {
		s.step(p, st)
	}
	p("\nsinks:")
	for _, sk := range s.Sinks {
		format := "json"
		if sk.CSV != nil {
			format = "csv" + sk.CSV.text()
		}
		kafka, more := "topic: "+sk.Topic, ""
		if sk.By != "" {
			var topics []string
			for _, t := range sk.Topics {
				topics = append(topics, quote(t.Name)+": "+t.Expr)
			}
			kafka = "topics: {" + strings.Join(topics, ", ") + "}, by: " + quote(sk.By)
		}
		if sk.Tombstone != "" {
			more += ", tombstone: " + quote(sk.Tombstone)
		}
		if sk.Header != "" {
			more += ", headers: {x-header: " + quote(sk.Header) + "}"
		}
		p("  %s: {from: %s, kafka: {%s}, value: {format: %s}%s}", sk.Name, sk.From, kafka, format, more)
	}
	return b.String()
}

// quote is a text in single quotes.
func quote(s string) string { return "'" + strings.ReplaceAll(s, "'", "''") + "'" }

// fieldText is a field's type, in the long form where it has JSON options.
func unionText(p func(format string, args ...any), t *types.Type) {
	p("  %s:", t.Name)
	if t.Tag != "" {
		p("    json: {tag: %s}", quoted(t.Tag))
	}
	p("    union:")
	for _, f := range t.Fields {
		member := *f
		member.Type = f.Type.Elem
		p("      %s: %s", f.Name, fieldText(&member))
	}
}

func fieldText(f *types.Field) string {
	var opts []string
	if f.Wire != f.Name {
		opts = append(opts, "name: "+quoted(f.Wire))
	}
	if f.As != types.RFC3339 {
		opts = append(opts, "as: "+[...]string{"rfc3339", "epoch_ms", "epoch_s", "string"}[f.As])
	}
	t := f.Type.Spelling()
	if strings.ContainsAny(t, ",?(") {
		t = quoted(t)
	}
	var more string
	if opts != nil {
		more = ", json: {" + strings.Join(opts, ", ") + "}"
	}
	if f.Default != nil {
		more += ", default: " + writtenText(f.Type, f.Default)
	}
	if f.WasWire != nil {
		more += ", renamed_from: " + quoted(f.WasWire[0])
	}
	if more == "" {
		return t
	}
	return "{type: " + t + more + "}"
}

func quoted(s string) string { return "'" + strings.ReplaceAll(s, "'", "''") + "'" }

// text is the options as they stand behind the format.
func (c *CSV) text() string {
	var opts []string
	list := func(name string, texts []string) {
		if texts == nil {
			return
		}
		q := make([]string, len(texts))
		for i, t := range texts {
			q[i] = quoted(t)
		}
		opts = append(opts, name+": ["+strings.Join(q, ", ")+"]")
	}
	list("columns", c.Columns)
	if c.Delimiter != "" {
		opts = append(opts, "delimiter: "+quoted(c.Delimiter))
	}
	list("null", c.Nulls)
	if opts == nil {
		return ""
	}
	return ", csv: {" + strings.Join(opts, ", ") + "}"
}

func (s *Spec) source(p func(string, ...any), src *Source) {
	p("  %s:", src.Name)
	p("    kafka: {topic: %s}", src.Topic)
	if src.Key != "" {
		p("    key: %s", src.Key)
	}
	if src.CSV == nil {
		p("    value: {type: %s, format: json}", src.Value.Name)
	} else {
		p("    value: {type: %s, format: csv%s}", src.Value.Name, src.CSV.text())
	}
	if src.EventTime != "" {
		p("    event_time: %s", s.scalar(src.EventTime, "      "))
	}
	switch {
	case s.StreamTime:
		p("    watermark: stream_time")
	case src.From != "":
		p("    watermark:")
		p("      from: %s", s.scalar(src.From, "        "))
		if src.Lag != "" {
			p("      lag: %s", src.Lag)
		}
	case src.Lag != "":
		p("    watermark: {lag: %s}", src.Lag)
	}
	if src.OnError != "" {
		p("    on_error: %s", src.OnError)
	}
}

func (s *Spec) step(p func(string, ...any), st *Step) {
	const in = "      "
	p("  %s:", st.Name)
	if st.Merge != nil {
		p("    merge: [%s]", strings.Join(st.Merge, ", "))
	} else {
		p("    from: %s", st.From)
	}
	if st.Where != "" {
		p("    where: %s", s.scalar(st.Where, in))
	}
	named := func(clause string, ns []Named) {
		if len(ns) == 0 {
			return
		}
		p("    %s:", clause)
		for _, n := range ns {
			p("      %s: %s", n.Name, s.scalar(n.Expr, in+"  "))
		}
	}
	named("let", st.Let)
	named("unnest", st.Unnest)
	named("select", st.Select)
	named("set", st.Set)
	if len(st.Drop) > 0 {
		p("    drop: [%s]", strings.Join(st.Drop, ", "))
	}
	if len(st.Rename) > 0 {
		p("    rename:")
		for _, n := range st.Rename {
			p("      %s: %s", n.Name, n.Expr)
		}
	}
	switch {
	case st.LogLevel != "":
		p("    log:")
		p("      line: %s", s.scalar(st.Log, in+"  "))
		p("      level: %s", st.LogLevel)
	case st.Log != "":
		p("    log: %s", s.scalar(st.Log, in))
	}
	if st.EventTime != "" {
		p("    event_time: %s", s.scalar(st.EventTime, in))
	}
	if st.Key != "" {
		p("    key: %s", s.scalar(st.Key, in))
	}
	named("split", st.Split)
	if st.Default != "" {
		p("    default: %s", st.Default)
	}
	named("group_by", st.GroupBy)
	if st.Size != "" {
		w := st.Kind + ": " + st.Size
		if st.Gap != "" {
			w = st.Kind + ": {gap: " + quoted(st.Gap) + "}"
		}
		for _, x := range [][2]string{{"max", st.Max}, {"every", st.Every}, {"offset", st.Offset}, {"time_zone", st.Zone}} {
			if x[1] != "" {
				w += ", " + x[0] + ": " + x[1]
			}
		}
		if st.Lateness != "" {
			w += ", allowed_lateness: " + st.Lateness
		}
		if st.LateTo != "" {
			w += ", late_to: " + st.LateTo
		}
		p("    window: {%s}", w)
	}
	named("aggregate", st.Aggregate)
	if st.Combine {
		p("    pre_aggregate: true")
	}
	if st.Dedup != "" {
		p("    dedup: {%s}", st.Dedup)
	}
	if st.Changes != "" {
		p("    changes: {%s}", st.Changes)
	}
	if st.Fold != nil {
		st.Fold.text(p)
	}
	if st.Delay != "" {
		p("    delay: %s", st.Delay)
	}
	if st.Top != "" {
		p("    top: {%s}", st.Top)
	}
	if st.Having != "" {
		p("    having: %s", s.scalar(st.Having, in))
	}
	if st.Emit != "" {
		p("    emit: %s", st.Emit)
	}
}

// plain matches expressions that mean the same without quotes in YAML.
var plain = regexp.MustCompile(`^[a-zA-Z_][a-zA-Z0-9_.]*( (==|<|>|<=|>=|\+|-|\*) [a-zA-Z0-9_.]+)*$`)

// scalar writes text in one of YAML's ways.
func (s *Spec) scalar(text, indent string) string {
	switch n := s.style.IntN(4); {
	case n == 0 && plain.MatchString(text):
		return text
	case n == 1 && !strings.ContainsAny(text, "\\\n\t"):
		return `"` + strings.ReplaceAll(text, `"`, `\"`) + `"`
	case n == 2:
		return ">-\n" + indent + text
	}
	return quoted(text)
}
