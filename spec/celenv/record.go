package celenv

import (
	"fmt"
	"slices"
	"strings"

	celast "cel.dev/cel-go/common/ast"

	"github.com/weirstream/weir/spec/types"
)

// A record literal has a value for each field that is not optional. An optional field is given a value like any other, f: x, or
// an optional, ?f: o, or is left out and then absent. To the checker its type is an optional either way, so before the check
// f: x becomes f: optional.of(x), and ?f: o becomes f: o.

// prepareRecords changes the record literals of a parsed expression in place.
func (e *Env) prepareRecords(parsed *celast.AST, s *spans) {
	f := celast.NewExprFactory()
	next := int64(0)
	for id := range parsed.IDs() {
		next = max(next, id)
	}
	celast.PostOrderVisit(parsed.Expr(), celast.NewExprVisitor(func(x celast.Expr) {
		if x.Kind() != celast.StructKind {
			return
		}
		t := e.named[strings.TrimPrefix(x.AsStruct().TypeName(), ".")]
		if t == nil || t.Kind != types.Record {
			return
		}
		var fields []celast.EntryExpr
		for _, entry := range x.AsStruct().Fields() {
			in := entry.AsStructField()
			field := t.Field(in.Name())
			if field == nil || field.Type.Kind != types.Optional {
				fields = append(fields, entry)
				continue
			}
			v := in.Value()
			if !in.IsOptional() {
				next++
				s.byID[next] = s.of(v.ID())
				v = f.NewCall(next, "optional.of", v)
			}
			fields = append(fields, f.NewStructField(entry.ID(), in.Name(), v, false))
		}
		x.SetKindCase(f.NewStruct(x.ID(), x.AsStruct().TypeName(), fields))
	}))
}

// record checks that a record literal has what it must have, once.
func (w *refuser) record(e celast.Expr) {
	t, ok := w.env.TypeOf(w.ast.GetType(e.ID()))
	if !ok || t.Kind != types.Record {
		w.add(w.issue(e.ID(), Unsupported, "there is no record %s", e.AsStruct().TypeName()))
		return
	}
	var given []string
	for _, x := range e.AsStruct().Fields() {
		f := x.AsStructField()
		if slices.Contains(given, f.Name()) {
			w.add(w.issue(f.Value().ID(), Type, "field %s is given twice", f.Name()))
		}
		given = append(given, f.Name())
		if f.IsOptional() {
			is := w.issue(f.Value().ID(), Type, "field %s is not optional: it needs a value in any case", f.Name())
			is.Hint = "write " + f.Name() + ": with a value; .orValue(...) gives a default"
			w.add(is)
			continue
		}
		have, want := w.ast.GetType(f.Value().ID()), w.env.CELType(t.Field(f.Name()).Type)
		if _, ok := join(have, want); !ok {
			w.add(w.issue(f.Value().ID(), Type, "expected type '%s' but found '%s'", typeText(want), typeText(have)))
		}
	}
	if t.Union {
		w.union(e, t)
		return
	}
	var missing []string
	for _, f := range t.Fields {
		if f.Type.Kind != types.Optional && !slices.Contains(given, f.Name) {
			missing = append(missing, f.Name)
		}
	}
	if len(missing) > 0 {
		is := w.issue(e.ID(), Type, "%s needs a value for %s", t, strings.Join(missing, ", "))
		is.Hint = "only optional fields may be left out"
		w.add(is)
	}
}

// union checks that a literal of a union has one member. Which one it is must be known when the spec is compiled, so that it is
// one in any case.
func (w *refuser) union(e celast.Expr, t *types.Type) {
	fields := e.AsStruct().Fields()
	if len(fields) != 1 {
		is := w.issue(e.ID(), Type, "%s needs one member, not %d", t, len(fields))
		if len(fields) == 0 {
			is.Message = fmt.Sprintf("%s needs a member", t)
		}
		is.Hint = "the members are " + strings.Join(t.MemberNames(), ", ")
		w.add(is)
	}
	for _, f := range fields {
		if v := f.AsStructField().Value(); v.Kind() != celast.CallKind || v.AsCall().FunctionName() != "optional.of" || w.written(v) {
			is := w.issue(v.ID(), Type, "member %s needs a value in any case", f.AsStructField().Name())
			is.Hint = "write " + f.AsStructField().Name() + ": with a value; .orValue(...) gives a default"
			w.add(is)
		}
	}
}

// written tells whether a node stands in the text, and was not put in by prepareRecords.
func (w *refuser) written(e celast.Expr) bool { return find(w.parsed.Expr(), e.ID()) != nil }

// record pushes the types of the fields into literals without elements.
func (s *static) record(e celast.Expr) {
	t := s.env.named[s.ast.GetType(e.ID()).TypeName()]
	for _, x := range e.AsStruct().Fields() {
		f := x.AsStructField()
		s.typ(f.Value())
		if t != nil && t.Field(f.Name()) != nil {
			s.push(f.Value(), s.env.CELType(t.Field(f.Name()).Type))
		}
	}
}
