package check_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/weirstream/weir/spec/check"
	"github.com/weirstream/weir/spec/source"
	"github.com/weirstream/weir/spec/types"
)

// program checks the steps of an example in the manual's frame.
func program(t *testing.T, example string) *check.Program {
	t.Helper()
	text := complete(example)
	p, diags := check.Check(source.New("test.weir.yaml", []byte(text)))
	if p == nil {
		t.Fatalf("refused:\n%s\n%s", diags, text)
	}
	return p
}

func stepNamed(t *testing.T, p *check.Program, name string) *check.Step {
	t.Helper()
	for _, s := range p.Steps {
		if s.Name == name {
			return s
		}
	}
	t.Fatalf("no step %s", name)
	return nil
}

// keyed are sources with and without a key that a field is known to equal.
const keyed = `types:
  Order: {id: string, customer_id: string, amount: int}
sources:
  orders: {kafka: {topic: orders}, key: {type: string, field: customer_id}, value: Order}
  loose: {kafka: {topic: loose}, key: string, value: Order}
  keyless: {kafka: {topic: keyless}, value: Order}
  maybe: {kafka: {topic: maybe}, key: string?, value: Order}
`

const counting = "window: {tumbling: 1m}, aggregate: {n: count()}"

func TestRepartition(t *testing.T) {
	for _, c := range []struct {
		name, steps string
		want        bool
	}{
		{"the key", "  t: {from: orders, group_by: {k: key}, " + counting + "}\n", false},
		{"the field that equals it", "  t: {from: orders, group_by: {k: customer_id}, " + counting + "}\n", false},
		{"another field", "  t: {from: orders, group_by: {k: id}, " + counting + "}\n", true},
		{"an expression", "  t: {from: orders, group_by: {k: 'customer_id + \"\"'}, " + counting + "}\n", true},
		{"the key and more", "  t: {from: orders, group_by: {k: customer_id, i: id}, " + counting + "}\n", true},
		{"a field of a source that says nothing of it", "  t: {from: loose, group_by: {k: customer_id}, " + counting + "}\n", true},
		{"a source without a key", "  t: {from: keyless, group_by: {k: customer_id}, " + counting + "}\n", true},
		{"an optional key's value", "  t: {from: maybe, group_by: {k: key.orValue(\"\")}, " + counting + "}\n", true},
		{"renamed by select", "  a: {from: orders, select: {c: customer_id}}\n  t: {from: a, group_by: {k: c}, " + counting + "}\n", false},
		{"selected from the key", "  a: {from: loose, select: {c: key}}\n  t: {from: a, group_by: {k: c}, " + counting + "}\n", false},
		{"left out by select, but still the key", "  a: {from: orders, select: {i: id}}\n  t: {from: a, group_by: {k: key}, " + counting + "}\n", false},
		{"select in the same step", "  t: {from: orders, select: {c: customer_id}, group_by: {k: c}, " + counting + "}\n", false},
		{"a name that select gave to something else", "  t: {from: orders, select: {customer_id: id}, group_by: {k: customer_id}, " + counting + "}\n", true},
		{"two names for the key", "  t: {from: orders, group_by: {k: key, c: customer_id}, " + counting + "}\n", true},
		{"behind a window, its key", "  a: {from: orders, group_by: {a: id, b: amount}, " + counting + "}\n  t: {from: a, group_by: {x: a, y: b}, " + counting + "}\n", false},
		{"behind a window, in another order", "  a: {from: orders, group_by: {a: id, b: amount}, " + counting + "}\n  t: {from: a, group_by: {b: b, a: a}, " + counting + "}\n", true},
		{"behind a window, part of its key", "  a: {from: orders, group_by: {a: id, b: amount}, " + counting + "}\n  t: {from: a, group_by: {a: a}, " + counting + "}\n", true},
		{"late records that were not repartitioned", "  a: {from: orders, group_by: {a: key}, window: {tumbling: 1m, late_to: l}, aggregate: {n: count()}}\n  t: {from: l, group_by: {c: customer_id}, " + counting + "}\n", false},
		{"late records are keyed by the group", "  a: {from: orders, group_by: {a: id}, window: {tumbling: 1m, late_to: l}, aggregate: {n: count()}}\n  t: {from: l, group_by: {c: id}, " + counting + "}\n", false},
		{"late records have left their key", "  a: {from: orders, group_by: {a: id}, window: {tumbling: 1m, late_to: l}, aggregate: {n: count()}}\n  t: {from: l, group_by: {c: customer_id}, " + counting + "}\n", true},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := program(t, keyed+"steps:\n"+c.steps)
			if got := stepNamed(t, p, "t").Repartition; got != c.want {
				t.Errorf("got %v, want %v", got, c.want)
			}
		})
	}
}

func TestTypesOfSteps(t *testing.T) {
	p := program(t, `steps:
  slim: {from: orders, select: {id: order_id, code: coupon, big: amount_cents > 5, tags: '[order_id]', state: status}}
  same: {from: slim, where: big}
  totals:
    from: same
    select: {id: id, cents: 1.5}
    group_by: {id: id}
    window: {tumbling: 1h, allowed_lateness: 90s, late_to: late}
    aggregate: {n: count(), sum: sum(cents), low: 'min(cents)', mean: avg(cents)}
`)
	slim, same, totals := stepNamed(t, p, "slim"), stepNamed(t, p, "same"), stepNamed(t, p, "totals")
	if got := slim.Out.Type.Structure(); got != "{id: string, code: string?, big: bool, tags: list(string), state: OrderStatus}" {
		t.Errorf("slim is %s", got)
	}
	if !slim.Out.Type.Derived || slim.Out.Type.Name != "slim" || same.Out.Type != slim.Out.Type {
		t.Error("a step without select hands on another type")
	}
	if got := totals.Row.Structure(); got != "{id: string, cents: double}" {
		t.Errorf("the row is %s", got)
	}
	if got := totals.Out.Type.Structure(); got != "{id: string, n: int, sum: double, low: double, mean: double}" {
		t.Errorf("the result is %s", got)
	}
	if totals.Row.Name == totals.Out.Type.Name {
		t.Error("row and result have one name")
	}
	if totals.Late.Type != totals.Row || totals.Late.Name != "late" || totals.Late.LateOf != totals {
		t.Errorf("late records are %s", totals.Late.Type)
	}
	if totals.Window.Size != time.Hour || totals.Window.Lateness != 90*time.Second || totals.Emit != check.Final || !totals.Out.Windowed {
		t.Errorf("window %+v, emit %d", totals.Window, totals.Emit)
	}
}

func TestStepsStandBehindWhatTheyRead(t *testing.T) {
	p := program(t, `steps:
  c: {from: late}
  b: {from: a, group_by: {k: order_id}, window: {tumbling: 1m, late_to: late}, aggregate: {n: count()}}
  d: {from: orders}
  a: {from: orders}
`)
	var names []string
	for _, s := range p.Steps {
		names = append(names, s.Name)
	}
	if got := strings.Join(names, " "); got != "a b c d" {
		t.Errorf("order %s", got)
	}
}

func TestScopes(t *testing.T) {
	p := program(t, `steps:
  a:
    from: orders
    where: amount_cents > 1
    group_by: {k: customer_id}
    window: {tumbling: 1m}
    aggregate: {n: count(), s: sum(amount_cents)}
    having: n > 1
  b: {from: a, where: n > 2, group_by: {w: window.end}, window: {tumbling: 1h}, aggregate: {n: sum(n)}}
`)
	names := func(e *check.Expr) string {
		var all []string
		for _, v := range e.Scope.Vars {
			all = append(all, fmt.Sprintf("%s:%d", v.Name, v.Kind))
		}
		return strings.Join(all, " ")
	}
	fields := "order_id:1 customer_id:1 amount_cents:1 status:1 coupon:1 placed_at:1"
	a, b := stepNamed(t, p, "a"), stepNamed(t, p, "b")
	for _, c := range []struct {
		what string
		e    *check.Expr
		want string
	}{
		{"where", a.Where, fields + " key:2 event_time:3 processing_time:4 headers:12 kafka.topic:13 kafka.partition:14 kafka.offset:15"},
		{"group_by", a.GroupBy[0].Expr, fields + " key:2 event_time:3 processing_time:4 headers:12 kafka.topic:13 kafka.partition:14 kafka.offset:15"},
		{"aggregate", a.Aggregate[1].Args[0], fields + " event_time:3 processing_time:4"},
		{"having", a.Having, "k:7 n:8 s:8 window.start:5 window.end:6"},
		{"where behind a window", b.Where, "k:1 n:1 s:1 event_time:3 processing_time:4 window.start:5 window.end:6"},
		{"aggregate behind a window", b.Aggregate[0].Args[0], "k:1 n:1 s:1 event_time:3 processing_time:4"},
	} {
		if got := names(c.e); got != c.want {
			t.Errorf("%s sees %s, want %s", c.what, got, c.want)
		}
	}
}

func TestSourceDefaultsAndOptions(t *testing.T) {
	p := program(t, `types:
  Row: {a: string, b: {type: 'timestamp?', json: {name: bee, as: epoch_s}}, c: {type: list(timestamp), json: {as: epoch_ms}}}
  Flat: {a: string, b: {type: int?, json: {name: bee}}}
sources:
  orders: {kafka: {topic: x}, value: Row}
  flat:
    kafka: {topic: y}
    value: {type: Flat, format: csv, csv: {columns: [skipped, bee, a], delimiter: "\t", null: [NA, ""]}}
    watermark: {lag: 1m30s, idle_after: 1d}
    on_error: {dead_letter: dlq}
sinks:
  a: {from: orders, kafka: {topic: out-a}}
  b: {from: flat, kafka: {topic: out-b}, value: {format: csv}}
`)
	plain, flat := p.Sources[0], p.Sources[1]
	if plain.Format != check.JSON || plain.OnError != check.Fail || plain.Key != nil || plain.EventTime != nil || plain.Lag != 0 || plain.IdleAfter != 0 {
		t.Errorf("defaults %+v", plain)
	}
	if f := plain.Value.Fields[1]; f.Wire != "bee" || f.As != types.EpochSeconds || plain.Value.Fields[2].As != types.EpochMillis || plain.Value.Fields[0].Wire != "a" {
		t.Errorf("fields %+v", plain.Value.Fields)
	}
	if flat.OnError != check.DeadLetter || flat.DeadLetterTopic != "dlq" || flat.Lag != 90*time.Second || flat.IdleAfter != 24*time.Hour {
		t.Errorf("options %+v", flat)
	}
	if got := fmt.Sprintf("%q", flat.CSV); got != `{["skipped" "bee" "a"] '\t' ["NA" ""]}` {
		t.Errorf("csv %s", got)
	}
	if got := fmt.Sprintf("%q", p.Sinks[1].CSV); got != `{["a" "bee"] ',' [""]}` {
		t.Errorf("csv of the sink %s", got)
	}
}

func TestExpressionsKnowWhereTheyStand(t *testing.T) {
	p := program(t, "steps:\n  a:\n    from: orders\n    where: >-\n      amount_cents > 1 &&\n      order_id != \"\"\n    group_by: {k: customer_id}\n    window: {tumbling: 1m}\n    aggregate: {s: 'sum( amount_cents )'}\n")
	a := stepNamed(t, p, "a")
	for _, e := range []*check.Expr{a.Where, a.GroupBy[0].Expr, a.Aggregate[0].Args[0]} {
		if len(e.Offsets) != len(e.Text)+1 {
			t.Fatalf("%q has %d offsets", e.Text, len(e.Offsets))
		}
		for i := range e.Text {
			if c := p.File.Text[e.Offsets[i]]; c != e.Text[i] && e.Text[i] != ' ' {
				t.Errorf("%q: byte %d stands where %q is", e.Text, i, c)
			}
		}
		if e.Offsets[0] != e.Span.Start {
			t.Errorf("%q starts at %d, its range at %d", e.Text, e.Offsets[0], e.Span.Start)
		}
	}
	if a.Aggregate[0].Args[0].Text != "amount_cents" {
		t.Errorf("argument %q", a.Aggregate[0].Args[0].Text)
	}
}

func TestWarningsDoNotRefuse(t *testing.T) {
	text := complete("steps:\n  a: {from: orders}\nsinks:\n  out: {from: orders, kafka: {topic: out}}\n")
	p, diags := check.Check(source.New("test.weir.yaml", []byte(text)))
	if p == nil || len(diags) != 1 || diags[0].Code != "WEIR6002" {
		t.Errorf("diagnostics\n%s", diags)
	}
}

func TestAggregateArgumentsEndWhereTheyEnd(t *testing.T) {
	for _, arg := range []string{
		`size(")")`, `size(')')`, `size("\")")`, `size(r"\")`, `size("""a")""")`, `size('''it's )''')`, `[1, 2][0]`, `size({"a": 1})`, `(amount_cents)`, `size(b"\")")`,
	} {
		p := program(t, "steps:\n  a:\n    from: orders\n    group_by: {k: key}\n    window: {tumbling: 1m}\n    aggregate:\n      s: |-\n        sum("+arg+")\n")
		if got := p.Steps[0].Aggregate[0].Args[0].Text; got != arg {
			t.Errorf("got %s, want %s", got, arg)
		}
	}
}

func TestManyNestedTypesTakeNoTime(t *testing.T) {
	var b strings.Builder
	b.WriteString("types:\n  Order: {a: T0}\n")
	for i := range 60 {
		fmt.Fprintf(&b, "  T%d: {a: T%d, b: list(T%d)}\n", i, i+1, i+1)
	}
	b.WriteString("  T60: {a: int}\n")
	program(t, b.String()+"steps:\n  a: {from: orders, where: a.a.a.b.size() > 1}\n")
}
