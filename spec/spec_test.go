package spec_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/weirstream/weir/spec"
	"github.com/weirstream/weir/spec/diag"
	"github.com/weirstream/weir/spec/source"
)

const orders = `weir: v1
service: shop
types:
  Order: {id: string, amount: int}
sources:
  orders: {kafka: {topic: orders}, key: string, value: Order}
steps:
  big: {from: orders, where: amunt > 100}
sinks:
  out: {from: big, kafka: {topic: out}}
`

func ExampleWorkspace() {
	var w spec.Workspace
	w.Set("orders.weir.yaml", []byte(orders))
	for _, d := range w.Diagnose("orders.weir.yaml") {
		line, char := d.Subject.File.UTF16(d.Subject.Start)
		fmt.Println(line, char, d.Severity, d.Code, d.Summary)
		fmt.Println(d.Fix.Title, d.Fix.Safe)
	}
	w.Set("orders.weir.yaml", []byte(strings.Replace(orders, "amunt", "amount", 1)))
	fmt.Println(len(w.Diagnose("orders.weir.yaml")))
	// Output:
	// 7 29 error WEIR3002 nothing is named amunt here
	// write amount true
	// 0
}

// TestWorkspaceImports: a spec is checked again when a file that it imports changes.
func TestWorkspaceImports(t *testing.T) {
	var w spec.Workspace
	w.Set("a/orders.weir.yaml", []byte(`weir: v1
service: shop
imports: [../common.types.yaml]
types: {Order: {id: Id}}
sources: {orders: {kafka: {topic: orders}, value: Order}}
sinks: {out: {from: orders, kafka: {topic: out}}}
`))
	has := func(code string) bool {
		return slices.ContainsFunc(w.Diagnose("a/orders.weir.yaml"), func(d diag.Diagnostic) bool { return d.Code == code })
	}
	if !has("WEIR2022") {
		t.Errorf("nothing is missing: %v", w.Diagnose("a/orders.weir.yaml"))
	}
	w.Set("common.types.yaml", []byte("weir: v1\ntypes: {Id: {alias: string}}\n"))
	if diags := w.Diagnose("a/orders.weir.yaml"); len(diags) > 0 {
		t.Errorf("refused:\n%s", diags)
	}
	w.Set("common.types.yaml", []byte("weir: v1\ntypes: {Id: {alias: strin}}\n"))
	if !has("WEIR2002") {
		t.Errorf("the change is not seen: %v", w.Diagnose("a/orders.weir.yaml"))
	}
}

func TestWorkspace(t *testing.T) {
	var w spec.Workspace
	if w.Diagnose("a") != nil || w.File("a") != nil {
		t.Error("an empty workspace has something")
	}
	w.Set("a", []byte(orders))
	first := w.Diagnose("a")
	if again := w.Diagnose("a"); len(first) != 1 || &again[0] != &first[0] {
		t.Error("one text is checked twice")
	}
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			w.Set("a", []byte(orders+strings.Repeat("\n", i)))
			if l := w.Diagnose("a"); len(l) != 1 {
				t.Errorf("%d diagnostics", len(l))
			}
		})
	}
	wg.Wait()
	w.Remove("a")
	if w.File("a") != nil {
		t.Error("it is still there")
	}
}

func TestFixAndFormat(t *testing.T) {
	file := source.New("a", []byte(orders))
	text, applied := spec.Fix(file)
	if len(applied) != 1 || string(text) != strings.Replace(orders, "amunt", "amount", 1) {
		t.Errorf("%s\n%s", applied, text)
	}
	if got := spec.Format(file); string(got) != orders {
		t.Errorf("formatted:\n%s", got)
	}
	if spec.Format(source.New("a", []byte("{"))) != nil {
		t.Error("a layout of what is no YAML")
	}
}

// FuzzWorkspace edits specs as somebody at a keyboard does, a piece at a time: whatever is there, diagnostics come, each within the
// text and with a fix that can be applied.
func FuzzWorkspace(f *testing.F) {
	paths, err := filepath.Glob("../golden/*/*/spec.weir.yaml")
	if err != nil || len(paths) == 0 {
		f.Fatalf("no specs: %v", err)
	}
	for i, path := range paths {
		text, err := os.ReadFile(path)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text, uint16(i*31), uint16(3), "x: ")
	}
	f.Fuzz(func(t *testing.T, text []byte, at, length uint16, typed string) {
		var w spec.Workspace
		from := min(int(at), len(text))
		to := min(from+int(length), len(text))
		edited := slices.Concat(text[:from], []byte(typed), text[to:])
		for _, text := range [][]byte{text, text[:from], edited} {
			w.Set("a", text)
			file := w.File("a")
			for _, d := range w.Diagnose("a") {
				for _, at := range []int{d.Subject.Start, d.Subject.End} {
					if line, char := file.UTF16(at); !d.Subject.IsZero() && wellPlaced(text, at) && file.FromUTF16(line, char) != at {
						t.Fatalf("offset %d is line %d, place %d, which is offset %d", at, line, char, file.FromUTF16(line, char))
					}
				}
				if d.Fix != nil {
					diag.List{d}.Apply(file, func(*diag.Fix) bool { return true })
				}
			}
			spec.Format(file)
		}
	})
}

// wellPlaced tells whether an offset is one that a position can say: not within a line end.
func wellPlaced(text []byte, at int) bool {
	return at == 0 || at > len(text) || text[at-1] != '\r'
}

func BenchmarkDiagnose(b *testing.B) {
	text, err := os.ReadFile("../examples/flights/flights.weir.yaml")
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if len(spec.Diagnose(source.New("a", text))) > 0 {
			b.Fatal("flights is wrong")
		}
	}
}
