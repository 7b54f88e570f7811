package diag

import (
	"strings"
	"testing"

	"github.com/weirstream/weir/spec/source"
)

// at is the range of part in a file that has text.
func at(text, part string) source.Span {
	f := source.New("a.yaml", []byte(text))
	i := strings.Index(text, part)
	return source.Span{File: f, Start: i, End: i + len(part)}
}

func TestRender(t *testing.T) {
	for _, c := range []struct {
		name string
		d    Diagnostic
		want string
	}{
		{"range", Diagnostic{Code: "WEIR0000", Summary: "bad", Subject: at("a: one two\n", "two")}, `
a.yaml:1:8: error[WEIR0000]: bad
    1 | a: one two
      |        ^^^
`},
		{"no place", Diagnostic{Code: "WEIR0000", Summary: "bad", Severity: Warning}, `
warning[WEIR0000]: bad
`},
		{"empty range", Diagnostic{Summary: "bad", Subject: at("a:\n", "")}, `
a.yaml:1:1: error[]: bad
    1 | a:
      | ^
`},
		{"several lines", Diagnostic{Summary: "bad", Subject: at("a: one\n   two\n\n   three # x\n", "one\n   two\n\n   three")}, `
a.yaml:1:4: error[]: bad
    1 | a: one
      |    ^^^
    2 |    two
      |    ^^^
    3 |
    4 |    three # x
      |    ^^^^^
`},
		{"up to the line end", Diagnostic{Summary: "bad", Subject: at("a: one\nb: two\n", "one\n")}, `
a.yaml:1:4: error[]: bad
    1 | a: one
      |    ^^^
`},
		{"many lines", Diagnostic{Summary: "bad", Subject: at("1\n2\n3\n4\n5\n6\n7\n8\n", "1\n2\n3\n4\n5\n6\n7\n8")}, `
a.yaml:1:1: error[]: bad
    1 | 1
      | ^
    2 | 2
      | ^
    3 | 3
      | ^
    4 | 4
      | ^
      ⋮
    8 | 8
      | ^
`},
		{"tabs", Diagnostic{Summary: "bad", Subject: at("a:\tone\ttwo\n", "two")}, `
a.yaml:1:8: error[]: bad
    1 | a:  one two
      |         ^^^
`},
		{"wide runes and marks", Diagnostic{Summary: "bad", Subject: at("日本 e\u0301 two", "two")}, "\na.yaml:1:7: error[]: bad\n    1 | 日本 e\u0301 two\n      |        ^^^\n"},
		{"controls and broken text", Diagnostic{Summary: "bad", Subject: at("a\x1b[2J\xff two", "two")}, `
a.yaml:1:8: error[]: bad
    1 | a` + "\uFFFD" + `[2J` + "\uFFFD" + ` two
      |        ^^^
`},
		{"everything", Diagnostic{Code: "WEIR0000", Summary: "bad", Detail: "more\nand more", Hint: "do this\nor that", Subject: at("a: b\n", "b"),
			Related: []Related{{Span: at("x: y\n", "y"), Message: "because of this"}}}, `
a.yaml:1:4: error[WEIR0000]: bad
    1 | a: b
      |    ^
   more
   and more
   hint: do this
         or that
   a.yaml:1:4: because of this
    1 | x: y
      |    ^
`},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := (List{c.d}).String(); got != c.want[1:] {
				t.Errorf("got\n%swant\n%s", got, c.want[1:])
			}
		})
	}
}

func TestColorOnlyWhenAskedFor(t *testing.T) {
	l := List{{Summary: "bad", Subject: at("a: b\n", "b"), Hint: "this"}}
	if strings.Contains(l.String(), "\x1b") {
		t.Error("colour without being asked")
	}
	var b strings.Builder
	if err := l.Render(&b, Options{Color: true}); err != nil {
		t.Fatal(err)
	}
	if plain := strings.NewReplacer(bold, "", dim, "", red, "", yellow, "", cyan, "", "\x1b[0m", "").Replace(b.String()); plain != l.String() || plain == b.String() {
		t.Errorf("got %q", b.String())
	}
}

func TestSort(t *testing.T) {
	text := "one two three"
	f := source.New("a.yaml", []byte(text))
	span := func(start, end int) source.Span { return source.Span{File: f, Start: start, End: end} }
	l := List{
		{Code: "B", Summary: "x", Subject: span(4, 7)}, {Code: "A", Summary: "x", Subject: span(4, 7)}, {Summary: "late", Subject: span(8, 9)},
		{Summary: "file"}, {Code: "B", Summary: "x", Subject: span(4, 7)}, {Summary: "shorter", Subject: span(4, 5)}, {Summary: "w", Severity: Warning, Subject: span(0, 1)},
	}
	l.Sort()
	var got []string
	for _, d := range l {
		got = append(got, d.Code+d.Summary)
	}
	if s := strings.Join(got, " "); s != "file w shorter Ax Bx late" {
		t.Errorf("order %s", s)
	}
	if !l.HasErrors() || (List{{Severity: Warning}}).HasErrors() {
		t.Error("HasErrors")
	}
}

func TestNearest(t *testing.T) {
	for _, c := range []struct{ name, candidates, want string }{
		{"amuont", "amount status", "amount"},
		{"Amount", "amount", "amount"},
		{"order", "orders order_id", "orders"},
		{"statsu", "status state", "status"},
		{"payed", "open paid", "paid"},
		{"x", "y z", ""},
		{"customer", "amount status", ""},
		{"ab", "ba", "ba"},
		{"same", "same", ""},
		{"", "a", ""},
		{"日本誤", "日本語", "日本語"},
	} {
		if got := Nearest(c.name, strings.Fields(c.candidates)); got != c.want {
			t.Errorf("%s among %s: got %q, want %q", c.name, c.candidates, got, c.want)
		}
	}
	if got := DidYouMean("zzzz", []string{"a", "b"}); got != "there are a and b" {
		t.Error(got)
	}
}
