package randspec

import (
	"fmt"
	"slices"
	"strings"

	"github.com/weirstream/weir/spec/types"
)

// env writes expressions over the records of a stream.
type env struct {
	g *gen
	// terms are expressions by the type of their value, total those that can't fail.
	terms map[string][]string
	total map[string][]string
	all   []term
	safe  bool // write only what can't fail
}

// term is an expression and its type.
type term struct {
	text string
	typ  *types.Type
}

func (g *gen) env(s *stream) *env {
	e := &env{g: g, terms: map[string][]string{}, total: map[string][]string{}, safe: s.updates || s.fail}
	for _, f := range s.typ.Fields {
		e.add(f.Name, f.Type, 0, true)
		e.all = append(e.all, term{f.Name, f.Type})
		if g.chance(10) {
			e.put(types.StringType, "json("+f.Name+")", true)
			if k := f.Type.Kind; (k == types.Record || k == types.Enum) && !f.Type.Derived {
				e.add(f.Type.Name+".parse_json(json("+f.Name+"))", f.Type, 1, false)
			}
		}
	}
	if s.key != nil {
		e.add("key", s.key, 0, true)
		e.all = append(e.all, term{"key", s.key})
	}
	if s.windowed {
		e.add("window.start", types.TimestampType, 0, true)
		e.add("window.end", types.TimestampType, 0, true)
	}
	e.add("event_time", types.TimestampType, 0, true)
	e.put(types.TimestampType, "processing_time", true)
	if s.direct {
		e.put(types.StringType, "kafka.topic", true)
		e.put(types.IntType, "kafka.partition", true)
		e.put(types.IntType, "kafka.offset", true)
	}
	return e
}

// termKey is what terms of a type are found under: expressions know one type of decimals.
func termKey(t *types.Type) string {
	if t.Kind == types.Decimal {
		return types.DecimalType.String()
	}
	return t.String()
}

func (e *env) put(t *types.Type, text string, total bool) {
	e.terms[termKey(t)] = append(e.terms[termKey(t)], text)
	if total {
		e.total[termKey(t)] = append(e.total[termKey(t)], text)
	}
}

// add adds a value and what can be reached from it.
func (e *env) add(text string, t *types.Type, depth int, total bool) {
	if depth > 2 {
		return
	}
	switch t.Kind {
	case types.Record:
		if t.Union {
			e.match(text, t, total)
		}
		for _, f := range t.Fields {
			e.add(text+"."+f.Name, f.Type, depth+1, total)
		}
	case types.List:
		e.put(types.IntType, text+".size()", total)
		e.add(text+"[0]", t.Elem, depth+1, false)
		if t.Elem.Keyable() && t.Elem.Kind != types.Double {
			e.put(types.BoolType, "("+e.literal(t.Elem)+" in "+text+")", total)
			e.put(types.BoolType, fmt.Sprintf("%s.exists(x, x == %s)", text, e.literal(t.Elem)), total)
		}
		if t.Elem.Kind == types.Record && !t.Elem.Union {
			f := t.Elem.Fields[0]
			e.put(types.BoolType, fmt.Sprintf("%s.all(i, i.%s != %s)", text, f.Name, e.literal(f.Type)), total)
			e.put(types.BoolType, fmt.Sprintf("%s.exists_one(x, x.%s == %s)", text, f.Name, e.literal(f.Type)), total)
			e.put(types.IntType, fmt.Sprintf("%s.filter(it, it.%s != %s).size()", text, f.Name, e.literal(f.Type)), total)
			if f.Type.Keyable() {
				e.add(fmt.Sprintf("%s.map(it, it.%s)", text, f.Name), types.ListOf(f.Type), depth+1, total)
				e.put(f.Type, fmt.Sprintf("%s[?0].?%s.orValue(%s)", text, f.Name, e.literal(f.Type)), total)
			}
		}
		if t.Elem.Kind == types.String {
			e.put(types.StringType, text+`.join("-")`, total)
		}
		if t.Elem.Keyable() {
			e.put(t.Elem, fmt.Sprintf("%s[?1].orValue(%s)", text, e.literal(t.Elem)), total)
			e.put(t.Elem, fmt.Sprintf("%s.first().orValue(%s)", text, e.literal(t.Elem)), total)
			e.put(t.Elem, fmt.Sprintf("(%s + [%s])[0]", text, e.literal(t.Elem)), false)
		}
	case types.Map:
		k := e.literal(t.Key)
		e.put(types.IntType, "size("+text+")", total)
		e.put(types.BoolType, "("+k+" in "+text+")", total)
		e.put(types.BoolType, fmt.Sprintf("%s.exists(k, k == %s)", text, k), total)
		if t.Elem.Keyable() {
			e.put(t.Elem, fmt.Sprintf("%s[?%s].orValue(%s)", text, k, e.literal(t.Elem)), total)
		}
		e.add(fmt.Sprintf("%s[%s]", text, k), t.Elem, depth+1, false)
	case types.Optional:
		e.put(types.BoolType, text+".hasValue()", total)
		if t.Elem.Keyable() {
			e.add(fmt.Sprintf("%s.orValue(%s)", text, e.literal(t.Elem)), t.Elem, depth+1, total)
			e.put(types.BoolType, fmt.Sprintf("%s.optMap(v, v == %s).orValue(false)", text, e.literal(t.Elem)), total)
			e.put(types.BoolType, fmt.Sprintf("(%s == optional.of(%s))", text, e.literal(t.Elem)), total)
		}
		// cel-go takes what is optional in the midst of a path for absent: of a.b.?c it does not look into b.
		if t.Elem.Kind == types.Record && !t.Elem.Union && t.Elem.Fields[0].Type.Keyable() && !strings.Contains(text, ".") {
			f := t.Elem.Fields[0]
			e.put(f.Type, fmt.Sprintf("%s.?%s.orValue(%s)", text, f.Name, e.literal(f.Type)), total)
		}
		e.add(text+".value()", t.Elem, depth+1, false)
	default:
		e.put(t, text, total)
	}
}

// match adds what takes a union apart.
func (e *env) match(text string, t *types.Type, total bool) {
	all := "match(" + text
	for i, f := range t.Fields {
		all += fmt.Sprintf(", %s, m%d, %d", f.Name, i, i)
		if elem := f.Type.Elem; elem.Keyable() {
			e.put(elem, fmt.Sprintf("match(%s, %s, v, v%s)", text, f.Name, others(t, e.literal(elem))), total)
		}
	}
	e.put(types.IntType, all+")", total)
}

// others ends a match of one member with a value for all others, if there are any.
func others(t *types.Type, value string) string {
	if len(t.Fields) == 1 {
		return ""
	}
	return ", " + value
}

// addAll brings further variables into scope.
func (e *env) addAll(ts []term) {
	for _, t := range ts {
		e.add(t.text, t.typ, 0, true)
		e.all = append(e.all, t)
	}
}

// drop takes a variable out of scope.
func (e *env) drop(name string) {
	t := types.TimestampType.String()
	is := func(s string) bool { return s == name }
	e.terms[t] = slices.DeleteFunc(slices.Clone(e.terms[t]), is)
	e.total[t] = slices.DeleteFunc(slices.Clone(e.total[t]), is)
}

// leaf is an expression of a type without operators.
func (e *env) leaf(t *types.Type) string {
	terms := e.terms[termKey(t)]
	if e.safe {
		terms = e.total[termKey(t)]
	}
	if len(terms) == 0 || e.g.chance(15) {
		return e.literal(t)
	}
	return pick(e.g, terms...)
}

func (e *env) literal(t *types.Type) string {
	g := e.g
	switch t.Kind {
	case types.Bool:
		return pick(g, "true", "false")
	case types.Int:
		return pick(g, "0", "1", "3", "100", "(-7)")
	case types.Uint:
		return pick(g, "0u", "1u", "3u", "100u")
	case types.Double:
		return pick(g, "0.0", "1.5", "(-2.25)", "1e3")
	case types.String:
		return pick(g, `""`, `"a"`, `"b"`, `"it's"`, `"é€"`, `"k1"`)
	case types.Bytes:
		return pick(g, `b""`, `b"a"`, `b"\x00\xff"`)
	case types.Timestamp:
		return pick(g, `timestamp("2024-03-01T12:00:00Z")`, `timestamp("2024-03-01T14:00:30.5+02:00")`, `timestamp("1970-01-01T00:00:00Z")`)
	case types.Duration:
		return pick(g, `duration("0s")`, `duration("1.5s")`, `duration("-90s")`, `duration("1h")`)
	case types.Decimal:
		return pick(g, `decimal("0")`, `decimal("1.50")`, `decimal("-7")`, `decimal("0.001")`)
	case types.Date:
		return pick(g, `date("2024-02-29")`, `date("1970-01-01")`, `date("9999-12-31")`)
	case types.TimeOfDay:
		return pick(g, `time("00:00:00")`, `time("12:30:00")`, `time("23:59:59.5")`)
	case types.Enum:
		return t.Name + "." + pick(g, t.Values...)
	}
	panic("no literal of type " + t.String())
}

// gen is an expression of a kind.
func (e *env) gen(k types.Kind, depth int) string {
	for _, t := range types.Scalars {
		if t.Kind == k {
			return e.typed(t, depth)
		}
	}
	return e.typed(e.g.enums[0], depth)
}

// typed is an expression of a scalar or enum type with operators to the given depth.
func (e *env) typed(t *types.Type, depth int) string {
	g := e.g
	if depth <= 0 || t.Kind != types.Bool && g.chance(30) {
		return e.leaf(t)
	}
	sub := func(t *types.Type) string { return e.typed(t, depth-1) }
	if g.chance(8) {
		return fmt.Sprintf("(%s ? %s : %s)", sub(types.BoolType), sub(t), sub(t))
	}
	// choose picks one of the forms; those behind the first n may fail.
	choose := func(n int, forms ...func() string) string {
		if e.safe {
			forms = forms[:n]
		}
		if len(forms) == 0 {
			return e.leaf(t)
		}
		return pick(g, forms...)()
	}
	bin := func(op string, t *types.Type) func() string {
		return func() string { return fmt.Sprintf("(%s %s %s)", sub(t), op, sub(t)) }
	}
	call := func(format string, ts ...*types.Type) func() string {
		return func() string {
			var args []any
			for _, t := range ts {
				args = append(args, sub(t))
			}
			return fmt.Sprintf(format, args...)
		}
	}
	switch t.Kind {
	case types.Bool:
		return choose(15, bin("&&", types.BoolType), bin("||", types.BoolType), call("!%s", types.BoolType), e.comparison(depth), e.comparison(depth),
			e.comparison(depth), e.comparison(depth), call("%s.startsWith(%s)", types.StringType, types.StringType),
			call("%s.contains(%s)", types.StringType, types.StringType), call("%s.endsWith(%s)", types.StringType, types.StringType),
			call(`%s.matches("^[a-m]*$")`, types.StringType), e.comparison(depth), call("math.isNaN(%s)", types.DoubleType),
			call("(%s < %s)", types.IntType, types.DoubleType), call("(%s in [%s, %s])", types.IntType, types.IntType, types.IntType),
			call("bool(%s)", types.StringType), call("%s.matches(%s)", types.StringType, types.StringType))
	case types.Int:
		return choose(4, call("(%s - %s)", types.DateType, types.DateType), call("%s.getHours()", types.TimeOfDayType), call("%s.size()", types.StringType), call("size(%s)", types.BytesType), bin("+", t), bin("-", t), bin("*", t), bin("/", t), bin("%", t),
			call("int(%s)", types.UintType), call("int(%s)", types.DoubleType), call("%s.getHours()", types.TimestampType),
			call("%s.getSeconds()", types.DurationType), call("int(%s)", types.TimestampType), call("int(%s)", types.StringType),
			call("%s.indexOf(%s)", types.StringType, types.StringType), call("%s.lastIndexOf(%s)", types.StringType, types.StringType),
			call("math.greatest(%s, %s)", t, t), call("math.least(%s, %s, 2)", t, t), call("math.abs(%s)", t), call("math.sign(%s)", t),
			call("math.bitAnd(%s, %s)", t, t), call("math.bitShiftLeft(%s, %s)", t, t), call(`%s.getDayOfYear("Europe/Paris")`, types.TimestampType),
			call(`%s.getHours("+05:30")`, types.TimestampType), call("%s.getMilliseconds()", types.TimestampType), call("(-%s)", t),
			call("%s.getDayOfWeek()", types.TimestampType), call(`%s.split("a").size()`, types.StringType))
	case types.Uint:
		return choose(0, bin("+", t), bin("*", t), bin("/", t), bin("%", t), bin("-", t), call("uint(%s)", types.IntType), call("uint(%s)", types.StringType),
			call("math.greatest(%s, %s)", t, t), call("math.bitXor(%s, %s)", t, t), call("uint(%s)", types.DoubleType))
	case types.Double:
		return choose(13, call("double(%s)", types.DecimalType), bin("+", t), bin("-", t), bin("*", t), bin("/", t), call("double(%s)", types.IntType), call("double(%s)", types.UintType),
			call("math.round(%s)", t), call("math.floor(%s)", t), call("math.trunc(%s)", t), call("math.sqrt(%s)", t), call("math.abs(%s)", t),
			call("math.least(%s, %s)", t, t), call("double(%s)", types.StringType))
	case types.String:
		return choose(16, call("string(%s)", types.DecimalType), call("string(%s)", types.DateType), call("string(%s)", types.TimeOfDayType), bin("+", t), call("string(%s)", types.IntType), call("string(%s)", types.BoolType), call("string(%s)", types.DoubleType),
			call("string(%s)", types.TimestampType), call("string(%s)", types.DurationType), call("string(%s)", e.g.enums[0]), call("%s.upperAscii()", t),
			call("%s.replace(%s, %s)", t, t, t), call("%s.trim()", t), call("%s.reverse()", t), call("strings.quote(%s)", t), call(`%s.split(",").join(";")`, t),
			call("%s.substring(%s)", t, types.IntType), call("%s.charAt(%s)", t, types.IntType), call("string(%s)", types.BytesType),
			call("%s.substring(1, %s)", t, types.IntType))
	case types.Bytes:
		return choose(2, bin("+", t), call("bytes(%s)", types.StringType))
	case types.Timestamp:
		return choose(1, call("%s.at(%s)", types.DateType, types.TimeOfDayType), call(`%s.at(%s, "Europe/Paris")`, types.DateType, types.TimeOfDayType), call("(%s + %s)", t, types.DurationType), call("(%s - %s)", t, types.DurationType), call("timestamp(%s)", types.IntType),
			call(`timestamp("" + %s)`, types.StringType))
	case types.Decimal:
		return choose(6, call("%s.abs()", t), call("(-%s)", t), call("%s.round(1)", t), call("%s.floor(%s)", t, types.IntType), call("%s.ceil(0)", t),
			call("decimal(%s)", types.IntType), bin("+", t), bin("-", t), bin("*", t), bin("/", t), call("decimal(%s)", types.DoubleType),
			call("decimal(%s)", types.UintType), call(`decimal("" + %s)`, types.StringType))
	case types.Date:
		return choose(1, call("date(%s)", types.TimestampType), call("(%s + %s)", t, types.IntType), call("(%s - %s)", t, types.IntType),
			call("%s.addMonths(%s)", t, types.IntType), call(`date(%s, "Europe/Paris")`, types.TimestampType), call("date(2024, %s, 29)", types.IntType))
	case types.TimeOfDay:
		return choose(4, call("(%s + %s)", t, types.DurationType), call("(%s - %s)", t, types.DurationType), call("time(%s)", types.TimestampType),
			call(`time(%s, "America/New_York")`, types.TimestampType), call("time(%s, 15, 0)", types.IntType))
	case types.Duration:
		return choose(1, call("(%s - %s)", types.TimeOfDayType, types.TimeOfDayType), bin("+", t), bin("-", t), call("(%s - %s)", types.TimestampType, types.TimestampType), call(`duration(%s + "s")`, types.StringType))
	}
	return e.leaf(t)
}

// comparison compares two expressions of a random type.
func (e *env) comparison(depth int) func() string {
	return func() string {
		t := e.g.scalarType()
		op := pick(e.g, "==", "!=", "<", ">=", ">", "<=")
		if t.Kind == types.Enum || t.Kind == types.Bool {
			op = pick(e.g, "==", "!=")
		}
		return fmt.Sprintf("(%s %s %s)", e.leaf(t), op, e.typed(t, depth-1))
	}
}

// any is an expression of any type that a selected field can have.
func (e *env) any() (string, *types.Type) {
	if len(e.all) > 0 && e.g.chance(45) {
		t := pick(e.g, e.all...)
		return t.text, t.typ
	}
	t := e.g.scalarType()
	return e.typed(t, 2), t
}

// keyable is an expression to group by.
func (e *env) keyable() (string, *types.Type) {
	var fs []term
	for _, t := range e.all {
		if t.typ.Keyable() && t.typ.Kind != types.Double {
			fs = append(fs, t)
		}
	}
	if len(fs) > 0 && e.g.chance(75) {
		t := pick(e.g, fs...)
		return t.text, t.typ
	}
	t := pick(e.g, types.BoolType, types.IntType, types.StringType)
	return e.typed(t, 1), t
}

// aggregate is an aggregate and the type of its result. What depends on the order of the records, as several may have one event time,
// is left out where that is not certain, and what depends on their arrival where windows overlap.
func (e *env) aggregate(mixed, overlap bool) (string, *types.Type) {
	g := e.g
	fns := []string{"count", "count_if", "any", "all", "sum", "sum", "min", "max", "avg"}
	if !mixed {
		if !overlap {
			fns = append(fns, "first_arrived", "last_arrived")
		}
		fns = append(fns, "first", "last", "min_by", "max_by", "variance", "variance_pop", "stddev", "stddev_pop", "collect", "top", "string_agg")
	}
	fns = append(fns, "collect_set", "count_distinct", "approx_count_distinct", "quantile", "median", "histogram", "fold")
	switch fn := pick(g, fns...); fn {
	case "fold":
		return e.fold(mixed, overlap)
	case "count":
		return "count()", types.IntType
	case "count_if", "any", "all":
		t := types.BoolType
		if fn == "count_if" {
			t = types.IntType
		}
		return fn + "(" + strings.TrimSpace(e.gen(types.Bool, 1)) + ")", t
	case "sum":
		arg, t := e.argument(types.IntType, types.IntType, types.UintType, types.DoubleType, types.DurationType, types.DecimalType)
		return "sum(" + arg + ")", t
	case "min", "max":
		arg, t := e.argument(ordered...)
		return fn + "(" + arg + ")", t
	case "min_by", "max_by":
		arg, t := e.any()
		by, _ := e.argument(ordered...)
		return fn + "(" + strings.TrimSpace(arg) + ", " + by + ")", t
	case "collect":
		arg, t := e.any()
		return fmt.Sprintf("collect(%s, %d)", strings.TrimSpace(arg), 1+g.r.IntN(5)), types.ListOf(t)
	case "top":
		arg, t := e.any()
		by, _ := e.argument(ordered...)
		return fmt.Sprintf("top(%s, %s, %d)", strings.TrimSpace(arg), by, 1+g.r.IntN(5)), types.ListOf(t)
	case "string_agg":
		arg, _ := e.argument(types.StringType)
		return fmt.Sprintf("string_agg(%s, %s, %d)", arg, pick(g, `", "`, `""`, `"\n"`, `string(7)`), 1+g.r.IntN(5)), types.StringType
	case "histogram":
		of := []*types.Type{types.IntType, types.UintType, types.DecimalType, types.DurationType}
		if !mixed {
			of = append(of, types.DoubleType)
		}
		arg, t := e.argument(of...)
		bounds := map[types.Kind]string{
			types.Int: "[-1, 0, 5, 1000]", types.Uint: "[uint(1)]", types.Double: "[-0.5, 0.0, 1e3]",
			types.Decimal: `[decimal("-1"), decimal("0.5")]`, types.Duration: `[duration("0s"), duration("90s")]`,
		}
		return fmt.Sprintf("histogram(%s, %s)", arg, bounds[t.Kind]), types.ListOf(types.IntType)
	case "quantile", "median":
		of := []*types.Type{types.IntType, types.UintType, types.DecimalType, types.DurationType}
		if !mixed { // doubles that differ in their last digits may differ more when they are cut down
			of = append(of, types.DoubleType)
		}
		arg, t := e.argument(of...)
		if t.Kind != types.Duration {
			t = types.DoubleType
		}
		if fn == "median" {
			return "median(" + arg + ")", t
		}
		return fmt.Sprintf("quantile(%s, %s)", arg, pick(g, "0.0", "0.07", "0.5", "0.9", "0.99", "1.0", "1.0 / 3.0")), t
	case "collect_set", "count_distinct", "approx_count_distinct":
		of := append(slices.Clone(ordered), g.enums...)
		if mixed { // of doubles that differ in their last digits, how many there are would depend on the order
			of = slices.DeleteFunc(of, func(t *types.Type) bool { return t.Kind == types.Double })
		}
		arg, t := e.argument(of...)
		if fn == "approx_count_distinct" {
			return fn + "(" + arg + ")", types.IntType
		}
		call := fmt.Sprintf("%s(%s, %d)", fn, arg, 1+g.r.IntN(5))
		if fn == "count_distinct" {
			return call, types.IntType
		}
		return call, types.ListOf(t)
	case "avg":
		arg, t := e.argument(types.IntType, types.UintType, types.DoubleType, types.DecimalType)
		return "avg(" + arg + ")", meanType(t)
	case "variance", "variance_pop", "stddev", "stddev_pop":
		arg, _ := e.argument(types.IntType, types.UintType, types.DoubleType, types.DecimalType)
		if strings.HasSuffix(fn, "_pop") {
			return fn + "(" + arg + ")", types.DoubleType
		}
		return fn + "(" + arg + ")", types.OptionalOf(types.DoubleType)
	default:
		arg, t := e.any()
		return fn + "(" + strings.TrimSpace(arg) + ")", t
	}
}

// ordered are the types that min takes.
var ordered = []*types.Type{
	types.BoolType, types.IntType, types.UintType, types.DoubleType, types.StringType, types.BytesType, types.TimestampType,
	types.DurationType, types.DecimalType, types.DateType, types.TimeOfDayType,
}

// argument is a field or an expression of one of the types.
func (e *env) argument(of ...*types.Type) (string, *types.Type) {
	g := e.g
	var fields []term
	for _, f := range e.all {
		if slices.ContainsFunc(of, func(t *types.Type) bool { return t.Kind == f.typ.Kind }) {
			fields = append(fields, f)
		}
	}
	if len(fields) > 0 && g.chance(60) {
		f := pick(g, fields...)
		return f.text, f.typ
	}
	t := pick(g, of...)
	return strings.TrimSpace(e.typed(t, 1)), t
}

// meanType is the type of avg.
func meanType(t *types.Type) *types.Type {
	if t.Kind == types.Decimal {
		return types.DecimalType
	}
	return types.DoubleType
}
