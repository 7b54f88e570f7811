package expr

import (
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/weirstream/weir/internal/celval"
	"github.com/weirstream/weir/spec/celenv"
)

// edgeRow is zero but for what the edge cases need.
func edgeRow(change map[string]any) celval.Record {
	r := zeroValue(tRow).(celval.Record)
	for name, v := range map[string]any{
		"i1": int64(math.MinInt64), "i2": int64(-1), "u1": uint64(math.MaxUint64), "u2": uint64(0), "d1": math.NaN(), "d2": 1e30,
		"s1": "abc", "s2": "日本語", "t1": time.Unix(253402300799, 999999999).UTC(), "t2": time.Unix(-62135596800, 0).UTC(),
		"p1": time.Duration(math.MinInt64), "p2": time.Nanosecond, "b1": true, "y1": []byte{0xff},
		"li": []any{int64(1), int64(2), int64(0)}, "ls": []any{"b", "a"}, "ld": []any{math.NaN(), 1.0},
		"ms": map[any]any{"k1": int64(1), "b": int64(0), "a": int64(2)},
		"oi": celval.Opt{Value: int64(0), Valid: true}, "oitem": celval.Opt{Value: zeroValue(tItem), Valid: true},
	} {
		r.Fields[name] = v
	}
	for name, v := range change {
		r.Fields[name] = v
	}
	return r
}

// Each line of edges is evaluated by both sides; it only has to hold that they agree. What the values are is CEL's business, but
// the comments say which trap a line is about.
const edges = `
-i1                                        // the least int has no negative
i1 - 1
i1 / i2                                    // overflow in a division
i1 % i2
1 / (i2 + 1)
1 % (i2 + 1)
u1 + 1u
u2 - 1u
u1 * 2u
1.0 / 0.0
d1 == d1                                   // NaN
d1 != d1
d1 < d1 || d1 >= d1
ld == ld
d1 in ld
i1 < d1
d1 > i2
double(i1) == -9223372036854775808.0
9223372036854775807 < 9223372036854775807.0
i1 <= -9223372036854775808.0
u1 > i1
u1 < 18446744073709551616.0
int(d2)
int(1e30) > 0
int(d1)
uint(-1.0) == 0u
uint(d2)
int(9223372036854774784.0)
int(-9223372036854775808.0)
int(u1)
uint(i2)
int("12x") == 0
int("-9223372036854775808")
uint("-1") == 0u
double("1e400") > 0.0
double("NaN") == double("NaN")
bool("TRUE")
bool("yes")
string(d1)
string(d2)
string(1e21) + string(0.000001) + string(100.0) + string(-0.0)
string(b"\xff")
string(y1)
bytes(s2)
string(timestamp("2024-03-31T03:30:00+02:00"))
timestamp(253402300800)
timestamp(-62135596801)
t1 + p2                                    // out of range
t2 - p2
t1 - t2                                    // more than a duration holds
t2 - p1
p1 - p2
p2 - p1
duration("1h") + p1
string(duration("1.5ms")) + string(p1)
int(t2)
t1.getFullYear("-23:59") + t2.getFullYear("+00:01")
t1.getHours(s1)
t1.getDayOfYear() + t1.getDayOfWeek()
duration("-90s").getMinutes()
false && 1 / (i2 + 1) > 0                  // absorbing
1 / (i2 + 1) > 0 && false
1 / (i2 + 1) > 0 || true
1 / (i2 + 1) > 0 && i1 / i2 > 0
1 / (i2 + 1) > 0 && i1 / i2 > 0 && !b1
1 / (i2 + 1) > 0 || i1 / i2 > 0 || 1 % i2 == 0
(1 / (i2 + 1) > 0 || b1) && (b2 || i1 / i2 < 0)
!(1 / (i2 + 1) > 0) || b1
1 / (i2 + 1) > 0 ? b1 : true
b1 ? true : 1 / (i2 + 1) > 0
li.all(x, 1 / x > 0)                       // an error, and nothing false
li.all(x, 1 / x > 1)                       // false wins
li.exists(x, 1 / x > 0)
li.exists(x, 1 / x > 1)
li.exists_one(x, 1 / x == 1)
li.map(x, 1 / x)
li.filter(x, x > 0 && 1 / x > 0)
li.all(x, li.map(y, 1 / (x - y)).size() > 0) || b1
li.all(x, li.exists(y, li.filter(z, 1 / (x + y - z) > 0).size() > 9))
li.exists(x, li.all(y, y / x > 0) && li.exists(z, z == x))
ms.all(k, ms[k] > 0)
ms.map(k, k + string(ms[k]))
mb.map(k, k)
li.filter(x, false).all(x, 1 / 0 > x)
Part{name: s1}                             // records
Part{name: s1, grams: i2 + 1}
Part{name: s1, ?grams: oi}
Part{name: s1, ?grams: items[?0].optMap(i, i.qty)} == part
[Part{name: "a"}, part].filter(p, p == Part{name: "a"})
Item{sku: s1, qty: 1 / (i2 + 1), parts: [], made: t1, blob: y1}.parts.size()
Item{sku: s1, qty: 1, parts: [Part{name: s1}], made: t1, blob: b""}
b1 && Item{sku: s1, qty: 1, parts: [], made: t1, blob: y1} == item
dyn(i1) == d1                              // types mixed
dyn(u1) == i2
dyn(1) == 1.0 && dyn(1u) == 1 && dyn(2.5) != 2
dyn(u2) in li
dyn([1, 2, 0]) == [1.0, 2.0, 0.0]
dyn(li) == ld
ms[dyn("k1")] + li[dyn(1u)]
li[dyn(0.5)]
dyn(i2) == s1
size([]) + size({})
cel.bind(x, 1 / (i2 + 1), b1 || x > 0)     // an error nobody reads
cel.bind(x, 1 / (i2 + 1), x + x)
cel.bind(x, li[0] + 1, x * x)
cel.bind(x, 0.1, x + 0.2)
cel.bind(x, i1 / i2, b1 ? 1 : x)
li.all(i, v, v >= i)
li.exists(i, v, 1 / v > i)
li.existsOne(i, v, v == 2)
ms.all(k, v, v > 0 || k == "b")
ms.exists(k, v, ms[k] == v && 1 / v > 0)
li.transformList(i, v, i * 10 + v)
li.transformList(i, v, i > 0, v)
ms.transformList(k, v, k + string(v))
ms.transformMap(k, v, v + 1)
ms.transformMap(k, v, v > 0, k)
li.transformMap(i, v, 1 / v)
ms.transformMapEntry(k, v, {v: k})
li.transformMapEntry(i, v, {v % 2: i})     // two equal keys
mb.transformList(k, v, k ? 1 : v.getHours())
"%s|%d|%.2f|%e|%x|%X|%o|%b|%%".format([s2, i1, d2, 1.5, u1, -255, 8, true])
"%s %s %s %s %s".format([ld, ms, t1, p1, y2])
"%s and %.3f".format([d1, d1])
"%x %X %s %b".format([s2, b"\xff\x0a", [[1], []], i1])
"%d %d".format(li)
"%d %d %d %d".format(li)
ls.sort() + ["z"].sort()
ld.sort()
lt.sort() == lt
ls.sortBy(x, -size(x))
li.sortBy(x, 1 / x)
li.distinct() + [1, 1, 2].distinct() + [3].reverse()
[0.0, -0.0, 1.0].distinct()
lt.distinct()
items.distinct() == items
li.slice(0, 2) + li.slice(1, 1)
li.slice(0, 9)
li.slice(2, 1)
[[1, 2], [], [3]].flatten() + [[[1]]].flatten(2) + [[1]].flatten(7)
lists.range(3) + lists.range(0)
lists.range(-1)
sets.contains(li, [1]) && sets.intersects(ls, ["a"]) && sets.equivalent(li, [2, 1, 0, 0])
li.hasAll([2]) && li.hasAny([9, 1]) && li.hasOnly([0, 1, 2, 3]) && li.hasExactly([0, 1, 2])
sets.contains(lt, lt) || sets.intersects(ld, ld)
base64.encode(y1) + base64.encodeUrl(y1)
base64.decode(base64.encode(b"hello")) == base64.decode("aGVsbG8")
base64.decode("~~")
base64.decodeUrl("_w==") == b"\xff"
regex.extract(s1, "b(.)").orValue("none") + regex.extract(s1, "(x)?b").orValue("none")
regex.extract(s1, s2)
regex.extract(s1, "(" + s1 + ")(" + s1 + ")")
regex.extractAll("a1b22", "[0-9]+") + regex.extractAll("a1b22", "b([0-9])")
regex.replace(s1, "(b)", "<\\1>") + regex.replace("aaa", "a", "b", 2) + regex.replace("aaa", "(", "b", 0)
regex.replace(s1, "b", "\\2")
regex.replace(s1, "b", "\\")
regex.replace(s1, s2 + "(", "")
ip("10.0.0.1").family() + ip("::1").family()
ip("127.0.0.1").isLoopback() && !ip("10.1.2.3").isUnspecified() && ip("224.0.0.1").isLinkLocalMulticast()
ip(s1) == ip("1.2.3.4")
isIP(s1) || isCIDR(s1) || isIP("::ffff:1.2.3.4")
cidr("10.0.0.0/8").containsIP("10.9.9.9") && cidr("10.0.0.0/8").containsCIDR("10.1.0.0/16")
cidr("10.0.0.0/8").containsIP(s1)
string(cidr("10.1.2.3/8").masked()) + string(cidr("10.1.2.3/8").ip()) + string(cidr("10.1.2.3/8").prefixLength())
ip.isCanonical("::1") && cidr("10.0.0.0/8").isMask()
"x" in []
li[3]
li[-1]
li[i1]
ms["none"]
ms.none
mi[0]
has(ms.none) || has(ms.k1)
has(item.tag)
has(item.sku)
has(items[0].tag)
has(items[0].sku)
has(oitem.tag) || has(oitem.sku)
oitem.?tag.hasValue()
oitem.sku
oitem.sku.value()
items[?0].sku
items[?0].parts[?0].name
oi.value() / oi.value()
optional.ofNonZeroValue(0).hasValue()
optional.ofNonZeroValue(timestamp("0001-01-01T00:00:00Z")).hasValue()
optional.ofNonZeroValue(item).hasValue()
optional.ofNonZeroValue(d1).hasValue()
os.orValue(1 / (i2 + 1) > 0 ? "a" : "b")
oi.orValue(1 / (i2 + 1))
oi.optMap(x, 1 / x)
oi.optFlatMap(x, os).hasValue()
ot == optional.none()
ot == optional.of(t1)
item == item && items == items
part == part && [part] == [part] && {1u: item} == mu
{"a": 1, "a": 2}
{"a": 1, ?"a": oi}
[1, ?oi, ?optional.none()]
optional.none().?names.orValue(ls)
optional.none().?a.b.orValue(s1)
[optional.none().name, os][i1]
optional.none()[?i1].orValue(s1)
{true: [1], false: []}[b2]
s2.size() + s2.substring(1).size() + size(y1)
s2.charAt(3)
s2.charAt(4)
s2.substring(4)
s2.substring(2, 1)
s2.indexOf("") + s2.lastIndexOf("") + s2.indexOf("語", 2)
s2.lastIndexOf("本", 1)
s2.lastIndexOf("x", 3)
"abc".indexOf("c", 7)
"".lastIndexOf("a")
"a,b,c".split(",", 2)
"abc".split("", 0)
strings.quote("a\"b\n\\")
s1.matches("(")  || true
math.greatest(d1, 1.0)
math.least([d1])
math.greatest(ld)
math.abs(i1)
math.sign(d1)
math.bitShiftRight(i1, 1)
math.bitShiftLeft(1, 64)
math.bitShiftLeft(1, i2)
math.round(-0.5)
2 + 3 * 4 == 14 && "a" + "b" == "ab"
s1.size() * 60 + t1.getMinutes() - 7
e1 == Status.pending && string(e1) == "pending" && e1 in [Status.paid, Status.pending]
e1 in [Status.paid, Status.lost, Status.found, Status.refunded, Status.cancelled]
le == [Status.pending]
window.start < t1 && t1 > window.start
s1 < s2 && b2 < b1 && y1 > b"a" && p1 < p2
1.0e-9 + 3.5 * 2.0 - 1.0
d2 * 3.0 + 0.1
-(cel.bind(w, false, 0.0))
cel.bind(w, false, 0.1) + cel.bind(w, false, 0.2)
cel.bind(w, false, 1.0) / cel.bind(w, false, 0.0)
optional.of(cel.bind(w, false, 7u) % cel.bind(w, false, 5u)).hasValue() && oi == optional.of(cel.bind(w, false, 7) * 5)
(dyn(i1) in [7, ?optional.none()]) || {"a": 1, ?"b": optional.none()}.size() == 1
cel.bind(w, (b2 ? [2, i1] : li), cel.bind(v, w, oi))
uuid_v5("6ba7b810-9dad-11d1-80b4-00c04fd430c8", s1)
uuid_v5("6BA7B810-9DAD-11D1-80B4-00C04FD430C8", s1 + string(y1)) + uuid_v5(uuid_v5("6ba7b810-9dad-11d1-80b4-00c04fd430c8", ""), s2)
uuid_v5(s1, s2)
uuid_v5("6ba7b810-9dad-11d1-80b4-00c04fd430cg" + s1.substring(0, 0), s2)
uuid_v5("6ba7b810-9dad-11d1-80b4+00c04fd430c8" + s1.substring(0, 0), s2)
hash(s1) % 100u < 5u || hash(y1) == hash(bytes(s2))
[hash(i1), hash(-1), hash(cel.bind(w, false, -7)), hash(u1), hash(18446744073709551615u), hash(""), hash(b"")]
`

func TestEdges(t *testing.T) {
	decls := NewDecls(nil)
	var subjects []subject
	for _, line := range strings.Split(strings.TrimSpace(edges), "\n") {
		text := strings.TrimSpace(strings.SplitN(line, "   //", 2)[0])
		_, _, issues := testEnv.Compile(text, testVars)
		if len(issues) > 0 && issues[0].Kind == celenv.Literal {
			continue // a constant that can only fail is refused earlier
		}
		s, ok := newSubject(t, text, decls)
		if !ok {
			t.Errorf("%s: %v", text, issues)
			continue
		}
		subjects = append(subjects, s)
	}
	rows := []celval.Record{
		edgeRow(nil),
		edgeRow(map[string]any{"i2": int64(3), "oi": celval.Opt{}, "oitem": celval.Opt{}, "items": []any{zeroValue(tItem)}}),
		edgeRow(map[string]any{"i1": int64(7), "d1": -0.5, "y1": []byte("a"), "li": []any{int64(2)}, "p1": time.Hour, "b1": false}),
	}
	run(t, subjects, rows)
}

// Every overload that the environment allows is one that the compiler knows.
func TestOverloadsCovered(t *testing.T) {
	own := strings.Fields("conditional logical_and logical_or not_strictly_false in_list select_optional_field " +
		"optional_or_optional optional_orValue_value optional_list_index_int optional_list_optindex_optional_int " +
		"optional_map_index_value optional_map_optindex_optional_value string_format cel_block_list " +
		"@mapInsert_map_map @mapInsert_map_key_value")
	for _, id := range celenv.Overloads() {
		if functions[id] == nil && !slices.Contains(own, id) && !celenv.WithZone(id) {
			t.Errorf("overload %s is allowed and not compiled", id)
		}
	}
	for id := range functions {
		if !celenv.Supported(id) {
			t.Errorf("overload %s is compiled and not allowed", id)
		}
	}
}

func TestReads(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{`i1 > 0 && s1 == "a"`, "i1 s1"},
		{`item.sku == "a" && item.qty > 0`, "item.qty item.sku"},
		{`items.exists(i, i.sku == "a" && i.parts.size() > 0)`, "items.parts items.sku"},
		{`items.exists(i, i.parts.all(p, p.name != ""))`, "items.parts.name"},
		{`items.filter(i, i.qty > 0).size() > 0`, "items items.qty"},
		{`items.exists(i, true)`, "items"},
		{`size(items) > 0`, "items"},
		{`items[0].sku`, "items"},
		{`oitem.?sku.orValue(s1)`, "oitem.sku s1"},
		{`oitem.optMap(i, i.qty)`, "oitem oitem.qty"},
		{`oitem.hasValue() && oitem.value().qty > 0`, "oitem oitem.qty"},
		{`has(item.tag)`, "item.tag"},
		{`cel.bind(i, oitem.value(), 1)`, "oitem"},
		{`item == item`, "item"},
		{`ms.all(k, ms[k] > 0)`, "ms"},
		{`li.map(s1, s1 + 1).size() > 0`, "li"},
		{`e1 == Status.paid && window.start < t1`, "Status.paid e1 t1 window.start"},
	} {
		ast, _, issues := testEnv.Compile(c.text, testVars)
		if issues != nil {
			t.Errorf("%s: %v", c.text, issues)
			continue
		}
		var got []string
		for _, r := range Reads(ast) {
			got = append(got, strings.Join(append([]string{r.Var}, r.Path...), "."))
		}
		if s := strings.Join(got, " "); s != c.want {
			t.Errorf("%s reads %s, want %s", c.text, s, c.want)
		}
	}
}

// What the Go looks like.
func TestCode(t *testing.T) {
	for _, c := range []struct{ text, stmts, value string }{
		{`i1 > 0 && s1 != ""`, "", `r.I1 > 0 && r.S1 != ""`},
		{`b1 || !b2 && i1 in [1, 2]`, "", `r.B1 || !r.B2 && (r.I1 == 1 || r.I1 == 2)`},
		{`e1 == Status.paid`, "", `r.E1 == StatusPaid`},
		{`s1.matches("^a+$")`, "", `testRegex.MatchString(r.S1)`},
		{`items.exists(i, i.qty > 2)`, "", `slices.ContainsFunc(r.Items, func(i Item) bool { return i.Qty > 2 })`},
		{`oi.hasValue() && oi.value() > 3`, "", `r.Oi.Valid && r.Oi.Value > 3`},
		{`os.orValue("none")`, "", `r.Os.OrValue("none")`},
		{`size(s1) * 2 + 1`, "", `cel.Size(r.S1) * 2 + 1`},
		{`t1 - t2 > duration("1h30m")`, "v1, err := cel.TimeBetween(r.T1, r.T2)\nif err != nil {\n\treturn err\n}", `v1 > 90 * time.Minute`},
		{`i1 / 60 + i2`, "v1, err := cel.AddInt(r.I1 / 60, r.I2)\nif err != nil {\n\treturn err\n}", `v1`},
		{`b1 && i1 + 1 > 3`, "v1 := false\nif r.B1 {\n\tv2, err := cel.AddInt(r.I1, 1)\n\tif err != nil {\n\t\treturn err\n\t}\n\tv1 = v2 > 3\n}", `v1`},
		{`1 + 2 * 3`, "", "7"},
		{`1 < 2 && b1`, "", "r.B1"},
		{`has(items[0].sku)`, "if _, err := cel.Index(r.Items, 0); err != nil {\n\treturn err\n}", "true"},
	} {
		ast, _, issues := testEnv.Compile(c.text, testVars)
		if issues != nil {
			t.Errorf("%s: %v", c.text, issues)
			continue
		}
		code, err := Compile(ast, rowResolver{}, testOptions(), func(e string) string { return "return " + e })
		if err != nil || code.Stmts != c.stmts || code.Value != c.value || code.CanFail != strings.Contains(c.stmts, "return") {
			t.Errorf("%s:\n%s\n=> %s (can fail: %v, %v)\nwant\n%s\n=> %s", c.text, code.Stmts, code.Value, code.CanFail, err, c.stmts, c.value)
		}
	}
}
