// Package schema makes the JSON Schema of the spec language, for editors: weir.schema.json beside this file.
//
// It is made from syntax.Language, the table that files are checked against, so the two agree. A schema knows the shape of a
// spec only; what names refer to, and what types and expressions say, is `weir check`'s to find out.
package schema

import (
	_ "embed"
	"encoding/json"
	"slices"
	"strings"

	"github.com/weirstream/weir/spec/syntax"
)

// JSON is the schema as committed.
//
//go:embed weir.schema.json
var JSON []byte

// Generate makes the schema (draft 2020-12) of the language. The same language always gives the same bytes.
func Generate() ([]byte, error) {
	root := of(syntax.Language)
	root["$schema"] = "https://json-schema.org/draft/2020-12/schema"
	root["title"] = "Weir spec"
	// A file that specs import has the same keys, and none of these.
	required := root["required"]
	root["if"] = object{"anyOf": anyRequired("service", "sources", "steps", "sinks")}
	root["then"] = object{"required": required}
	root["else"] = object{"anyOf": anyRequired("types", "fragments")}
	root["required"] = []string{"weir"}
	b, err := json.MarshalIndent(root, "", "  ")
	return append(b, '\n'), err
}

type object = map[string]any

// anyRequired are schemas of objects that have one of some keys each.
func anyRequired(keys ...string) (all []object) {
	for _, k := range keys {
		all = append(all, object{"required": []string{k}})
	}
	return all
}

// of is the schema of a shape. Scalars are texts whatever YAML makes of them, so numbers, booleans and null are as good as
// strings wherever no pattern says otherwise.
func of(s *syntax.Shape) object {
	o := object{}
	switch {
	case s.OneOf != nil:
		var any []object
		for _, alt := range s.OneOf {
			any = append(any, of(alt))
		}
		o["anyOf"] = any
	case s.Keys != nil:
		o["type"], o["additionalProperties"] = "object", false
		properties := object{}
		required := []string{}
		for _, k := range s.Keys {
			properties[k.Name] = of(k.Shape)
			if k.Required {
				required = append(required, k.Name)
			}
		}
		o["properties"] = properties
		if len(required) > 0 {
			o["required"] = required
		}
		var either []object
		for _, k := range s.Either {
			either = append(either, object{"required": []string{k}})
		}
		switch {
		case s.Beside != nil:
			o["anyOf"] = either
			o["not"] = object{"required": slices.DeleteFunc(slices.Clone(s.Either), func(k string) bool { return slices.Contains(s.Beside, k) })}
		case either != nil:
			o["oneOf"] = either
		}
	case s.Names != nil:
		o["type"], o["additionalProperties"] = "object", of(s.Elem)
		o["propertyNames"] = object{"pattern": s.Names.Regexp.String()}
		if s.NonEmpty {
			o["minProperties"] = 1
		}
	case s.List:
		o["type"], o["items"] = "array", of(s.Elem)
		if s.NonEmpty {
			o["minItems"] = 1
		}
	case s.Choices != nil:
		o["enum"] = s.Choices
	case s.Value: // of any type
	case s.Bool:
		o["type"] = "boolean"
	case s.Duration:
		o["type"], o["pattern"], o["minLength"] = "string", syntax.DurationPattern, 1
	case s.Text.Regexp != nil:
		o["type"], o["pattern"] = []string{"string", "number"}, s.Text.Regexp.String()
	default:
		o["type"] = []string{"string", "number", "boolean", "null"}
		if s.Text.Rule != "" {
			o["type"], o["minLength"] = []string{"string", "number", "boolean"}, 1
		}
	}
	if doc := describe(s); doc != "" {
		o["description"] = doc
	}
	return o
}

func describe(s *syntax.Shape) string {
	if s.Doc != "" {
		return s.Doc
	}
	if s.Text != nil && s.Text.Regexp != nil {
		return strings.ToUpper(s.What[:1]) + s.What[1:] + ": it " + s.Text.Rule + "."
	}
	return ""
}
