package emitgo

import (
	"fmt"
	"hash/fnv"
	"strings"

	"github.com/weirstream/weir/gen/printer"
	"github.com/weirstream/weir/spec/check"
	"github.com/weirstream/weir/spec/naming"
	"github.com/weirstream/weir/spec/types"
)

// repartition prints the end of a step's first half: its group becomes the key of a record in the repartition topic.
func (g *generator) repartition(f *printer.File, c *scope, st *check.Step) error {
	groups, err := g.groupValues(f, c, st)
	if err != nil {
		return err
	}
	out := c.sub.Output(planRepartition, st.Name)
	payload := g.pl.Payload(st)
	value := c.row
	if payload != st.Row && !types.Equal(payload, st.Row) {
		f.F("in := %s{", g.typeName(payload))
		for _, fd := range payload.Fields {
			v := c.row + "." + fieldName(fd)
			if st.Row.Field(fd.Name) == nil { // a value of let
				v = c.locals[fd.Name]
			}
			f.F("%s: %s,", fieldName(fd), v)
		}
		f.P("}")
		value = "in"
	}
	f.P("b := t.Out.Begin()")
	f.P("k := len(b)")
	g.appendKey(f, st, "b", groups)
	f.P("v := len(b)")
	f.F("b = %s.appendState(b)", value)
	f.F("t.Out.Send(%s, b, k, v, at)", outputConst(c.sub, out.Index))
	f.P("return nil")
	return nil
}

// groupValues prints the computation of the group's components and returns the Go expressions that hold them.
func (g *generator) groupValues(f *printer.File, c *scope, st *check.Step) ([]string, error) {
	var values []string
	for _, gr := range st.GroupBy {
		v, err := g.value(f, c, st, "group_by "+gr.Name, gr.Name+"_group", gr.Expr)
		if err != nil {
			return nil, err
		}
		values = append(values, v)
	}
	return values, nil
}

// value prints what an expression needs and returns the Go expression of its value: a plain one where that is all it takes, else
// a variable.
func (g *generator) value(f *printer.File, c *scope, st *check.Step, clause, name string, e *check.Expr) (string, error) {
	c.prefix = g.steps[st].method + "Expr"
	code, err := c.compile(e, func(x string) string { return "return " + g.at(st, clause, e, x) })
	if err != nil {
		return "", err
	}
	g.codecs.pending = append(g.codecs.pending, code.Decls...)
	if code.CanFail {
		f.Import(module + "topology")
	}
	if code.Stmts == "" {
		return code.Typed, nil
	}
	v := naming.Local(name)
	f.F("var %s %s // %s: %s", v, g.goType(f, e.Type), clause, oneLine(e.Text))
	f.P("{")
	f.P(code.Stmts)
	f.P(v, " = ", code.Value)
	f.P("}")
	return v, nil
}

// addToWindow prints the end of a step that needs no repartitioning: the record goes into its window.
func (g *generator) addToWindow(f *printer.File, c *scope, st *check.Step, row string) error {
	values, err := g.groupValues(f, c, st)
	if err != nil {
		return err
	}
	f.P("group := t.group[:0]")
	g.appendKey(f, st, "group", values)
	f.P("t.group = group")
	return g.fold(f, c, st, row)
}

// fold prints: find the record's window and add the record to its group there. The group's key is in the variable group.
func (g *generator) fold(f *printer.File, c *scope, st *check.Step, row string) error {
	f.Import(module+"window", module+"topology")
	n := g.steps[st]
	size := st.Window.Size.Milliseconds()
	f.F("start := window.StartOf(at, %s)", grouped(size))
	if !st.From.Windowed || st.Repartition {
		f.F("if t.%s.Late(start, t.Clock.Now()) {", storeField(n))
		f.P("t.Stats.Late++")
		if st.Late != nil && g.pl.Live(st.Late) {
			arg := row
			if row == "row" {
				arg = "&row"
			}
			if st.Repartition && g.pl.Payload(st) != st.Row {
				arg = g.rowOfPayload(f, st)
			}
			g.handOn(f, st.Late, arg)
		} else {
			f.P("return nil")
		}
		f.P("}")
	} else {
		f.P("// Results come before the watermark that closes their window, so none of them is late.")
	}
	args := make([]string, len(st.Aggregate))
	for i, a := range st.Aggregate {
		if a.Arg == nil {
			continue
		}
		v, err := g.value(f, c, st, "aggregate "+a.Name, a.Name+"_of", a.Arg)
		if err != nil {
			return err
		}
		args[i] = v
	}
	f.F("a, fresh, err := t.%s.Upsert(start, group)", storeField(n))
	f.P("if err != nil {")
	f.P("return topology.Fatal(err)")
	f.P("}")
	f.P("if fresh {")
	for i, a := range st.Aggregate {
		f.P(g.first(f, a, args[i]))
	}
	f.P("return nil")
	f.P("}")
	g.foldChecked(f, st, args)
	for i, a := range st.Aggregate {
		if !checkedSum(a) {
			f.P(g.next(f, a, args[i]))
		}
	}
	for _, a := range st.Aggregate {
		if checkedSum(a) {
			f.F("a.%s = %s", stateField(a), naming.Local(a.Name+"_sum"))
		}
	}
	f.P("return nil")
	return nil
}

// rowOfPayload prints the step's record as it was before its repartition topic, without the values of let that came along.
func (g *generator) rowOfPayload(f *printer.File, st *check.Step) string {
	f.F("late := %s{", g.typeName(st.Row))
	for _, fd := range g.pl.Payload(st).Fields {
		if st.Row.Field(fd.Name) != nil {
			f.F("%s: r.%s,", fieldName(fd), fieldName(fd))
		}
	}
	f.P("}")
	return "&late"
}

// foldChecked prints the sums that can overflow, those behind means of decimals included, before anything is changed: a record that
// fails leaves the window as it was.
func (g *generator) foldChecked(f *printer.File, st *check.Step, args []string) {
	for i, a := range st.Aggregate {
		if !checkedSum(a) {
			continue
		}
		switch {
		case a.Func == check.Avg:
			f.F("%s, err := a.%s.Plus(%s)", naming.Local(a.Name+"_sum"), stateField(a), args[i])
		case a.Type.Kind == types.Decimal:
			f.Import(module + "dec")
			f.F("%s, err := dec.Add(a.%s, %s)", naming.Local(a.Name+"_sum"), stateField(a), args[i])
		default:
			f.Import(module + "cel")
			fn := map[types.Kind]string{types.Int: "AddInt", types.Uint: "AddUint", types.Duration: "AddDuration"}[a.Type.Kind]
			f.F("%s, err := cel.%s(a.%s, %s)", naming.Local(a.Name+"_sum"), fn, stateField(a), args[i])
		}
		f.P("if err != nil {")
		f.P("return ", g.at(st, "aggregate "+a.Name, a.Arg, "err"))
		f.P("}")
	}
}

func checkedSum(a *check.Aggregate) bool {
	return a.Func == check.Sum && a.Type.Kind != types.Double || a.Func == check.Avg && a.Type.Kind == types.Decimal
}

// first prints the state of an aggregate after one record.
func (g *generator) first(f *printer.File, a *check.Aggregate, arg string) string {
	field := "a." + stateField(a)
	switch a.Func {
	case check.Count:
		return field + " = 1"
	case check.Avg:
		if a.Type.Kind == types.Decimal {
			return field + " = aggregate.MeanOf(" + arg + ")"
		}
		return field + ".Add(" + arg + ")"
	case check.Sum:
		return field + " = " + arg
	}
	return field + " = " + g.keep(f, a.Type, arg)
}

// next prints how a further record changes the state of an aggregate.
func (g *generator) next(f *printer.File, a *check.Aggregate, arg string) string {
	field := "a." + stateField(a)
	switch a.Func {
	case check.Count:
		return field + "++"
	case check.Avg:
		return field + ".Add(" + arg + ")"
	case check.Sum:
		return field + " += " + arg
	}
	fn, op := "min", "<"
	if a.Func == check.Max {
		fn, op = "max", ">"
	}
	var cond string
	switch a.Type.Kind {
	case types.Int, types.Uint, types.Double, types.Duration, types.Date, types.TimeOfDay:
		return fmt.Sprintf("%s = %s(%s, %s)", field, fn, field, arg)
	case types.Decimal:
		f.Import(module + "dec")
		cond = fmt.Sprintf("dec.Compare(%s, %s) %s 0", arg, field, op)
	case types.String:
		cond = fmt.Sprintf("%s %s %s", arg, op, field)
	case types.Bool:
		if a.Func == check.Max {
			return fmt.Sprintf("%s = %s || %s", field, field, arg)
		}
		return fmt.Sprintf("%s = %s && %s", field, field, arg)
	case types.Bytes:
		f.Import("bytes")
		cond = fmt.Sprintf("bytes.Compare(%s, %s) %s 0", arg, field, op)
	case types.Timestamp:
		cond = fmt.Sprintf("%s.Compare(%s) %s 0", arg, field, op)
	}
	return fmt.Sprintf("if %s {\n%s = %s\n}", cond, field, g.keep(f, a.Type, arg))
}

// keep is arg as it may be held beyond the record that it came with.
func (g *generator) keep(f *printer.File, t *types.Type, arg string) string {
	switch t.Kind {
	case types.String:
		f.Import("strings")
		return "strings.Clone(" + arg + ")"
	case types.Bytes:
		f.Import("bytes")
		return "bytes.Clone(" + arg + ")"
	}
	return arg
}

// state prints the type that a step keeps per group and window, and its stored form.
func (g *generator) state(f *printer.File, st *check.Step) {
	name := stateType(g.steps[st])
	f.Import(module + "stateenc")
	f.P()
	f.F("// %s is what step %s keeps for each group and window.", name, st.Name)
	f.F("type %s struct {", name)
	for _, a := range st.Aggregate {
		f.F("%s %s // %s", stateField(a), g.stateGoType(f, a), aggregateText(a))
	}
	f.P("}")
	f.P()
	f.F("// append%s appends the stored form: the layout's fingerprint, then the fields in order.", naming.Exported(name))
	f.F("func append%s(b []byte, a *%s) []byte {", naming.Exported(name), name)
	f.F("b = stateenc.AppendHeader(b, %s)", layout(st))
	for _, a := range st.Aggregate {
		field := "a." + stateField(a)
		if a.Func == check.Avg {
			f.F("b = %s.Append(b)", field)
		} else {
			f.F("b = stateenc.Append%s(b, %s)", codecName[a.Type.Kind], field)
		}
	}
	f.P("return b")
	f.P("}")
	f.P()
	f.F("// decode%s reads the stored form.", naming.Exported(name))
	f.F("func decode%s(b []byte, a *%s) error {", naming.Exported(name), name)
	f.F("i := stateenc.Header(b, %s)", layout(st))
	for _, a := range st.Aggregate {
		field := "a." + stateField(a)
		if a.Func == check.Avg {
			f.F("i = %s.Decode(b, i)", field)
			continue
		}
		f.F("%s, i = stateenc.%s(b, i)", field, readerName(a.Type.Kind))
		if kept := g.keep(f, a.Type, field); kept != field {
			f.F("%s = %s", field, kept)
		}
	}
	f.P("return stateenc.Done(b, i)")
	f.P("}")
}

// layout is a fingerprint of the names and types of a step's aggregates, so that state written under others is noticed.
func layout(st *check.Step) string {
	h := fnv.New32a()
	for _, a := range st.Aggregate {
		fmt.Fprintf(h, "%s=%s:%s;", a.Name, a.Func, a.Type)
	}
	sum := h.Sum32()
	return fmt.Sprintf("%#04x", uint16(sum>>16)^uint16(sum))
}

func (g *generator) stateGoType(f *printer.File, a *check.Aggregate) string {
	if a.Func != check.Avg {
		return g.goType(f, a.Type)
	}
	f.Import(module + "aggregate")
	switch a.Arg.Type.Kind {
	case types.Int:
		return "aggregate.MeanInt"
	case types.Uint:
		return "aggregate.MeanUint"
	case types.Decimal:
		return "aggregate.MeanDecimal"
	}
	return "aggregate.MeanDouble"
}

// heapBytes prints the function that counts what a state holds outside itself, or returns "nil" where it holds nothing.
func (g *generator) heapBytes(st *check.Step) string {
	var parts []string
	for _, a := range st.Aggregate {
		if a.Func == check.Min || a.Func == check.Max {
			if k := a.Type.Kind; k == types.String || k == types.Bytes {
				parts = append(parts, "len(a."+stateField(a)+")")
			}
		}
	}
	if parts == nil {
		return ""
	}
	return fmt.Sprintf("func(a *%s) int { return %s }", stateType(g.steps[st]), strings.Join(parts, " + "))
}

func stateType(n stepNames) string         { return n.method + "State" }
func storeField(n stepNames) string        { return n.method + "Windows" }
func stateField(a *check.Aggregate) string { return naming.Exported(a.Name) }
func aggregateText(a *check.Aggregate) string {
	if a.Arg == nil {
		return a.Func.String() + "()"
	}
	return a.Func.String() + "(" + oneLine(a.Arg.Text) + ")"
}

func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

// grouped prints a number with underscores between thousands.
func grouped(n int64) string {
	s := fmt.Sprint(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "_" + s[i:]
	}
	return s
}
