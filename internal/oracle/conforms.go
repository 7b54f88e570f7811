package oracle

import (
	"fmt"

	celtypes "cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"

	"github.com/weirstream/weir/spec/types"
)

// conforms tells whether a decoded value, and all in it, fulfils the conditions of the aliases that its type is written with.
func (ev *evaluator) conforms(t *types.Type, v ref.Val) error {
	for _, a := range ev.program.Conditions(t) {
		if ok, err := ev.bool(a.Where, &vars{this: v}); err != nil || !ok {
			return fmt.Errorf("%s is no %s: %v", show(v), a.Type.Alias.Name, err)
		}
	}
	switch t.Kind {
	case types.Optional:
		if o := v.(*celtypes.Optional); o.HasValue() {
			return ev.conforms(t.Elem, o.GetValue())
		}
	case types.Record:
		for _, f := range t.Fields {
			x := v.(*record).Fields[f.Name]
			if x == nil { // nobody reads it
				continue
			}
			if err := ev.conforms(f.Type, x); err != nil {
				return fmt.Errorf("field %s: %w", f.Name, err)
			}
		}
	case types.List:
		all, _ := elements(v)
		for i, x := range all {
			if err := ev.conforms(t.Elem, x); err != nil {
				return fmt.Errorf("[%d]: %w", i, err)
			}
		}
	case types.Map:
		all, _ := entries(v)
		for _, e := range all {
			if err := ev.conforms(t.Key, e[0]); err != nil {
				return fmt.Errorf("key: %w", err)
			}
			if err := ev.conforms(t.Elem, e[1]); err != nil {
				return fmt.Errorf("[%s]: %w", show(e[0]), err)
			}
		}
	}
	return nil
}

// written is a value that the spec writes out.
func written(t *types.Type, v *types.Value) ref.Val {
	switch t.Kind {
	case types.Enum:
		return &enum{Of: t, Name: v.Text}
	case types.Decimal, types.Date, types.TimeOfDay:
		val, err := fromText(t, types.RFC3339, v.Text)
		if err != nil {
			panic("a value that was checked is wrong: " + err.Error())
		}
		return val
	case types.List:
		vals := make([]ref.Val, len(v.Elems))
		for i, x := range v.Elems {
			vals[i] = written(t.Elem, x)
		}
		return celtypes.NewRefValList(celtypes.DefaultTypeAdapter, vals)
	case types.Map:
		vals := map[ref.Val]ref.Val{}
		for i, x := range v.Elems {
			vals[written(t.Key, v.Keys[i])] = written(t.Elem, x)
		}
		return celtypes.NewRefValMap(celtypes.DefaultTypeAdapter, vals)
	case types.Optional:
		if len(v.Elems) == 0 {
			return celtypes.OptionalNone
		}
		return celtypes.OptionalOf(written(t.Elem, v.Elems[0]))
	case types.Record:
		r := &record{Of: t, Fields: map[string]ref.Val{}}
		for i, f := range t.Fields {
			r.Fields[f.Name] = written(f.Type, v.Elems[i])
		}
		return r
	}
	return celtypes.DefaultTypeAdapter.NativeToValue(v.Scalar)
}
