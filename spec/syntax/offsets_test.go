package syntax

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/weirstream/weir/spec/diag"
	"github.com/weirstream/weir/spec/source"
)

// scalars collects the scalars of a file that is YAML.
func scalars(t *testing.T, text string) []*node {
	t.Helper()
	var diags diag.List
	r := &reader{file: source.New("test.yaml", []byte(text)), diags: &diags}
	root := r.read()
	if root == nil || strings.Contains(diags.String(), "anchors") || strings.Contains(diags.String(), "tags are") {
		return nil
	}
	var all []*node
	var walk func(n *node)
	walk = func(n *node) {
		if n.kind == scalar {
			all = append(all, n)
		}
		for _, p := range n.pairs {
			walk(p.key)
			walk(p.value)
		}
		for _, i := range n.items {
			walk(i)
		}
	}
	walk(root)
	return all
}

// checkOffsets reports bytes of a scalar that do not stand where its offsets say.
func checkOffsets(t *testing.T, n *node) {
	t.Helper()
	v, file := n.text, n.text.Span.File
	if len(v.Offsets) != len(v.Value)+1 {
		t.Fatalf("%q has %d offsets", v.Value, len(v.Offsets))
	}
	last := n.span.Start
	for i := range len(v.Value) {
		at := v.Offsets[i]
		if at < last || at >= n.span.End && strings.TrimSpace(v.Value[i:]) != "" {
			t.Fatalf("%q: byte %d is at %d, behind %d, in %d to %d", v.Value, i, at, last, n.span.Start, n.span.End)
		}
		last = at
		if v.Value[i] == ' ' || v.Value[i] == '\n' {
			continue
		}
		if c := file.Text[at]; c != v.Value[i] && c != '\\' {
			t.Fatalf("%q: byte %d (%q) is at %d, where %q stands", v.Value, i, v.Value[i], at, c)
		}
	}
	if end := v.Offsets[len(v.Value)]; end < last || end > len(file.Text) {
		t.Fatalf("%q: the end is at %d, behind %d", v.Value, end, last)
	}
}

func TestOffsets(t *testing.T) {
	for _, c := range []struct{ name, text, value string }{
		{"plain", "a: x  y\n", "x  y"},
		{"plain with a comment", "a: x # y\n", "x"},
		{"plain over lines", "a: x\n   y\n\n   z\n", "x y\nz"},
		{"plain with a question mark in braces", "a: {b: c?, d: e ? f}\n", "c?"},
		{"single quotes", "a: 'it''s'\n", "it's"},
		{"single quotes over lines", "a: 'x  \n   y\n\n\n   z'\n", "x y\n\nz"},
		{"double quotes", `a: "x\"y\\z"` + "\n", `x"y\z`},
		{"escapes", `a: "\u00e9\x41\U0001F600\n\e|"` + "\n", "éA😀\n\x1b|"},
		{"continuation", "a: \"x \\\n   y\\\n\n   z\"\n", "x y\nz"},
		{"escaped blank before a line end", "a: \"x\\t\n  y\"\n", "x\t y"},
		{"literal", "a: |\n  x\n    y\n\n  z\n", "x\n  y\n\nz\n"},
		{"literal without the last line end", "a: |-\n  x\n  y\n", "x\ny"},
		{"literal that keeps line ends", "a: |+\n  x\n\n\nb: c\n", "x\n\n\n"},
		{"literal with an indentation indicator", "a: |1\n   x\n  y\n", "  x\n y\n"},
		{"literal that starts with empty lines", "a: |\n\n\n  x\n", "\n\nx\n"},
		{"folded", "a: >\n  x\n  y\n\n  z\n    more\n    lines\n  end\n", "x y\nz\n  more\n  lines\nend\n"},
		{"folded stripped", "a: >-\n  x ||\n  y\n", "x || y"},
		{"folded with blanks at line ends", "a: >-\n  x  \n  y\n", "x   y"},
		{"windows line ends", "a: >-\r\n  x\r\n  y\r\nb: 'c\r\n  d'\r\n", "x y"},
		{"wide runes", "é: 日本 # x\n", "日本"},
		{"byte order mark", "\uFEFFa: b\n", "b"},
		{"blank lines of blanks", "a: |\n  x\n \n  y\n", "x\n\ny\n"},
		{"text behind in braces", "{a: [x, 'y' , \"z\" ], b: w }", "x"},
	} {
		t.Run(c.name, func(t *testing.T) {
			found := false
			for _, n := range scalars(t, c.text) {
				checkOffsets(t, n)
				found = found || n.text.Value == c.value
			}
			if !found {
				t.Errorf("no scalar %q", c.value)
			}
		})
	}
}

func TestRangeOfPartOfAText(t *testing.T) {
	for _, c := range []struct{ name, text, part, want string }{
		{"plain", "a: one && two\n", "two", "two"},
		{"single", "a: 'x == ''y'' && z'\n", "z", "z"},
		{"escape within", `a: "x == \"y\""` + "\n", `"y"`, `\"y\"`},
		{"folded", "a: >-\n  one\n  && two\n", "two", "two"},
		{"over a fold", "a: >-\n  one\n  two\n", "one two", "one\n  two"},
		{"before a fold", "a: >-\n  one\n  two\n", "one", "one"},
		{"before a continuation", "a: \"one\\\n  two\"\n", "one", "one"},
		{"wide", "a: 日本 == x\n", "日本", "日本"},
	} {
		t.Run(c.name, func(t *testing.T) {
			all := scalars(t, c.text)
			v := all[len(all)-1].text
			i := strings.Index(v.Value, c.part)
			if got := v.At(i, i+len(c.part)).Text(); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

// FuzzOffsets checks that each byte of each scalar stands where its offset says, whatever YAML allows.
func FuzzOffsets(f *testing.F) {
	paths, _ := filepath.Glob("../../golden/*/*/spec.weir.yaml")
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(text))
	}
	for _, s := range []string{"a: |\n  x\n\n b", "a: >+\n\n x\n  y\n\n", "- 'a\n\n  b'\n- \"c\\\n  d\"", "{a: b?, c: [d, e]}", "? a\n: b", "a: >2-\n    x\n   y\n"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		for _, n := range scalars(t, text) {
			checkOffsets(t, n)
		}
	})
}
