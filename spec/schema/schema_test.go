package schema_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"github.com/weirstream/weir/spec/schema"
)

var update = flag.Bool("update", false, "rewrite the golden files")

func TestCommittedSchemaIsWhatTheLanguageGives(t *testing.T) {
	got, err := schema.Generate()
	if err != nil {
		t.Fatal(err)
	}
	if *update {
		if err := os.WriteFile("weir.schema.json", got, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if !bytes.Equal(got, schema.JSON) {
		t.Error("weir.schema.json is not up to date; go test ./spec/schema -update writes it")
	}
}

func TestSchemaAcceptsWhatIsAccepted(t *testing.T) {
	for _, pattern := range []string{"../../golden/accepted/*/spec.weir.yaml", "../../examples/*/*.weir.yaml", "../../golden/accepted/imports/*.types.yaml"} {
		paths, err := filepath.Glob(pattern)
		if err != nil || len(paths) == 0 {
			t.Fatalf("%s: %d files, %v", pattern, len(paths), err)
		}
		for _, path := range paths {
			if problem := validateFile(t, path); problem != "" {
				t.Errorf("%s: %s", path, problem)
			}
		}
	}
}

func TestSchemaRefusesWrongShapes(t *testing.T) {
	for name, part := range map[string]string{
		"unknown_key": "event_tme", "missing_keys": "missing", "no_sinks": "sinks", "wrong_kind": "kafka", "bad_choice": "emit",
		"bad_version": "weir", "bad_durations": "pattern", "bad_names": "pattern",
	} {
		problem := validateFile(t, filepath.Join("../../golden/refused", name, "spec.weir.yaml"))
		if !strings.Contains(problem, part) {
			t.Errorf("%s: %q says nothing of %q", name, problem, part)
		}
	}
}

// validateFile is the first problem of a file, "" if there is none.
func validateFile(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	// The YAML 1.1 parser ends a text in braces at a question mark; the schema looks at none.
	text = bytes.ReplaceAll(text, []byte("?"), nil)
	var value any
	if err := yaml.Unmarshal(text, &value); err != nil {
		t.Fatal(err)
	}
	var s map[string]any
	generated, err := schema.Generate()
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(generated, &s); err != nil {
		t.Fatal(err)
	}
	return validate(s, value, "")
}

// validate checks the part of JSON Schema that the schema uses.
func validate(s map[string]any, v any, at string) string {
	if cond, ok := s["if"].(map[string]any); ok {
		branch := "then"
		if validate(cond, v, at) != "" {
			branch = "else"
		}
		if p := validate(s[branch].(map[string]any), v, at); p != "" {
			return p
		}
	}
	if alts, ok := s["anyOf"].([]any); ok {
		var problems []string
		for _, alt := range alts {
			p := validate(alt.(map[string]any), v, at)
			if p == "" {
				return ""
			}
			problems = append(problems, p)
		}
		return strings.Join(problems, " or ")
	}
	kinds, _ := s["type"].([]any)
	if one, ok := s["type"].(string); ok {
		kinds = []any{one}
	}
	if len(kinds) > 0 && !slices.Contains(kinds, any(kindOf(v))) {
		return fmt.Sprintf("%s is a %s, not of type %v", at, kindOf(v), kinds)
	}
	if choices, ok := s["enum"].([]any); ok && !slices.Contains(choices, any(fmt.Sprint(v))) {
		return fmt.Sprintf("%s: %v is none of %v", at, v, choices)
	}
	switch v := v.(type) {
	case string:
		if p, ok := s["pattern"].(string); ok && !regexp.MustCompile(p).MatchString(v) {
			return fmt.Sprintf("%s: %q does not match the pattern %s", at, v, p)
		}
		if n, ok := s["minLength"].(float64); ok && len(v) < int(n) {
			return at + " is empty"
		}
	case []any:
		if n, ok := s["minItems"].(float64); ok && len(v) < int(n) {
			return at + " is empty"
		}
		items, _ := s["items"].(map[string]any) // nil: of any kind
		for i, item := range v {
			if p := validate(items, item, fmt.Sprintf("%s[%d]", at, i)); p != "" {
				return p
			}
		}
	case map[any]any: // the parser makes one of a mapping with the key null
		byText := map[string]any{}
		for k, item := range v {
			if k == nil {
				k = "null"
			}
			byText[fmt.Sprint(k)] = item
		}
		return validateObject(s, byText, at)
	case map[string]any:
		return validateObject(s, v, at)
	}
	return ""
}

func validateObject(s, v map[string]any, at string) string {
	required, _ := s["required"].([]any)
	for _, r := range required {
		if _, ok := v[r.(string)]; !ok {
			return fmt.Sprintf("%s.%s is missing", at, r)
		}
	}
	if s["type"] == nil { // of any kind
		return ""
	}
	if n, ok := s["minProperties"].(float64); ok && len(v) < int(n) {
		return at + " is empty"
	}
	properties, _ := s["properties"].(map[string]any)
	for _, k := range slices.Sorted(maps.Keys(v)) {
		item := v[k]
		here := at + "." + k
		if names, ok := s["propertyNames"].(map[string]any); ok && !regexp.MustCompile(names["pattern"].(string)).MatchString(k) {
			return fmt.Sprintf("%s does not match the pattern %s", here, names["pattern"])
		}
		sub, ok := properties[k].(map[string]any)
		if !ok {
			if sub, ok = s["additionalProperties"].(map[string]any); !ok {
				return here + " is unknown"
			}
		}
		if p := validate(sub, item, here); p != "" {
			return p
		}
	}
	return ""
}

func kindOf(v any) string {
	switch v.(type) {
	case nil:
		return "null"
	case bool:
		return "boolean"
	case string:
		return "string"
	case []any:
		return "array"
	case map[string]any, map[any]any:
		return "object"
	}
	return "number"
}
