package check

import (
	"cel.dev/cel-go/cel"

	"github.com/weirstream/weir/spec/source"
	"github.com/weirstream/weir/spec/types"
)

// Expr is a checked CEL expression.
type Expr struct {
	Text string // decoded: without YAML's quotes and escapes
	Span source.Span
	// Offsets maps byte offsets in Text (and its end) to byte offsets in the file: Offsets[i] is where byte i of Text
	// stands. It has len(Text)+1 entries.
	Offsets []int
	AST     *cel.Ast
	Type    *types.Type
	// Scope says what each free identifier of the expression means.
	Scope *Scope
}

// Scope is what an expression can see.
type Scope struct {
	Vars []Var
}

// VarKind says where a variable's value comes from.
type VarKind uint8

// The kinds of variables.
const (
	FieldVar          VarKind = iota + 1 // a field of the record
	KeyVar                               // `key`, the key of the source's record
	EventTimeVar                         // `event_time`
	ProcessingTimeVar                    // `processing_time`
	WindowStartVar                       // `window.start`
	WindowEndVar                         // `window.end`
	GroupKeyVar                          // a name under group_by (in having)
	AggregateVar                         // a name under aggregate (in having)
	ThisVar                              // `this`, the value that an alias's condition is about
	LetVar                               // a name under let
	ElementVar                           // the name under unnest
	HeadersVar                           // `headers`, those of the source's record
	TopicVar                             // `kafka.topic`, where the source's record was read
	PartitionVar                         // `kafka.partition`
	OffsetVar                            // `kafka.offset`
	FoldVar                              // the state of a fold, under the name that it has there
)

// Var is one variable.
type Var struct {
	Name string // as CEL spells it, e.g. "window.start"
	Kind VarKind
	Type *types.Type
	// Union is the union that the record is, for a FieldVar that is a member of it.
	Union *types.Type
}

// Lookup finds a variable by its CEL name.
func (s *Scope) Lookup(name string) (Var, bool) {
	for _, v := range s.Vars {
		if v.Name == name {
			return v, true
		}
	}
	return Var{}, false
}
