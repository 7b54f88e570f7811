package expr

import (
	"fmt"
	"slices"
	"strings"

	celast "cel.dev/cel-go/common/ast"
	celtypes "cel.dev/cel-go/common/types"

	"github.com/weirstream/weir/spec/celenv"
	"github.com/weirstream/weir/spec/types"
)

// GoFunc is a function of the user's, as generated code calls it.
type GoFunc struct {
	// Code is what stands in front of the arguments: risk.Score.
	Code string
	// Import is the path of its package and Name what generated code calls that; Import is empty for a function of the generated
	// package itself.
	Import, Name string
	// Pointers tells of each parameter whether Go has a pointer there, Pointer of the result.
	Pointers []bool
	Pointer  bool
	Fails    bool // it returns an error as well
	// Pure calls may be left out and moved. Others happen once for each time that the expression gets there, in the order in which
	// they are written.
	Pure bool
}

// goCall calls a function of the user's. What it is given is its own to keep, unless it is pure and therefore keeps nothing:
// decoded values share memory with the record in hand.
func (c *compiler) goCall(name string, t *types.Type, operands []celast.Expr, args []value, b *block) value {
	f, ok := c.o.Functions[name]
	if !ok {
		c.failf("nothing is known of the Go function %s", name)
	}
	if f.Import != "" {
		c.goImports[f.Import] = f.Name
	}
	var codes []string
	for i, a := range args {
		if !f.Pure && a.lit == nil && shares(a.typ) && !c.fresh(operands[i]) {
			a = c.copyOf(a)
		}
		switch {
		case f.Pointers[i] && a.typ.Kind == types.Record:
			a.cheap = false // another variable, so that the function can't change the record in hand
			a = c.keep(b, a)
			a.code = "&" + a.code
		case f.Pointers[i]:
			c.use(celPath)
			a.code = "cel.Pointer(" + a.code + ")"
		}
		codes = append(codes, a.code)
	}
	code := f.Code + "(" + strings.Join(codes, ", ") + ")"
	v := value{code: code, prec: primaryPrec, typ: t}
	switch {
	case f.Fails:
		v = c.try(b, t, code)
	case !f.Pure:
		v = value{code: c.temp(), prec: primaryPrec, typ: t, cheap: true}
		b.add(v.code + " := " + code)
		c.calls[code] = true
	}
	if f.Pointer {
		c.use(celPath)
		v = call(t, "cel.FromPointer(%s)", v.code)
	}
	switch {
	case t.Kind == types.Timestamp:
		c.use(celPath)
		v = c.try(b, t, "cel.TimeFromGo("+v.code+")")
	case t.Kind == types.Date || t.Kind == types.TimeOfDay:
		v = c.try(b, t, v.at(primaryPrec)+".InRange()")
	case limited(t):
		v = c.keep(b, v)
		b.add("if err := " + c.checkFunc(t) + "(" + v.code + "); err != nil {")
		b.leave("err", 1)
		b.add("}")
	}
	return v
}

// limited tells whether Go values of t can be ones that expressions do not know.
func limited(t *types.Type) bool {
	switch t.Kind {
	case types.Timestamp, types.Date, types.TimeOfDay, types.Enum:
		return true
	case types.List, types.Map, types.Optional:
		return limited(t.Elem)
	case types.Record:
		return t.Union || slices.ContainsFunc(t.Fields, func(f *types.Field) bool { return limited(f.Type) })
	}
	return false
}

// checkFunc names a Go function that looks into a limited value.
func (c *compiler) checkFunc(t *types.Type) string {
	const check = "if err := %s(%s); err != nil {\n\t\treturn err\n\t}"
	body := ""
	switch t.Kind {
	case types.Timestamp:
		c.use(celPath)
		return "cel.CheckTime"
	case types.Date, types.TimeOfDay:
		body = "_, err := v.InRange()\n\treturn err"
	case types.Enum:
		c.use(celPath)
		body = "if v.String() == \"\" {\n\t\treturn cel.ErrNotInEnum\n\t}\n\treturn nil"
	case types.Optional:
		body = "if !v.Valid {\n\t\treturn nil\n\t}\n\treturn " + c.checkFunc(t.Elem) + "(v.Value)"
	case types.List, types.Map:
		body = "for _, x := range v {\n\t" + fmt.Sprintf(check, c.checkFunc(t.Elem), "x") + "\n\t}\n\treturn nil"
	case types.Record:
		for _, f := range t.Fields {
			if limited(f.Type) {
				body += fmt.Sprintf(check, c.checkFunc(f.Type), "v."+c.o.FieldName(f)) + "\n\t"
			}
		}
		if !t.Union {
			body += "return nil"
			break
		}
		c.use(celPath)
		var members []string
		for _, f := range t.Fields {
			members = append(members, "v."+c.o.FieldName(f)+".Valid")
		}
		body += "return cel.CheckUnion(" + strings.Join(members, ", ") + ")"
	}
	gt := c.goType(t)
	return c.decl("check"+c.typeIdent(t), func(name string) string {
		return fmt.Sprintf("// %s is an error if expressions can't have what a Go function returned.\nfunc %s(v %s) error {\n\t%s\n}", name, name, gt, body)
	})
}

// fresh tells whether nothing else has the memory of e's value, which was made for it.
func (c *compiler) fresh(e celast.Expr) bool {
	if c.repeated(e) {
		return false
	}
	if t := c.typeOf(e); e.Kind() == celast.ListKind || e.Kind() == celast.MapKind {
		return !shares(t.Elem) && (t.Key == nil || !shares(t.Key))
	}
	ids := c.ast.GetOverloadIDs(e.ID())
	if e.Kind() != celast.CallKind || len(ids) != 1 {
		return false
	}
	switch ids[0] {
	case "int64_to_string", "uint64_to_string", "double_to_string", "timestamp_to_string", "duration_to_string", "bytes_to_string", "string_to_bytes", "json_value":
		return true
	case "add_string": // Go gives one operand itself if the other is empty
		return slices.ContainsFunc(children(e), func(x celast.Expr) bool {
			return x.Kind() == celast.LiteralKind && x.AsLiteral() != celtypes.String("")
		})
	}
	return false
}

// inlineLast puts a call of the user's that is the last statement where its value is, if that is all that there is.
func (c *compiler) inlineLast(code *Code) {
	before, last := "", code.Stmts
	if i := strings.LastIndexByte(last, '\n'); i >= 0 {
		before, last = last[:i], last[i+1:]
	}
	name, callCode, ok := strings.Cut(last, " := ")
	if !ok || !c.calls[callCode] {
		return
	}
	switch code.Value {
	case name:
		code.Value = callCode
	case "cel.FromPointer(" + name + ")":
		code.Value = "cel.FromPointer(" + callCode + ")"
	default:
		return
	}
	code.Stmts, code.Typed = before, code.Value
}

// acts tells whether e calls a function of the user's that is not pure.
func (c *compiler) acts(e celast.Expr) bool {
	found := false
	celast.PreOrderVisit(e, celast.NewExprVisitor(func(x celast.Expr) {
		for _, id := range c.ast.GetOverloadIDs(x.ID()) {
			name, ok := celenv.UserFunc(id)
			found = found || ok && !c.o.Functions[name].Pure
		}
	}))
	return found
}

// shares tells whether values of t may share memory with the record that they come from.
func shares(t *types.Type) bool {
	switch t.Kind {
	case types.String, types.Bytes, types.List, types.Map:
		return true
	case types.Optional:
		return shares(t.Elem)
	case types.Record:
		for _, f := range t.Fields {
			if shares(f.Type) {
				return true
			}
		}
	}
	return false
}

// copyOf is a value that shares no memory with v.
func (c *compiler) copyOf(v value) value {
	switch v.typ.Kind {
	case types.String:
		c.use("strings")
		return call(v.typ, "strings.Clone(%s)", v.code)
	case types.Bytes:
		c.use("bytes")
		return call(v.typ, "bytes.Clone(%s)", v.code)
	case types.List:
		if !shares(v.typ.Elem) {
			c.use("slices")
			return call(v.typ, "slices.Clone(%s)", v.code)
		}
	case types.Map:
		if !shares(v.typ.Key) && !shares(v.typ.Elem) {
			c.use("maps")
			return call(v.typ, "maps.Clone(%s)", v.code)
		}
	}
	return call(v.typ, "%s(%s)", c.copyFunc(v.typ), v.code)
}

// copyFunc names a Go function that copies a value deeply.
func (c *compiler) copyFunc(t *types.Type) string {
	part := func(code string, t *types.Type) string {
		v := value{code: code, prec: primaryPrec, typ: t}
		if shares(t) {
			v = c.copyOf(v)
		}
		return v.code
	}
	var body []string
	switch t.Kind {
	case types.Optional:
		body = []string{"v.Value = " + part("v.Value", t.Elem), "return v"}
	case types.Record:
		for _, f := range t.Fields {
			if shares(f.Type) {
				field := "v." + c.o.FieldName(f)
				body = append(body, field+" = "+part(field, f.Type))
			}
		}
		body = append(body, "return v")
	case types.List:
		c.use("slices")
		body = []string{"v = slices.Clone(v)", "for i := range v {", "\tv[i] = " + part("v[i]", t.Elem), "}", "return v"}
	case types.Map:
		body = []string{"m := make(" + c.goType(t) + ", len(v))", "for k, x := range v {", "\tm[" + part("k", t.Key) + "] = " + part("x", t.Elem), "}", "return m"}
	}
	gt := c.goType(t)
	return c.decl("copy"+c.typeIdent(t), func(name string) string {
		return fmt.Sprintf("// %s copies values for a Go function that may keep them.\nfunc %s(v %s) %s {\n\t%s\n}", name, name, gt, gt, strings.Join(body, "\n\t"))
	})
}
