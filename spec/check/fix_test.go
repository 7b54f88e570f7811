package check_test

import (
	"strings"
	"testing"

	"github.com/weirstream/weir/spec/check"
	"github.com/weirstream/weir/spec/source"
)

// misspelt has one mistake of each kind that has a safe fix, and comments, quotes and line ends that must stay.
const misspelt = `weir: v1 # the version
srevice: shop\r
types:
  Order: {customer: strnig, amount: int, status: Status, "items": list(Itme)}
  Status: {enum: [pending, paid]}
  Item: {sku: string}

sources:
  orders:
    kafka: {topic: orders}
    key: {type: string, field: custmer}
    value: {type: Order, format: JSON}
steps:
  paid:
    from: 'order'   # quoted
    where: >-
      Amount > 0 &
      status == Status.piad
  totals:
    from: paid
    group_by: {customer: "customer"}
    window: {tumblng: 1m}
    aggregate: {n: coutn(), total: average(amount)}
    emit: finall

sinks:
  out: {from: totals, kafka: {topic: out}}
`

const corrected = `weir: v1 # the version
service: shop\r
types:
  Order: {customer: string, amount: int, status: Status, "items": list(Item)}
  Status: {enum: [pending, paid]}
  Item: {sku: string}

sources:
  orders:
    kafka: {topic: orders}
    key: {type: string, field: customer}
    value: {type: Order, format: json}
steps:
  paid:
    from: 'orders'   # quoted
    where: >-
      amount > 0 &&
      status == Status.paid
  totals:
    from: paid
    group_by: {customer: "customer"}
    window: {tumbling: 1m}
    aggregate: {n: count(), total: avg(amount)}
    emit: final

sinks:
  out: {from: totals, kafka: {topic: out}}
`

func TestFix(t *testing.T) {
	lineEnds := strings.NewReplacer(`\r`, "\r")
	fixed, applied := check.Fix(source.New("a.yaml", []byte(lineEnds.Replace(misspelt))))
	if got := string(fixed.Text); got != lineEnds.Replace(corrected) {
		t.Errorf("got\n%s", got)
	}
	if len(applied) != 13 {
		t.Errorf("%d fixes:\n%s", len(applied), applied)
	}
	if p, diags := check.Check(fixed); p == nil || len(diags) > 0 {
		t.Errorf("after fixing:\n%s", diags)
	}
}

// TestLiterals: a literal whose type does not fit is spelt otherwise, where that says the same.
func TestLiterals(t *testing.T) {
	for where, want := range map[string]string{
		`n == 1u`: `n == 1`, `u == 1 || 2 != u`: `u == 1u || 2u != u`, `d + 1 > 2.5`: `d + 1.0 > 2.5`, `status == "paid"`: `status == Status.paid`,
		`'"paid" != status && n > 1'`: `'Status.paid != status && n > 1'`, `n + 1.5 > 2.0`: "", `status == "payed"`: "", `u == -1`: "", `n == "1"`: "",
		`"status == \"paid\""`: "",
	} {
		text := "weir: v1\nservice: a\ntypes:\n  A: {n: int, u: uint, d: double, status: Status}\n  Status: {enum: [open, paid]}\n" +
			"sources:\n  a: {kafka: {topic: a}, value: A}\nsteps:\n  b: {from: a, where: " + where + "}\nsinks:\n  c: {from: b, kafka: {topic: c}}\n"
		fixed, applied := check.Fix(source.New("a.yaml", []byte(text)))
		switch {
		case want == "" && len(applied) > 0:
			t.Errorf("%s: fixed %s", where, applied)
		case want != "" && string(fixed.Text) != strings.Replace(text, where, want, 1):
			t.Errorf("%s: got\n%s", where, fixed.Text)
		case want != "":
			if _, diags := check.Check(fixed); diags.HasErrors() {
				t.Errorf("%s: %s", want, diags)
			}
		}
	}
}

// TestCutValues: a value in braces that has a comma gets quotes.
func TestCutValues(t *testing.T) {
	text := "weir: v1\nservice: a\ntypes:\n  A: {tags: map(string, list(int)), s: string, n: int}\nsources:\n  a: {kafka: {topic: a}, value: A}\n" +
		"steps:\n  b: {from: a, where: s.replace('a', s) == s}\nsinks:\n  b: {from: b, kafka: {topic: b}}\n"
	fixed, _ := check.Fix(source.New("a.yaml", []byte(text)))
	for _, want := range []string{"{tags: 'map(string, list(int))', s: string", "where: 's.replace(''a'', s) == s'}"} {
		if !strings.Contains(string(fixed.Text), want) {
			t.Errorf("there is no %s in\n%s", want, fixed.Text)
		}
	}
}

// TestWhatIsNotSafe has mistakes whose fix is a guess, or would change what a running service does.
func TestWhatIsNotSafe(t *testing.T) {
	base := corrected[:strings.Index(corrected, "steps:")]
	for name, steps := range map[string]string{
		"two names are as near":      "steps:\n  big1: {from: orders}\n  big2: {from: orders}\nsinks:\n  a: {from: big3, kafka: {topic: a}}\n",
		"two edits":                  "sinks:\n  a: {from: oreds, kafka: {topic: a}}\n",
		"a short name":               "steps:\n  ab: {from: orders}\nsinks:\n  a: {from: abb, kafka: {topic: a}}\n",
		"a warning":                  "steps:\n  big: {from: orders}\nsinks:\n  a: {from: orders, kafka: {topic: a}}\n",
		"a duration without a unit":  "steps:\n  a: {from: orders, group_by: {c: customer}, window: {tumbling: 5}, aggregate: {n: count()}}\nsinks:\n  a: {from: a, kafka: {topic: a}}\n",
		"an escape spells the name":  "sinks:\n  a: {from: \"orde\\u0072\", kafka: {topic: a}}\n",
		"what somebody else made of": "sinks:\n  a: {from: b, kafka: {topic: a}}\n  b: {from: orders, kafka: {topic: b}}\n",
	} {
		text := strings.ReplaceAll(base, `\r`, "") + steps
		file := source.New("a.yaml", []byte(text))
		if _, diags := check.Check(file); len(diags) == 0 {
			t.Errorf("%s: nothing is wrong", name)
		}
		if fixed, applied := check.Fix(file); len(applied) > 0 || string(fixed.Text) != text {
			t.Errorf("%s: fixed\n%s", name, applied)
		}
	}
}
