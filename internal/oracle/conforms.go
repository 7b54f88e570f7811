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
			x := v.(*record).fields[f.Name]
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

// defaultOf is the value of a field that the data has none for.
func defaultOf(f *types.Field) ref.Val {
	switch f.Type.Kind {
	case types.Enum:
		return &enum{f.Type, f.Default.Text}
	case types.Decimal, types.Date, types.TimeOfDay:
		v, err := fromText(f.Type, f.As, f.Default.Text)
		if err != nil {
			panic("a default that was checked is wrong: " + err.Error())
		}
		return v
	}
	return celtypes.DefaultTypeAdapter.NativeToValue(f.Default.Value)
}
