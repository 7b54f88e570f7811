// Package syntax reads the text of a spec into a tree: YAML with the place in the file of every key and scalar.
//
// It knows which keys may stand where ([Language], from which the JSON Schema is made as well) and what a name or a duration
// looks like. What names refer to, and what types and expressions say, is spec/check's business: to this package they are texts.
//
// YAML is taken without its pitfalls. A scalar is a text, whatever YAML would make of it, so `off`, `1.10` and `null` need no
// quotes. Anchors, aliases, merge keys, tags, several documents and repeated keys are refused, each with a diagnostic that says
// what to do instead.
package syntax

import (
	"time"

	"github.com/weirstream/weir/spec/diag"
	"github.com/weirstream/weir/spec/source"
)

// Text is a scalar: the text that it stands for, and where that stands.
type Text struct {
	Value string
	Span  source.Span // without quotes, unless the text is empty
	// Offsets maps each byte of Value, and its end, to a byte of the file.
	Offsets []int
}

// At is the range of the file in which the bytes from start to end of the value stand. Offsets outside are moved inside.
func (t *Text) At(start, end int) source.Span {
	start = max(0, min(start, len(t.Value)))
	end = max(start, min(end, len(t.Value)))
	s := source.Span{File: t.Span.File, Start: t.Offsets[start], End: t.Offsets[end]}
	if end > start {
		// The end is behind the last byte, not in front of the next: between them there may be a folded line end.
		last := t.Offsets[end-1]
		s.End = max(last+1, min(s.End, t.wide(end-1)))
	}
	return s
}

// wide is the offset behind what stands for byte i of the value: the next byte's, unless there is something between them that
// stands for nothing, such as a continued line.
func (t *Text) wide(i int) int {
	at, next := t.Offsets[i], t.Offsets[i+1]
	if next-at > 2 && t.Span.File.Text[at] == t.Value[i] {
		return at + 1
	}
	return next
}

// Sub is a part of the text as a text of its own.
func (t *Text) Sub(start, end int) *Text {
	return &Text{Value: t.Value[start:end], Span: t.At(start, end), Offsets: t.Offsets[start : end+1 : end+1]}
}

// Spec is the tree of a spec. Whatever was not written, or was not fit to be read, is nil.
type Spec struct {
	File      *source.File
	Service   *Text
	Imports   []*Text // paths of other files, whose types are this one's too
	Types     []*TypeDecl
	Functions []*Function
	Sources   []*Source
	Fragments []*Fragment
	Steps     []*Step
	Sinks     []*Sink
}

// TypeDecl is an entry of types.
type TypeDecl struct {
	Name    *Text
	IsEnum  bool
	Values  []*Text // of an enum
	IsAlias bool
	Alias   *Text // the type that an alias stands for
	Where   *Text // of an alias
	IsUnion bool
	Tag     *Text    // of a union: json: {tag}
	Fields  []*Field // of a record; the members of a union
}

// Field is a field of a record.
type Field struct {
	Name, Type  *Text
	Wire, As    *Text // json: {name, as}
	Default     *Value
	Deprecated  *Text
	RenamedFrom []*Text
}

// Value is a value that is written out: a text, a list or a mapping. What it means depends on its type.
type Value struct {
	Text    *Text // nil if it is none
	Quoted  bool  // the text stands in quotes
	Items   []*Value
	Entries []ValueEntry
	IsList  bool
	IsMap   bool
	Span    source.Span // of the first line, where there are several
}

// ValueEntry is an entry of a mapping.
type ValueEntry struct {
	Key   *Text
	Value *Value
}

// Function is an entry of functions.
type Function struct {
	Name, Go *Text
	Pure     bool
}

// Source is an entry of sources.
type Source struct {
	Name, Topic     *Text
	Key, KeyField   *Text
	Value           *Text
	Format          Format
	EventTime       *Text
	Watermark       *Text // stream_time
	WatermarkFrom   *Text
	Lag, IdleAfter  *Duration
	MaxDrift        *Duration
	Tombstones      *Text // bad or skip
	OnError         *Text // fail or skip
	DeadLetter      *Text // its topic
	DeadLetterGiven bool  // also if its topic could not be read
}

// Format is a value's format and what belongs to it.
type Format struct {
	Name      *Text // json or csv
	CSV       *source.Span
	Columns   []*Text // nil if not given
	Delimiter *Text
	Nulls     []*Text // nil if not given
}

// Duration is a scalar that says how long.
type Duration struct {
	Value time.Duration
	Span  source.Span
}

// Fragment is an entry of fragments.
type Fragment struct {
	Name, Input, Key *Text
	Params           []*Entry // Expr is the type
	Steps            []*Step
	Span             source.Span // of all that stands under the name
}

// Step is an entry of steps. One that uses a fragment has a name, Use, From and With, and nothing else.
type Step struct {
	Use  *Text
	With []*Entry // the parameters of the fragment and their values

	Name, From    *Text
	Merge         []*Text
	Where, Having *Text
	Let, Unnest   []*Entry // of Unnest one is allowed
	Select, Set   []*Entry
	Drop          []*Text
	Rename        []*Entry // Expr is the field that gets the name
	Log           *Text    // the line
	LogLevel      *Text    // nil: info
	EventTime     *Text
	Key           *Text
	Split         []*Entry
	Default       *Text // the name of the branch of all others
	GroupBy       []*Entry
	Aggregate     []*Entry
	PreAggregate  *Text // pre_aggregate: true, or nil
	Window        *Window
	Emit          *Emit
	Process       *Text
	State         []*State
	Timers        []*Text
	Output        *Text
	Outputs       []*Entry
	Dedup         *Dedup
	Changes       *Changes
	Fold          *Fold
	Delay         *Delay
	Top           *Top
	// Clauses are the places of the keys that were written.
	Clauses map[string]source.Span

	node *node // what it was made of
}

// Map is the step as it would be if each of its scalars were what f makes of it. Keys, and so names, stay.
func (s *Step) Map(f func(*Text) *Text) *Step { return builder{}.step(s.Name, s.node.mapped(f)) }

// State is an entry of a step's state.
type State struct {
	Name             *Text
	Value, List, Map *Text // one of them
	Key              *Text // of a map
	TTL              *Duration
	Unbounded        bool
}

// Window is a step's window.
type Window struct {
	Span                          source.Span // of what stands under window
	Tumbling, Hopping, Cumulative *Duration   // one of them, or of the next line
	Sizes                         []*Duration // where tumbling or hopping is a list, of which that has the first
	Sliding, Session              *Duration
	Gap                           *Text // of sessions
	Global                        *Global
	Count                         *Count
	Start, End                    *Text // of custom windows: both, or nil
	Divided                       *Divided
	Every, Offset, Max            *Duration
	Zone                          *Text
	Lateness                      *Duration
	LateTo                        *Text
}

// Global is what stands under a window's global.
type Global struct {
	Span      source.Span
	TTL       *Duration
	Unbounded *Text // true, or nil
}

// Divided is what stands under a window's custom that has split.
type Divided struct {
	Span      source.Span
	Split     *Text
	TTL       *Duration
	Unbounded *Text // true, or nil
}

// Count is what stands under a window's count.
type Count struct {
	Span      source.Span
	Size      *Text // a whole number
	Every     *Text // another one, or nil
	TTL       *Duration
	Unbounded *Text // true, or nil
}

// Emit is what stands under a step's emit.
type Emit struct {
	Span  source.Span
	Kind  string    // final, updates or early_and_final
	Every *Duration // how often there are updates
	Of    *Text     // which time every is of: event_time or processing_time; nil: event_time
	Count *Text     // or after how many records
	Only  *Text     // changes_only: true, or nil

	Retractions *Text // retractions: true, or nil
	Corrections *Text // corrections: true, or nil
	// Tombstones is true, or nil.
	Tombstones *Text
}

// Dedup is what stands under a step's dedup.
type Dedup struct {
	Span      source.Span
	Keep      *Text // nil: first
	TTL       *Duration
	Unbounded *Text // true, or nil
}

// Changes is what stands under a step's changes.
type Changes struct {
	Span      source.Span
	TTL       *Duration
	Unbounded *Text // true, or nil
}

// Fold is what stands under a step's fold.
type Fold struct {
	Span      source.Span
	State     []*FoldState
	Timers    []*FoldTimer
	TTL       *Duration
	Unbounded *Text // true, or nil
}

// FoldState is an entry of a fold's state.
type FoldState struct{ Name, Init, Step *Text }

// FoldTimer is an entry of a fold's timers.
type FoldTimer struct {
	Name          *Text
	After         *Duration // or At
	At, When      *Text
	Of            *Text // event_time or processing_time; nil: event_time
	Fixed, Forget *Text // true, or nil
}

// Delay is what stands under a step's delay.
type Delay struct {
	Span  source.Span
	By    *Duration // this or Until
	Until *Text
	Of    *Text // event_time or processing_time; nil: event_time
}

// Top is what stands under a step's top.
type Top struct {
	Span       source.Span
	N          *Text // a whole number
	By         *Text
	Order      *Text // descending or ascending; nil: descending
	ID, Remove *Text
	TTL        *Duration
	Unbounded  *Text // true, or nil
}

// Entry is a name and an expression.
type Entry struct {
	Name, Expr *Text
}

// Sink is an entry of sinks.
type Sink struct {
	Name, From, Topic *Text
	Format            Format
	Tombstone         *Text
	Headers           []*Entry
	Topics            []*Entry // in place of Topic: values and topics
	By                *Text
}

// Parse reads a spec. The diagnostics are unsorted; the tree is nil if the file is no YAML, and else holds what was fit to be
// read, so that later phases can report their own problems along with those of this one.
func Parse(file *source.File) (*Spec, diag.List) {
	var diags diag.List
	r := &reader{file: file, diags: &diags}
	root := r.read()
	if root == nil {
		return nil, diags
	}
	c := &checker{diags: &diags}
	at := firstLine(root.span)
	if len(root.pairs) > 0 {
		at = root.pairs[0].key.span
	}
	c.check(root, Language, at, "the spec")
	b := builder{}
	return b.spec(root, file), diags
}

// ParseImported reads of a file what another one imports: its imports, types and fragments. It may hold nothing else, or be a spec itself, whose
// other sections are not looked at.
func ParseImported(file *source.File) (*Spec, diag.List) {
	var diags diag.List
	r := &reader{file: file, diags: &diags}
	root := r.read()
	if root == nil {
		return nil, diags
	}
	read := *root
	read.pairs = nil
	for _, p := range root.pairs {
		if k := p.key.text.Value; TypesFile.key(k) != nil || Language.key(k) == nil {
			read.pairs = append(read.pairs, p)
		}
	}
	at := firstLine(root.span)
	if len(root.pairs) > 0 {
		at = root.pairs[0].key.span
	}
	c := &checker{diags: &diags}
	c.check(&read, TypesFile, at, "the file")
	if read.get("types") == nil && read.get("fragments") == nil {
		c.report(missingEither(at, "the file", []string{"types", "fragments"}))
	}
	b := builder{}
	return b.spec(&read, file), diags
}

// builder makes the tree of nodes. It takes what is there and leaves the rest nil.
type builder struct{}

func (b builder) spec(n *node, file *source.File) *Spec {
	s := &Spec{File: file, Service: text(n.get("service")), Imports: texts(n.get("imports"))}
	each(n.get("types"), func(k *Text, v *node) {
		d := &TypeDecl{Name: k}
		if values := v.get("enum"); values != nil && values.kind == sequence {
			d.IsEnum, d.Values = true, texts(values)
		} else if v.kind == mapping && aliasShape.told(v) {
			d.IsAlias, d.Alias, d.Where = true, text(v.get("alias")), text(v.get("where"))
		} else if v.kind == mapping && unionShape.told(v) {
			d.IsUnion, d.Tag = true, text(v.get("json").get("tag"))
			each(v.get("union"), func(k *Text, v *node) { d.Fields = append(d.Fields, b.field(k, v)) })
		} else {
			each(v, func(k *Text, v *node) { d.Fields = append(d.Fields, b.field(k, v)) })
		}
		s.Types = append(s.Types, d)
	})
	each(n.get("functions"), func(k *Text, v *node) { s.Functions = append(s.Functions, b.function(k, v)) })
	each(n.get("sources"), func(k *Text, v *node) { s.Sources = append(s.Sources, b.source(k, v)) })
	each(n.get("fragments"), func(k *Text, v *node) { s.Fragments = append(s.Fragments, b.fragment(k, v)) })
	each(n.get("steps"), func(k *Text, v *node) { s.Steps = append(s.Steps, b.step(k, v)) })
	each(n.get("sinks"), func(k *Text, v *node) {
		s.Sinks = append(s.Sinks, &Sink{Name: k, From: text(v.get("from")), Topic: text(v.get("kafka").get("topic")), Format: b.format(v.get("value")),
			Tombstone: text(v.get("tombstone")), Headers: entries(v.get("headers")),
			Topics: entries(v.get("kafka").get("topics")), By: text(v.get("kafka").get("by"))})
	})
	return s
}

func (b builder) field(k *Text, v *node) *Field {
	json, before := v.get("json"), v.get("renamed_from")
	f := &Field{
		Name: k, Type: typeOf(v), Wire: text(json.get("name")), As: text(json.get("as")),
		Default: b.value(v.get("default")), Deprecated: text(v.get("deprecated")), RenamedFrom: texts(before),
	}
	if t := text(before); t != nil {
		f.RenamedFrom = []*Text{t}
	}
	return f
}

// value is a value that is written out, nil if nothing is.
func (b builder) value(n *node) *Value {
	if n == nil || n.kind == missing {
		return nil
	}
	v := &Value{Text: text(n), Quoted: n.quoted, IsList: n.kind == sequence, IsMap: n.kind == mapping, Span: firstLine(n.span)}
	if v.Text != nil {
		v.Span = v.Text.Span
	}
	for _, item := range n.items {
		if x := b.value(item); x != nil {
			v.Items = append(v.Items, x)
		}
	}
	each(n, func(k *Text, n *node) {
		if x := b.value(n); x != nil {
			v.Entries = append(v.Entries, ValueEntry{k, x})
		}
	})
	return v
}

// typeOf is a type that stands alone or under type.
func typeOf(v *node) *Text {
	if v != nil && v.kind == scalar {
		return text(v)
	}
	return text(v.get("type"))
}

func (b builder) function(k *Text, v *node) *Function {
	f := &Function{Name: k, Go: text(v)}
	if f.Go == nil {
		pure := text(v.get("pure"))
		f.Go, f.Pure = text(v.get("go")), pure != nil && pure.Value == "true"
	}
	return f
}

func (b builder) source(k *Text, v *node) *Source {
	key, value, watermark, onError := v.get("key"), v.get("value"), v.get("watermark"), v.get("on_error")
	return &Source{
		Name: k, Topic: text(v.get("kafka").get("topic")), Key: typeOf(key), KeyField: text(key.get("field")),
		Value: typeOf(value), Format: b.format(value), EventTime: text(v.get("event_time")),
		Watermark: text(watermark), WatermarkFrom: text(watermark.get("from")), Lag: duration(watermark.get("lag")), IdleAfter: duration(watermark.get("idle_after")), MaxDrift: duration(watermark.get("max_drift")),
		Tombstones: text(v.get("tombstones")), OnError: text(onError), DeadLetter: text(onError.get("dead_letter")), DeadLetterGiven: onError.get("dead_letter") != nil,
	}
}

func (b builder) format(v *node) Format {
	f := Format{Name: text(v.get("format"))}
	if csv := v.get("csv"); csv != nil {
		f.CSV = &csv.span
		f.Columns, f.Delimiter, f.Nulls = texts(csv.get("columns")), text(csv.get("delimiter")), texts(csv.get("null"))
	}
	return f
}

func (b builder) fragment(k *Text, v *node) *Fragment {
	f := &Fragment{Name: k, Input: typeOf(v.get("input")), Key: text(v.get("input").get("key")), Params: entries(v.get("params")), Span: v.span}
	each(v.get("steps"), func(k *Text, v *node) { f.Steps = append(f.Steps, b.step(k, v)) })
	return f
}

func (b builder) step(k *Text, v *node) *Step {
	if v != nil && v.kind == mapping && useShape.told(v) {
		return &Step{Name: k, Use: text(v.get("use")), From: text(v.get("from")), With: entries(v.get("with")), node: v}
	}
	s := &Step{
		Name: k, From: text(v.get("from")), Merge: texts(v.get("merge")), Where: text(v.get("where")), Having: text(v.get("having")), Emit: emit(v.get("emit")),
		Let: entries(v.get("let")), Unnest: entries(v.get("unnest")),
		Select: entries(v.get("select")), Set: entries(v.get("set")), Drop: texts(v.get("drop")), Rename: entries(v.get("rename")),
		Log: text(v.get("log")), EventTime: text(v.get("event_time")), Key: text(v.get("key")), Split: entries(v.get("split")), Default: text(v.get("default")),
		GroupBy: entries(v.get("group_by")), Aggregate: entries(v.get("aggregate")), PreAggregate: yes(v.get("pre_aggregate")),
		Process: text(v.get("process")), Timers: texts(v.get("timers")), Output: text(v.get("output")), Outputs: entries(v.get("outputs")),
		Clauses: map[string]source.Span{}, node: v,
	}
	if l := v.get("log"); l != nil && l.kind == mapping {
		s.Log, s.LogLevel = text(l.get("line")), text(l.get("level"))
	}
	if v != nil {
		for _, p := range v.pairs {
			s.Clauses[p.key.text.Value] = p.key.span
		}
	}
	each(v.get("state"), func(k *Text, v *node) {
		unbounded := text(v.get("unbounded"))
		s.State = append(s.State, &State{
			Name: k, Value: text(v.get("value")), List: text(v.get("list")), Map: text(v.get("map")), Key: text(v.get("key")), TTL: duration(v.get("ttl")), Unbounded: unbounded != nil && unbounded.Value == "true",
		})
	})
	if w := v.get("window"); w != nil && w.kind == mapping {
		all := sizes(w)
		s.Window = &Window{
			Span: w.span, Tumbling: size(w.get("tumbling"), all), Hopping: size(w.get("hopping"), all), Sizes: all, Cumulative: duration(w.get("cumulative")), Sliding: duration(w.get("sliding")),
			Every: duration(w.get("every")), Offset: duration(w.get("offset")), Max: duration(w.get("max")), Zone: text(w.get("time_zone")),
			Lateness: duration(w.get("allowed_lateness")), LateTo: text(w.get("late_to")),
		}
		if x := w.get("session"); x != nil && x.kind == mapping {
			s.Window.Gap = text(x.get("gap"))
		} else {
			s.Window.Session = duration(x)
		}
		if x := w.get("global"); x != nil && x.kind == mapping {
			s.Window.Global = &Global{Span: x.span, TTL: duration(x.get("ttl")), Unbounded: yes(x.get("unbounded"))}
		}
		if x := w.get("custom"); x != nil && x.kind == mapping {
			s.Window.Start, s.Window.End = text(x.get("start")), text(x.get("end"))
			if x.get("split") != nil {
				s.Window.Divided = &Divided{Span: x.span, Split: text(x.get("split")), TTL: duration(x.get("ttl")), Unbounded: yes(x.get("unbounded"))}
			}
		}
		if x := w.get("count"); x != nil && x.kind == mapping {
			s.Window.Count = &Count{Span: x.span, Size: text(x.get("size")), Every: text(x.get("every")), TTL: duration(x.get("ttl")), Unbounded: yes(x.get("unbounded"))}
		}
	}
	if d := v.get("dedup"); d != nil && d.kind == mapping {
		s.Dedup = &Dedup{Span: d.span, Keep: text(d.get("keep")), TTL: duration(d.get("ttl")), Unbounded: yes(d.get("unbounded"))}
	}
	if ch := v.get("changes"); ch != nil && ch.kind == mapping {
		s.Changes = &Changes{Span: ch.span, TTL: duration(ch.get("ttl")), Unbounded: yes(ch.get("unbounded"))}
	}
	if f := v.get("fold"); f != nil && f.kind == mapping {
		s.Fold = &Fold{Span: f.span, TTL: duration(f.get("ttl")), Unbounded: yes(f.get("unbounded"))}
		each(f.get("state"), func(k *Text, v *node) {
			s.Fold.State = append(s.Fold.State, &FoldState{Name: k, Init: text(v.get("init")), Step: text(v.get("step"))})
		})
		each(f.get("timers"), func(k *Text, v *node) {
			s.Fold.Timers = append(s.Fold.Timers, &FoldTimer{
				Name: k, After: duration(v.get("after")), At: text(v.get("at")), When: text(v.get("when")), Of: text(v.get("of")), Fixed: yes(v.get("fixed")), Forget: yes(v.get("forget")),
			})
		})
	}
	if d := v.get("delay"); d != nil {
		s.Delay = &Delay{Span: d.span, By: duration(d)}
		if d.kind == mapping {
			s.Delay.By, s.Delay.Until, s.Delay.Of = duration(d.get("by")), text(d.get("until")), text(d.get("of"))
		}
	}
	if x := v.get("top"); x != nil && x.kind == mapping {
		s.Top = &Top{
			Span: x.span, N: text(x.get("n")), By: text(x.get("by")), Order: text(x.get("order")), ID: text(x.get("id")), Remove: text(x.get("remove")),
			TTL: duration(x.get("ttl")), Unbounded: yes(x.get("unbounded")),
		}
	}
	return s
}

// yes is a scalar that says true, nil if it does not.
func yes(n *node) *Text {
	if t := text(n); t != nil && t.Value == "true" {
		return t
	}
	return nil
}

// Inputs are the streams that the step names: under from or merge.
func (s *Step) Inputs() []*Text {
	if s.From != nil {
		return []*Text{s.From}
	}
	return s.Merge
}

func each(n *node, f func(k *Text, v *node)) {
	if n == nil {
		return
	}
	for _, p := range n.pairs {
		f(&p.key.text, p.value)
	}
}

func entries(n *node) []*Entry {
	var es []*Entry
	each(n, func(k *Text, v *node) { es = append(es, &Entry{Name: k, Expr: text(v)}) })
	return es
}

// text of a scalar; nil if it is empty or none.
func text(n *node) *Text {
	if n == nil || n.kind != scalar {
		return nil
	}
	return &n.text
}

func texts(n *node) []*Text {
	if n == nil {
		return nil
	}
	var ts []*Text
	for _, item := range n.items {
		if t := text(item); t != nil {
			ts = append(ts, t)
		}
	}
	return ts
}

// emit reads a kind of emission, alone or with how often there are updates.
func emit(n *node) *Emit {
	if n == nil || n.kind != mapping {
		if t := text(n); t != nil {
			return &Emit{Span: t.Span, Kind: t.Value}
		}
		return nil
	}
	e := &Emit{Span: n.span}
	for _, p := range n.pairs {
		e.Kind = p.key.text.Value
		if p.value != nil && p.value.kind == mapping {
			e.Tombstones, e.Retractions = yes(p.value.get("tombstones")), yes(p.value.get("retractions"))
			e.Of, e.Corrections = text(p.value.get("of")), yes(p.value.get("corrections"))
			e.Every, e.Count, e.Only = duration(p.value.get("every")), text(p.value.get("count")), yes(p.value.get("changes_only"))
		}
	}
	return e
}

// sizes are those of windows for which a list says several; nil if one of them is no duration, which was reported.
func sizes(w *node) (ds []*Duration) {
	for _, key := range []string{"tumbling", "hopping"} {
		n := w.get(key)
		if n == nil || n.kind != sequence {
			continue
		}
		for _, item := range n.items {
			d := duration(item)
			if d == nil {
				return nil
			}
			ds = append(ds, d)
		}
	}
	return ds
}

// size is the windows' size, of several the first one.
func size(n *node, sizes []*Duration) *Duration {
	switch {
	case n == nil || n.kind != sequence:
		return duration(n)
	case len(sizes) == 0:
		return nil
	}
	return sizes[0]
}

func duration(n *node) *Duration {
	t := text(n)
	if t == nil {
		return nil
	}
	d, err := ParseDuration(t.Value)
	if err != nil {
		return nil
	}
	return &Duration{Value: d, Span: t.Span}
}
