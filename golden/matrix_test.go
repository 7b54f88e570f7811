package golden_test

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"github.com/weirstream/weir/spec/check"
	"github.com/weirstream/weir/spec/source"
	"github.com/weirstream/weir/spec/syntax"
)

// The matrix: windows of each kind, with each emission and each way to deal with late records, are in a case matrix_KIND below accepted, or
// below refused. To add a kind, say in windowText how a spec has it, and write its case; to add a key of emit, put it into a case of each kind.

// windowText is what stands under window for each kind: for those of the language, and for lists of sizes and windows that records end, which stand
// under the keys of others.
var windowText = map[string]string{
	"tumbling": "tumbling: 10s", "hopping": "hopping: 10s, every: 5s", "cumulative": "cumulative: 10s, every: 5s", "session": "session: 5s", "sliding": "sliding: 10s",
	"custom": "custom: {start: at, end: 'at + duration(\"1s\")'}", "split": "custom: {split: n == 8, ttl: 20s}", "sizes": "tumbling: [5s, 10s]", "global": "global: {ttl: 5s}", "count": "count: {size: 2, ttl: 20s}",
}

// policies are the ways to deal with late records, by the key that says it.
var policies = map[string]string{"dropped": "", "late_to": ", late_to: too_late", "allowed_lateness": ", allowed_lateness: 20s"}

// Keys of a window that have nothing to do with late records.
var alignment = []string{"every", "offset", "time_zone", "max"}

// How a key of emit is written, and those that decide when there are updates.
var (
	emitText = map[string]string{
		"every": "every: 10s", "of": "every: 10s, of: processing_time", "count": "count: 2",
		"changes_only": "changes_only: true", "retractions": "retractions: true", "tombstones": "tombstones: true", "corrections": "corrections: true",
	}
	paces = []string{"every", "of", "count"}
)

// combination is a step's kind of window, its emission and what becomes of its late records.
type combination struct{ kind, emission, policy string }

// stepOf is a step of a spec, as far as the matrix goes.
type stepOf struct {
	Window map[string]any
	Emit   any
}

// kind is that of a step's windows, "" if it has none.
func (s *stepOf) kind(kinds []string) string {
	for _, k := range kinds {
		switch of := s.Window[k].(type) {
		case nil:
		case []any:
			return "sizes"
		case map[string]any:
			if of["split"] != nil {
				return "split"
			}
			return k
		default:
			return k
		}
	}
	return ""
}

// emissions are what a step's emission counts as: the key that is behind its updates, or those that are beside it.
func (s *stepOf) emissions() (as []string, forms []string) {
	kind, keys := "final", map[string]any{}
	switch e := s.Emit.(type) {
	case string:
		kind = e
	case map[string]any:
		for k, v := range e {
			kind, keys = k, v.(map[string]any)
		}
	}
	pace := ""
	for _, k := range paces {
		if keys[k] != nil && (k != "every" || keys["of"] == nil) {
			pace = k
		}
	}
	for k := range keys {
		if !slices.Contains(paces, k) {
			as, forms = append(as, k), append(forms, kind+" "+k)
		}
	}
	switch {
	case kind == "early_and_final":
		as = append(as, kind)
	case as == nil:
		as = append(as, strings.TrimSpace(kind+" "+pace))
	}
	return as, append(forms, strings.TrimSpace(kind+" "+pace))
}

// combinations are those of the steps of a spec: with emissions by what they count as, and by their forms in the table of the language.
func combinations(t *testing.T, path string, kinds []string) (all, forms map[combination]bool) {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var spec struct{ Steps map[string]*stepOf }
	if err := yaml.Unmarshal(text, &spec); err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	all, forms = map[combination]bool{}, map[combination]bool{}
	for _, s := range spec.Steps {
		kind := s.kind(kinds)
		if kind == "" {
			continue
		}
		policy := "dropped"
		for p := range policies {
			if s.Window[p] != nil {
				policy = p
			}
		}
		as, has := s.emissions()
		for _, e := range as {
			all[combination{kind, e, policy}] = true
		}
		for _, f := range has {
			forms[combination{kind, f, ""}] = true
		}
	}
	return all, forms
}

// under is the shape of what stands under a key.
func under(t *testing.T, s *syntax.Shape, key string) *syntax.Shape {
	t.Helper()
	for _, s := range append(s.OneOf, s) {
		if i := slices.IndexFunc(s.Keys, func(k syntax.Key) bool { return k.Name == key }); i >= 0 {
			return s.Keys[i].Shape
		}
	}
	t.Fatalf("%s has no key %s", s.What, key)
	return nil
}

// TestMatrix walks the tables of the language.
func TestMatrix(t *testing.T) {
	step := under(t, syntax.Language, "steps").Elem
	window := under(t, step, "window")
	kinds := append(slices.Clone(window.Either), "sizes", "split")
	for _, k := range window.Keys {
		if !slices.Contains(kinds, k.Name) && !slices.Contains(alignment, k.Name) && policies[k.Name] == "" {
			t.Errorf("window has the key %s: is it a way to deal with late records?", k.Name)
		}
	}
	emissions := map[string]string{"early_and_final": "early_and_final"} // what emissions count as, with their texts
	forms := map[string]string{}
	emit := under(t, step, "emit")
	for _, o := range emit.OneOf {
		for _, kind := range o.Choices {
			emissions[kind], forms[kind] = kind, kind
		}
		for _, kind := range o.Keys {
			for _, k := range kind.Shape.Keys {
				text := emitText[k.Name]
				switch {
				case text == "":
					t.Fatalf("emit has the key %s: say in emitText how a spec has it", k.Name)
				case kind.Name == "final" && k.Name != "corrections":
					text += ", corrections: true"
				}
				text = fmt.Sprintf("{%s: {%s}}", kind.Name, text)
				forms[kind.Name+" "+k.Name] = text
				switch pace := slices.Contains(paces, k.Name); {
				case pace && kind.Name == "updates":
					emissions["updates "+k.Name] = text
				case !pace && emissions[k.Name] == "" || kind.Name == "updates":
					emissions[k.Name] = text
				}
			}
		}
	}
	refused, _ := combinations(t, "refused/matrix/spec.weir.yaml", kinds)
	for _, kind := range kinds {
		if windowText[kind] == "" {
			t.Errorf("there are %s windows: say in windowText how a spec has them", kind)
			continue
		}
		have, haveForms := combinations(t, filepath.Join("accepted", "matrix_"+kind, "spec.weir.yaml"), kinds)
		for _, e := range slices.Sorted(maps.Keys(emissions)) {
			for _, p := range slices.Sorted(maps.Keys(policies)) {
				c := combination{kind, e, p}
				accepts := accepted(c, emissions[e])
				switch {
				case accepts && !have[c]:
					t.Errorf("no step of matrix_%s has emit: %s with late records that are %s", kind, emissions[e], p)
				case !accepts && !explained(refused, c):
					t.Errorf("%s windows with emit: %s and late records that are %s are refused; there is no case for it in refused/matrix", kind, emissions[e], p)
				}
			}
		}
		for _, f := range slices.Sorted(maps.Keys(forms)) {
			c := combination{kind, f, ""}
			if p := "dropped"; !haveForms[c] && (accepted(combination{kind, f, p}, forms[f]) || accepted(combination{kind, f, "allowed_lateness"}, forms[f])) {
				t.Errorf("no step of matrix_%s has emit: %s", kind, forms[f])
			}
		}
	}
}

// accepted tells whether a spec with a combination is accepted.
func accepted(c combination, emit string) bool {
	read := "it"
	text := "weir: v1\nservice: s\ntypes:\n  Order: {id: string, n: int, at: timestamp}\n" +
		"sources:\n  orders: {kafka: {topic: orders}, key: {type: string, field: id}, value: Order, event_time: at}\n" +
		"steps:\n  it:\n    from: orders\n    group_by: {id: id}\n    window: {" + windowText[c.kind] + policies[c.policy] + "}\n" +
		"    aggregate: {sum: sum(n)}\n    emit: " + emit + "\n"
	if strings.Contains(emit, "tombstones") {
		read = "keyed"
		text += "  keyed:\n    from: it\n    key: id + string(window.start) + string(window.end)\n"
	}
	text += "sinks:\n  out: {from: " + read + ", kafka: {topic: out}}\n"
	p, _ := check.Check(source.New("spec.weir.yaml", []byte(text)))
	return p != nil
}

// explained tells whether a combination is refused for what another one has in common with it, which is in a case.
func explained(refused map[combination]bool, c combination) bool {
	for r := range refused {
		same := 0
		for _, eq := range []bool{r.kind == c.kind, r.emission == c.emission, r.policy == c.policy} {
			if eq {
				same++
			}
		}
		if same >= 2 {
			return true
		}
	}
	return false
}
