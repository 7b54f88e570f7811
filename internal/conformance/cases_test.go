package conformance

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sort"
	"strconv"
	"strings"
	"testing"
	"time"

	exprpb "cel.dev/expr"
	_ "cel.dev/expr/conformance/proto2" // messages that cases name
	_ "cel.dev/expr/conformance/proto3"
	testpb "cel.dev/expr/conformance/test"
	"google.golang.org/protobuf/encoding/prototext"
	"google.golang.org/protobuf/types/known/durationpb"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/weirstream/weir/internal/conformance/show"
	"github.com/weirstream/weir/spec/celenv"
	"github.com/weirstream/weir/spec/types"
)

// testCase is a case of the suite.
type testCase struct {
	file, name string // name is section/test
	*testpb.SimpleTest
}

func (c *testCase) id() string { return c.file + "/" + c.name }

// cases reads the suite from the module that has it, in the order of the files' names.
func cases(t *testing.T) []*testCase {
	t.Helper()
	dir, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "cel.dev/expr").Output()
	if err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob(filepath.Join(strings.TrimSpace(string(dir)), "tests/simple/testdata/*.textproto"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no cases: %v", err)
	}
	sort.Strings(files)
	var all []*testCase
	for _, path := range files {
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		var f testpb.SimpleTestFile
		if err := prototext.Unmarshal(data, &f); err != nil {
			t.Fatalf("%s: %v", path, err)
		}
		file := strings.TrimSuffix(filepath.Base(path), ".textproto")
		seen := map[string]int{}
		for _, s := range f.Section {
			for _, x := range s.Test {
				name := s.Name + "/" + x.Name
				if seen[name]++; seen[name] > 1 {
					name += "#" + strconv.Itoa(seen[name])
				}
				all = append(all, &testCase{file, name, x})
			}
		}
	}
	return all
}

// want is what the case expects: a value's text as package show prints it, or "error".
func (c *testCase) want() (string, error) {
	switch m := c.ResultMatcher.(type) {
	case nil:
		return "true", nil
	case *testpb.SimpleTest_Value:
		return valueText(m.Value)
	case *testpb.SimpleTest_TypedResult:
		if m.TypedResult.Result == nil {
			return "", nil // only the type counts
		}
		return valueText(m.TypedResult.Result)
	case *testpb.SimpleTest_EvalError, *testpb.SimpleTest_AnyEvalErrors:
		return "error", nil
	}
	return "", fmt.Errorf("an unknown value as the result")
}

// errMessage is the reason of an exclusion that is found when a value or type of the case is read.
var (
	errMessage = fmt.Errorf("protobuf messages")
	errNull    = fmt.Errorf("null")
	errType    = fmt.Errorf("types as values")
	errDyn     = fmt.Errorf("variables of type dyn")
)

func valueText(v *exprpb.Value) (string, error) {
	switch k := v.Kind.(type) {
	case *exprpb.Value_NullValue:
		return "", errNull
	case *exprpb.Value_BoolValue:
		return strconv.FormatBool(k.BoolValue), nil
	case *exprpb.Value_Int64Value:
		return strconv.FormatInt(k.Int64Value, 10), nil
	case *exprpb.Value_Uint64Value:
		return strconv.FormatUint(k.Uint64Value, 10) + "u", nil
	case *exprpb.Value_DoubleValue:
		return show.Double(k.DoubleValue), nil
	case *exprpb.Value_StringValue:
		return strconv.Quote(k.StringValue), nil
	case *exprpb.Value_BytesValue:
		return show.Bytes(k.BytesValue), nil
	case *exprpb.Value_TypeValue:
		return "", errType
	case *exprpb.Value_ListValue:
		var parts []string
		for _, x := range k.ListValue.Values {
			s, err := valueText(x)
			if err != nil {
				return "", err
			}
			parts = append(parts, s)
		}
		return "[" + strings.Join(parts, ", ") + "]", nil
	case *exprpb.Value_MapValue:
		var parts []string
		for _, x := range k.MapValue.Entries {
			key, err := valueText(x.Key)
			if err != nil {
				return "", err
			}
			val, err := valueText(x.Value)
			if err != nil {
				return "", err
			}
			parts = append(parts, key+": "+val)
		}
		return show.Map(parts), nil
	case *exprpb.Value_ObjectValue:
		m, err := k.ObjectValue.UnmarshalNew()
		if err != nil {
			return "", err
		}
		switch m := m.(type) {
		case *timestamppb.Timestamp:
			return show.Time(m.AsTime()), nil
		case *durationpb.Duration:
			return show.Duration(time.Duration(m.Seconds)*time.Second + time.Duration(m.Nanos)), nil
		}
		return "", errMessage
	}
	return "", errMessage // enums
}

// variable is a variable of a case with the Go literal of its value.
type variable struct {
	celenv.Var
	literal string
}

// variables are the variables that a case declares or binds.
func (c *testCase) variables() ([]variable, error) {
	byName := map[string]*types.Type{}
	var names []string
	for _, d := range c.TypeEnv {
		id := d.GetIdent()
		if id == nil {
			return nil, fmt.Errorf("functions that the case declares")
		}
		t, err := typeOf(id.Type)
		if err != nil {
			return nil, err
		}
		byName[d.Name] = t
		names = append(names, d.Name)
	}
	for name, v := range c.Bindings {
		if byName[name] != nil {
			continue
		}
		t, err := typeOfValue(v.GetValue())
		if err != nil {
			return nil, err
		}
		byName[name] = t
		names = append(names, name)
	}
	sort.Strings(names)
	var vars []variable
	for _, name := range names {
		t := byName[name]
		v := variable{Var: celenv.Var{Name: name, Type: t}, literal: "*new(" + goType(t) + ")"}
		if b := c.Bindings[name]; b != nil {
			lit, err := goLiteral(t, b.GetValue())
			if err != nil {
				return nil, err
			}
			v.literal = lit
		}
		vars = append(vars, v)
	}
	return vars, nil
}

var primitives = map[exprpb.Type_PrimitiveType]*types.Type{
	exprpb.Type_BOOL: types.BoolType, exprpb.Type_INT64: types.IntType, exprpb.Type_UINT64: types.UintType,
	exprpb.Type_DOUBLE: types.DoubleType, exprpb.Type_STRING: types.StringType, exprpb.Type_BYTES: types.BytesType,
}

func typeOf(t *exprpb.Type) (*types.Type, error) {
	switch k := t.TypeKind.(type) {
	case *exprpb.Type_Primitive:
		return primitives[k.Primitive], nil
	case *exprpb.Type_WellKnown:
		switch k.WellKnown {
		case exprpb.Type_TIMESTAMP:
			return types.TimestampType, nil
		case exprpb.Type_DURATION:
			return types.DurationType, nil
		}
	case *exprpb.Type_ListType_:
		elem, err := typeOf(k.ListType.ElemType)
		return types.ListOf(elem), err
	case *exprpb.Type_MapType_:
		key, err := typeOf(k.MapType.KeyType)
		if err != nil {
			return nil, err
		}
		elem, err := typeOf(k.MapType.ValueType)
		return types.MapOf(key, elem), err
	case *exprpb.Type_AbstractType_:
		if k.AbstractType.Name == "optional_type" {
			elem, err := typeOf(k.AbstractType.ParameterTypes[0])
			return &types.Type{Kind: types.Optional, Elem: elem}, err
		}
	case *exprpb.Type_Dyn:
		return nil, errDyn
	case *exprpb.Type_Null:
		return nil, errNull
	case *exprpb.Type_Type:
		return nil, errType
	}
	return nil, errMessage
}

// typeOfValue is the type of a binding that is not declared.
func typeOfValue(v *exprpb.Value) (*types.Type, error) {
	switch k := v.GetKind().(type) {
	case *exprpb.Value_BoolValue:
		return types.BoolType, nil
	case *exprpb.Value_Int64Value:
		return types.IntType, nil
	case *exprpb.Value_Uint64Value:
		return types.UintType, nil
	case *exprpb.Value_DoubleValue:
		return types.DoubleType, nil
	case *exprpb.Value_StringValue:
		return types.StringType, nil
	case *exprpb.Value_BytesValue:
		return types.BytesType, nil
	case *exprpb.Value_NullValue:
		return nil, errNull
	case *exprpb.Value_ListValue:
		if len(k.ListValue.Values) > 0 {
			elem, err := typeOfValue(k.ListValue.Values[0])
			return types.ListOf(elem), err
		}
		return nil, errDyn
	case *exprpb.Value_MapValue:
		if len(k.MapValue.Entries) > 0 {
			key, err := typeOfValue(k.MapValue.Entries[0].Key)
			if err != nil {
				return nil, err
			}
			elem, err := typeOfValue(k.MapValue.Entries[0].Value)
			return types.MapOf(key, elem), err
		}
		return nil, errDyn
	}
	return nil, errMessage
}

// goLiteral writes the value of a binding as Go.
func goLiteral(t *types.Type, v *exprpb.Value) (string, error) {
	var parts []string
	switch k := v.GetKind().(type) {
	case *exprpb.Value_BoolValue:
		return strconv.FormatBool(k.BoolValue), nil
	case *exprpb.Value_Int64Value:
		return strconv.FormatInt(k.Int64Value, 10), nil
	case *exprpb.Value_Uint64Value:
		return strconv.FormatUint(k.Uint64Value, 10), nil
	case *exprpb.Value_DoubleValue:
		return doubleLiteral(k.DoubleValue), nil
	case *exprpb.Value_StringValue:
		return strconv.Quote(k.StringValue), nil
	case *exprpb.Value_BytesValue:
		return fmt.Sprintf("[]byte(%q)", k.BytesValue), nil
	case *exprpb.Value_ListValue:
		if t.Kind != types.List {
			return "", errMessage
		}
		for _, x := range k.ListValue.Values {
			lit, err := goLiteral(t.Elem, x)
			if err != nil {
				return "", err
			}
			parts = append(parts, lit)
		}
		return goType(t) + "{" + strings.Join(parts, ", ") + "}", nil
	case *exprpb.Value_MapValue:
		if t.Kind != types.Map {
			return "", errMessage
		}
		for _, x := range k.MapValue.Entries {
			key, err := goLiteral(t.Key, x.Key)
			if err != nil {
				return "", err
			}
			elem, err := goLiteral(t.Elem, x.Value)
			if err != nil {
				return "", err
			}
			parts = append(parts, key+": "+elem)
		}
		return goType(t) + "{" + strings.Join(parts, ", ") + "}", nil
	case *exprpb.Value_ObjectValue:
		m, err := k.ObjectValue.UnmarshalNew()
		if err != nil {
			return "", err
		}
		switch m := m.(type) {
		case *timestamppb.Timestamp:
			return fmt.Sprintf("time.Unix(%d, %d).UTC()", m.Seconds, m.Nanos), nil
		case *durationpb.Duration:
			return fmt.Sprintf("time.Duration(%d)", m.Seconds*1e9+int64(m.Nanos)), nil
		}
		return "", errMessage
	}
	return "", errNull
}
