package celenv

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/weirstream/weir/spec/types"
)

var (
	status = &types.Type{Kind: types.Enum, Name: "OrderStatus", Values: []string{"pending", "paid", "cancelled"}}
	item   = &types.Type{Kind: types.Record, Name: "Item", Fields: []*types.Field{{Name: "sku", Type: types.StringType}, {Name: "qty", Type: types.IntType}}}
	order  = &types.Type{Kind: types.Record, Name: "Order", Fields: []*types.Field{
		{Name: "status", Type: status}, {Name: "items", Type: types.ListOf(item)}, {Name: "coupon", Type: types.OptionalOf(types.StringType)},
	}}
	total = &types.Type{Kind: types.Record, Name: "totals", Derived: true, Fields: []*types.Field{{Name: "n", Type: types.IntType}}}
	vars  = []Var{
		{Name: "status", Type: status}, {Name: "items", Type: types.ListOf(item)}, {Name: "coupon", Type: types.OptionalOf(types.StringType)}, {Name: "o", Type: order},
		{Name: "amount", Type: types.IntType}, {Name: "weight", Type: types.DoubleType}, {Name: "placed_at", Type: types.TimestampType}, {Name: "took", Type: types.DurationType},
		{Name: "name", Type: types.StringType}, {Name: "counts", Type: types.MapOf(types.StringType, types.IntType)}, {Name: "t", Type: total},
		{Name: "window.start", Type: types.TimestampType}, {Name: "window.end", Type: types.TimestampType}, {Name: "best", Type: types.OptionalOf(item)},
		{Name: "event", Type: event}, {Name: "events", Type: types.ListOf(event)},
	}
	event = &types.Type{Kind: types.Record, Union: true, Name: "Event", Fields: []*types.Field{
		{Name: "order", Type: types.OptionalOf(order)}, {Name: "item", Type: types.OptionalOf(item)},
	}}
	testEnv = New([]*types.Type{status, item, order, total, event})
)

func TestCompile(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{`amount > 0 && status == OrderStatus.paid`, "bool"},
		{`items.map(i, i.qty)`, "list(int)"},
		{`items.filter(i, i.qty > 1)`, "list(Item)"},
		{`coupon.orValue("none")`, "string"},
		{`o.status`, "OrderStatus"},
		{`string(status)`, "string"},
		{`window.end - window.start`, "duration"},
		{`{"a": 1, "b": amount}`, "map(string, int)"},
		{`counts[?"a"]`, "int?"},
		{`match(event, order, x, x.items.size(), item, x, x.qty)`, "int"},
		{`match(events[0], item, item, match(event, item, x, x.qty + item.qty, 0), amount)`, "int"},
		{`event.item.?sku`, "string?"},
		{`Event{item: Item{sku: name, qty: amount}} == event && has(event.item)`, "bool"},
		{`best.?sku`, "string?"},
		{`best.sku`, "string?"},
		{`best.optMap(b, b.qty + 1)`, "int?"},
		{`has(o.coupon)`, "bool"},
		{`amount > 1.5`, "bool"},
		{`t.n + 1`, "int"},
		{`t`, "totals"},
		{`math.greatest(1, amount)`, "int"},
		{`items == []`, "bool"},
		{`size([]) > 0`, "bool"},
		{`dyn(amount)`, "int"},
		{`dyn(amount) == 1.0`, "bool"},
		{`[] + dyn([amount])`, "list(int)"},
		{`counts.transformMap(k, v, v > 1)`, "map(string, bool)"},
		{`counts.transformList(k, v, k + string(v))`, "list(string)"},
		{`[[[amount]]].flatten(2)`, "list(int)"},
		{`items.sortBy(i, i.qty).map(i, i.sku)`, "list(string)"},
		{`cel.bind(x, amount + 1, x * x)`, "int"},
		{`"%s has %d".format([name, amount])`, "string"},
		{`cidr("10.0.0.0/8").containsIP(name)`, "bool"},
		{`coupon == optional.none()`, "bool"},
		{`placed_at.getHours("Europe/Paris")`, "int"},
		{`status in [OrderStatus.paid, OrderStatus.pending]`, "bool"},
	} {
		ast, typ, issues := testEnv.Compile(c.text, vars)
		if issues != nil || ast == nil || typ.String() != c.want {
			t.Errorf("%s: type %v, issues %v, want %s", c.text, typ, issues, c.want)
		}
	}
}

func TestIssues(t *testing.T) {
	for _, c := range []struct {
		text string
		at   string // what the issue's range covers
		kind IssueKind
		msg  string
		cand string // one candidate that must be offered
	}{
		{`amout > 0`, "amout", Undeclared, "nothing is named amout here", "amount"},
		{`name == "é" && amout > 0`, "amout", Undeclared, "nothing is named amout here", "amount"},
		{`windw.start > placed_at`, "windw", Undeclared, "nothing is named windw here", "window.start"},
		{`window.stat > placed_at`, "window.stat", Undeclared, "nothing is named window.stat here", "window.start"},
		{`status == OrderStatus.payd`, "payd", NoField, "enum OrderStatus has no value payd", "paid"},
		{`status == OrderStatus`, "OrderStatus", Undeclared, "OrderStatus is an enum, not a value", ""},
		{`match(event, order, x, 1)`, "event", Type, "this match of Event is without item", ""},
		{`amount + match(event, order, x, 1, itme, y, match(event, order, z, 2, item, z, 3))`, "itme", NoField, "Event has no member itme", "item"},
		{`match(event, order, x, match(events[0], item, y, 1), 0)`, "events[0]", Type, "this match of Event is without order", ""},
		{`match(o, items, i, 1, 2)`, "o", Type, "match takes a union apart, and this is Order", ""},
		{`Event{}`, "Event{}", Type, "Event needs a member", ""},
		{`o.items.all(i, i.qtty > 0)`, "qtty", NoField, "there is no field qtty", ""},
		{`o.cupon.hasValue()`, "cupon", NoField, "Order has no field cupon", "coupon"},
		{`has(o.cupon)`, "cupon", NoField, "Order has no field cupon", "coupon"},
		{`o.?cupon == coupon`, "cupon", NoField, "Order has no field cupon", "coupon"},
		{`best.?skuu.orValue("")`, "skuu", NoField, "Item has no field skuu", "sku"},
		{`(amount + 1) * foo(amount, 2) > 0`, "foo", Undeclared, "there is no function foo", "size"},
		{`name.startWith("a")`, "startWith", Undeclared, "there is no method startWith", "startsWith"},
		{`math.celing(weight) > 1.0`, "math.celing", Undeclared, "there is no function math.celing", "math.ceil"},
		{`1 + (amount + weight) > 2`, "amount + weight", Overload, "+ does not work with int and double", ""},
		{`amount + weight`, "amount + weight", Overload, "+ does not work with int and double", ""},
		{`name.contains( 1 ) || true`, "name.contains( 1 )", Overload, "contains of string does not work with (int)", ""},
		{`size(amount) > 1`, "size(amount)", Overload, "size does not work with (int)", ""},
		{`items.all(i, i.qty + 1)`, "i.qty + 1", Type, "expected type 'bool' but found 'int'", ""},
		{`coupon + "x"`, `coupon + "x"`, Overload, "+ does not work with string? and string", ""},
		{`coupon == null`, "null", Type, "there is no null", ""},
		{`true ? [] : []`, "true ? [] : []", Type, "the type of this is not known when the spec is compiled", ""},
		{`[]`, "[]", Type, "the type of this list's elements is not known", ""},
		{`{}`, "{}", Type, "the types of this map's keys and values are not known", ""},
		{`optional.none()`, "optional.none()", Type, "the type of this optional is not known", ""},
		{`[1, 2.0]`, "2.0", Type, "expected type 'int' but found 'double'", ""},
		{`math.greatest(1, 2.0) > 1`, "math.greatest(1, 2.0)", Type, "the arguments have different types", ""},
		{`int == int`, "int", Unsupported, "a type is not a value here", ""},
		{`type(amount) == int`, "type", Undeclared, "there is no function type", ""},
		{`dyn(amount) + dyn(name) == ""`, "dyn(amount) + dyn(name)", Overload, "+ does not work with int and string", ""},
		{`[dyn(1), dyn("a")].size() > 0`, `dyn("a")`, Type, "expected type 'int' but found 'string'", ""},
		{`name.format([1])`, "name", Unsupported, "the format must be a constant", ""},
		{`"%d".format([name])`, "name", Type, "error during formatting: decimal clause can only be used on ints, uints, and doubles, was given string", ""},
		{`"%d %d".format([1])`, `"%d %d".format([1])`, Type, "index 1 out of range", ""},
		{`"%q".format([1])`, `"%q".format([1])`, Type, `could not parse formatting clause: unrecognized formatting clause "q"`, ""},
		{`regex.extract(name, "(a)(b)")`, `"(a)(b)"`, Literal, "the regular expression has more than one group: which one is meant?", ""},
		{`ip("1.2.3")`, `"1.2.3"`, Type, `invalid ip argument: IP Address "1.2.3" parse error during conversion from string: ParseAddr("1.2.3"): IPv4 address too short`, ""},
		{`ip(name)`, "ip(name)", Type, "an expression cannot have the type net.IP", ""},
		{`[[1]].flatten(amount)`, "amount", Type, "the depth of flatten must be a constant: the type of the result depends on it", ""},
		{`json.encode(amount)`, "json.encode(amount)", Unsupported, "json.encode is not supported", ""},
		{`json(ip("10.0.0.1"))`, `ip("10.0.0.1")`, Type, "JSON has no form for net.IP", ""},
		{`Item{sku: "a"}.sku`, `Item{sku: "a"}`, Type, "Item needs a value for qty", ""},
		{`Item{sku: "a", qty: "b"}.sku`, `"b"`, Type, "expected type of field 'qty' is 'int' but provided type is 'string'", ""},
		{`now() > placed_at`, "now", Undeclared, "there is no function now", ""},
		{`name.matches("a(")`, `"a("`, Literal, "missing closing ): `a(`", ""},
		{`placed_at.getHours("Europe/Pariss")`, `Europe/Pariss`, Literal, `there is no time zone "Europe/Pariss"`, ""},
		{`timestamp("2020-13-01T00:00:00Z") < placed_at`, `"2020-13-01T00:00:00Z"`, Literal, `"2020-13-01T00:00:00Z" is not a timestamp of the years 1 to 9999`, ""},
		{`duration("5 minutes") < took`, `"5 minutes"`, Literal, `"5 minutes" is not a duration`, ""},
		{`coupon ? 1 : 2`, "coupon ? 1 : 2", Overload, "? : does not work with string?, int, int", ""},
		{`{1.5: 2}.size() > 0`, "{1.5: 2}", Type, "a map's keys are bool, int, uint or string, not double", ""},
		{`optional.of(coupon)`, "optional.of(coupon)", Type, "an expression cannot have the type string??", ""},
		{`amount.x > 0`, "amount.x", Type, "type 'int' does not support field selection", ""},
		{``, "", Syntax, "the expression is empty", ""},
		{`amount +`, "+", Syntax, "the expression ends too early", ""},
		{`amount = 1`, "=", Syntax, "unexpected =", ""},
		{`amount == 1 2`, "2", Syntax, "unexpected 2", ""},
		{`name == "abc`, `"abc`, Syntax, "the string has no end, or an escape in it is wrong", ""},
		{`items.exists(1, true)`, "1", Syntax, "argument must be a simple name", ""},
	} {
		ast, _, issues := testEnv.Compile(c.text, vars)
		if len(issues) == 0 || ast != nil {
			t.Errorf("%s: accepted", c.text)
			continue
		}
		is := issues[0]
		if got := c.text[is.Start:is.End]; got != c.at || is.Kind != c.kind || is.Message != c.msg {
			t.Errorf("%s:\n got  %q kind %d %q\n want %q kind %d %q", c.text, got, is.Kind, is.Message, c.at, c.kind, c.msg)
		}
		if c.cand != "" && !slices.Contains(is.Candidates, c.cand) {
			t.Errorf("%s: candidates %v lack %s", c.text, is.Candidates, c.cand)
		}
	}
}

// Several problems come in the order in which they stand.
func TestSeveral(t *testing.T) {
	_, _, issues := testEnv.Compile(`foo > 1 && name.bar() && status == OrderStatus.x`, vars)
	var got []string
	for _, is := range issues {
		got = append(got, is.Name)
	}
	if fmt.Sprint(got) != "[foo bar x]" {
		t.Errorf("got %v", got)
	}
}

// Whatever stands in a file, positions lie in it and nothing panics.
func FuzzCompile(f *testing.F) {
	for _, s := range []string{`amount > 0`, `"é" + x.all(y, z)`, `o.?items[0]`, `r"""`, "b'\\x", `[?a, {?b: 1}]`, "a ? b :", "00\x00", "\x80(", "`a`"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if len(s) > 200 || strings.Count(s, "(")+strings.Count(s, "[") > 20 {
			return
		}
		ast, typ, issues := testEnv.Compile(s, vars)
		if (ast == nil) != (len(issues) > 0) || (ast == nil) != (typ == nil) {
			t.Fatalf("%q: ast %v type %v issues %v", s, ast, typ, issues)
		}
		for _, is := range issues {
			if is.Start < 0 || is.End < is.Start || is.End > len(s) || is.Message == "" {
				t.Fatalf("%q: %+v", s, is)
			}
		}
	})
}
