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

// Sink is an entry of sinks.
type Sink struct {
	Name, From, Topic *Text
	Format            Format
	Tombstone         *Text
	Headers           []*Entry
	Topics            []*Entry // in place of Topic: values and topics
	By                *Text
}
