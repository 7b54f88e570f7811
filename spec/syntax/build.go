package syntax

import (
	"github.com/weirstream/weir/spec/diag"
	"github.com/weirstream/weir/spec/source"
)

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
