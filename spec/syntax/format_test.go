package syntax_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/weirstream/weir/internal/randspec"
	"github.com/weirstream/weir/spec/source"
	"github.com/weirstream/weir/spec/syntax"
)

// TestLayout lays out what somebody wrote without care; what comes out is in testdata as well.
func TestLayout(t *testing.T) {
	paths, err := filepath.Glob("testdata/layout/*.in.yaml")
	if err != nil || len(paths) == 0 {
		t.Fatalf("no cases: %v", err)
	}
	for _, path := range paths {
		t.Run(filepath.Base(path), func(t *testing.T) {
			in, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			want, err := os.ReadFile(strings.TrimSuffix(path, ".in.yaml") + ".want.yaml")
			if err != nil {
				t.Fatal(err)
			}
			if got := layout(t, in); string(got) != string(want) {
				t.Errorf("got\n%s\nwant\n%s", got, want)
			}
		})
	}
}

func layout(t *testing.T, text []byte) []byte {
	t.Helper()
	out, diags, err := syntax.Layout(source.New("spec.weir.yaml", text))
	if err != nil || len(diags) > 0 {
		t.Fatalf("%v\n%s\n%s", err, diags, text)
	}
	return out
}

// TestSpecsHaveTheirLayout: the specs of the repository are in the canonical layout, except those that are there to be refused.
func TestSpecsHaveTheirLayout(t *testing.T) {
	found := 0
	for _, dir := range []string{"examples", "bench", "internal", "golden/accepted", "golden/warned"} {
		err := filepath.WalkDir(filepath.Join("../..", dir), func(path string, d os.DirEntry, err error) error {
			if err != nil || !strings.HasSuffix(path, ".weir.yaml") {
				return err
			}
			found++
			text, err := os.ReadFile(path)
			if err == nil && string(layout(t, text)) != string(text) {
				t.Errorf("%s is not formatted; weir fmt -w %[1]s does it", strings.TrimPrefix(path, "../../"))
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if found < 20 {
		t.Errorf("only %d specs", found)
	}
}

func TestWhatIsNoYAMLHasNoLayout(t *testing.T) {
	for _, text := range []string{"", "a: [", "a: &x 1", "- a", "text", "a: 1\na: 2", "# only this\n"} {
		out, diags, err := syntax.Layout(source.New("spec.weir.yaml", []byte(text)))
		if out != nil || err != nil || len(diags) == 0 {
			t.Errorf("%q: %q %v %v", text, out, diags, err)
		}
	}
	out, diags, err := syntax.Layout(source.New("spec.weir.yaml", []byte("form :   1\nunknown:   {b: 2}\n")))
	if string(out) != "form: 1\nunknown: {b: 2}\n" || len(diags) > 0 || err != nil {
		t.Errorf("a spec with errors: %q %v %v", out, diags, err)
	}
}

// TestLayoutKeepsTheMeaning takes the golden cases and random specs, disturbs their layout and throws comments in.
func TestLayoutKeepsTheMeaning(t *testing.T) {
	paths, err := filepath.Glob("../../golden/*/*/spec.weir.yaml")
	if err != nil || len(paths) < 50 {
		t.Fatalf("%d specs, %v", len(paths), err)
	}
	var texts []string
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		texts = append(texts, string(text))
	}
	for seed := range uint64(200) {
		texts = append(texts, randspec.New(seed, 4).Text())
	}
	laidOut := 0
	for i, text := range texts {
		for seed := range uint64(4) {
			in := text
			var put []string
			if seed > 0 {
				in, put = disturb(text, rand.New(rand.NewPCG(uint64(i), seed)))
			}
			before, diags := syntax.Parse(source.New("a.yaml", []byte(in)))
			out, problems, err := syntax.Layout(source.New("a.yaml", []byte(in)))
			if err != nil {
				t.Fatalf("spec %d, seed %d: %v\n%s", i, seed, err, in)
			}
			if out == nil {
				if len(problems) == 0 {
					t.Fatalf("neither a text nor a reason")
				}
				continue
			}
			laidOut++
			after, diagsAfter := syntax.Parse(source.New("a.yaml", out))
			if a, b := content(before), content(after); a != b || len(diags) != len(diagsAfter) {
				t.Fatalf("spec %d, seed %d:\n%s\nbecomes\n%s\nwhich is\n%s\nand not\n%s\n%s", i, seed, in, out, b, a, diagsAfter)
			}
			for _, c := range put {
				if strings.Count(string(out), c) != 1 {
					t.Fatalf("spec %d, seed %d: the comment %s is lost\n%s\nbecomes\n%s", i, seed, c, in, out)
				}
			}
			if again := layout(t, out); string(again) != string(out) {
				t.Fatalf("spec %d, seed %d: formatted twice\n%s", i, seed, again)
			}
		}
	}
	if laidOut < 500 {
		t.Errorf("only %d specs have a layout", laidOut)
	}
}

// disturb adds comments and empty lines, takes out others, and indents more. Lines of texts that go over several lines are left
// alone, as everything in them counts.
func disturb(text string, r *rand.Rand) (string, []string) {
	lines := strings.Split(strings.TrimSuffix(text, "\n"), "\n")
	var out, put []string
	comment := func() string {
		c := fmt.Sprintf("# comment %d'\"{", len(put))
		put = append(put, c)
		return c
	}
	inText := -1 // the indentation of the key of a block text
	wide := r.IntN(2) + 1
	for _, l := range lines {
		indent := len(l) - len(strings.TrimLeft(l, " "))
		if inText >= 0 && (strings.TrimSpace(l) == "" || indent > inText) {
			out = append(out, strings.Repeat(" ", indent*(wide-1))+l)
			continue
		}
		inText = -1
		if strings.TrimSpace(l) == "" {
			if r.IntN(2) == 0 {
				out = append(out, l)
			}
			continue
		}
		quoted := strings.Count(l, "'")%2 == 1 || strings.Count(l, `"`)%2 == 1 || strings.Contains(l, "#")
		if strings.HasSuffix(l, "|") || strings.HasSuffix(l, ">") || strings.HasSuffix(l, "|-") || strings.HasSuffix(l, ">-") {
			inText = indent
		}
		if quoted || !strings.Contains(l, ":") || strings.HasPrefix(strings.TrimSpace(l), "-") {
			return text, nil // a text over several lines, or something this can't judge
		}
		for range r.IntN(3) {
			switch r.IntN(3) {
			case 0:
				out = append(out, strings.Repeat(" ", r.IntN(9))+comment())
			case 1:
				out = append(out, "")
			}
		}
		l = strings.Repeat(" ", indent*(wide-1)) + l
		if r.IntN(4) == 0 {
			l = strings.Replace(l, ": ", ":   ", 1)
		}
		if r.IntN(4) == 0 {
			l += " " + comment()
		}
		out = append(out, l)
	}
	if r.IntN(2) == 0 {
		out = append(out, "    "+comment())
	}
	return strings.Join(out, "\n"), put
}

// content is what a spec says, without where it says it and without the order of the language's own keys.
func content(s *syntax.Spec) string {
	var b strings.Builder
	var write func(v reflect.Value)
	write = func(v reflect.Value) {
		switch v.Kind() {
		case reflect.Pointer:
			if !v.IsNil() {
				write(v.Elem())
			}
		case reflect.Slice:
			for i := range v.Len() {
				write(v.Index(i))
			}
		case reflect.Map:
			var keys []string
			for _, k := range v.MapKeys() {
				keys = append(keys, k.String())
			}
			slices.Sort(keys)
			fmt.Fprint(&b, keys)
		case reflect.Struct:
			if text, ok := v.Interface().(syntax.Text); ok {
				fmt.Fprintf(&b, "%q ", text.Value)
				return
			}
			if v.Type() == reflect.TypeFor[source.Span]() || v.Type() == reflect.TypeFor[source.File]() {
				return
			}
			for i := range v.NumField() {
				if !v.Type().Field(i).IsExported() {
					continue
				}
				b.WriteString(v.Type().Field(i).Name + "(")
				write(v.Field(i))
				b.WriteString(")")
			}
		default:
			fmt.Fprint(&b, v.Interface(), " ")
		}
	}
	write(reflect.ValueOf(s))
	return b.String()
}

// FuzzLayout: whatever is YAML to us has a layout that means the same, or is refused with a reason; nothing panics.
func FuzzLayout(f *testing.F) {
	paths, err := filepath.Glob("../../golden/*/*/spec.weir.yaml")
	if err != nil {
		f.Fatal(err)
	}
	more, err := filepath.Glob("testdata/layout/*.yaml")
	if err != nil {
		f.Fatal(err)
	}
	for _, path := range append(paths, more...) {
		text, err := os.ReadFile(path)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		out, diags, err := syntax.Layout(source.New("fuzz.weir.yaml", text))
		if err != nil {
			t.Skip(err) // the file is left alone
		}
		if (out == nil) != (len(diags) > 0) {
			t.Fatalf("%q and %v", out, diags)
		}
	})
}
