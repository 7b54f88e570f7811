package check

import (
	"github.com/weirstream/weir/spec/syntax"
	"github.com/weirstream/weir/spec/types"
)

// readDefaults reads the defaults of all fields, once the types that they may be of are complete.
func (c *checker) readDefaults() {
	for _, t := range c.p.Types {
		for _, f := range t.Fields {
			c.defaultOf(f)
		}
	}
}

// defaultOf is the default of a field, nil if it has none or a wrong one, which is reported once. A default of a record takes what it
// leaves out from the defaults of the record's own fields, so these are read first, wherever they stand.
func (c *checker) defaultOf(f *types.Field) *types.Value {
	if d := c.defaults[f]; d != nil {
		c.defaults[f] = nil
		switch {
		case f.Type.Kind == types.Invalid:
		case f.Type.Kind == types.Optional && absent(d):
			c.report(absentDefault(d))
		default:
			f.Default = c.value(d, f.Type)
		}
	}
	return f.Default
}

// hasDefault tells whether a field has a default, be it a wrong one.
func (c *checker) hasDefault(f *types.Field) bool {
	_, ok := c.defaults[f]
	return ok
}

// absent tells whether a value is null, without quotes, which in an optional means that there is none.
func absent(v *syntax.Value) bool { return v.Text != nil && v.Text.Value == "null" && !v.Quoted }

// value reads a value of a type; nil if it is wrong, which is reported.
func (c *checker) value(v *syntax.Value, t *types.Type) *types.Value {
	out := &types.Value{Span: v.Span}
	switch {
	case t.Kind == types.Invalid:
		return nil
	case t.Kind == types.Optional:
		if absent(v) {
			return out
		}
		elem := c.value(v, t.Elem)
		if elem == nil {
			return nil
		}
		out.Elems = []*types.Value{elem}
		return out
	case t.Kind == types.List && v.IsList:
		for _, item := range v.Items {
			out.Elems = append(out.Elems, c.value(item, t.Elem))
		}
	case t.Kind == types.Map && v.IsMap:
		c.mapValue(out, v, t)
	case t.Union && v.IsMap:
		return c.unionValue(out, v, t)
	case t.Kind == types.Record && v.IsMap:
		return c.recordValue(out, v, t)
	case t.Keyable() && v.Text != nil:
		return c.scalarValue(v.Text, t)
	default:
		c.report(wrongDefault(v, t))
		return nil
	}
	for _, x := range append(out.Elems, out.Keys...) {
		if x == nil {
			return nil
		}
	}
	return out
}

func (c *checker) scalarValue(text *syntax.Text, t *types.Type) *types.Value {
	v, err := types.ParseScalar(t, text.Value)
	if err != nil {
		c.report(badDefault(text, t, err))
		return nil
	}
	v.Span = text.Span
	return v
}

func (c *checker) mapValue(out *types.Value, v *syntax.Value, t *types.Type) {
	seen := map[any]*syntax.Text{} // 1 and 01 are one key
	for _, e := range v.Entries {
		key := c.scalarValue(e.Key, t.Key)
		if key != nil && seen[key.Scalar] != nil {
			c.report(defaultKeyTwice(e.Key, seen[key.Scalar]))
			key = nil
		} else if key != nil {
			seen[key.Scalar] = e.Key
		}
		out.Keys, out.Elems = append(out.Keys, key), append(out.Elems, c.value(e.Value, t.Elem))
	}
}

func (c *checker) recordValue(out *types.Value, v *syntax.Value, t *types.Type) *types.Value {
	given, right := c.fieldValues(v, t)
	for _, f := range t.Fields {
		x, ok := given[f.Name]
		switch {
		case ok:
		case c.defaultOf(f) != nil:
			x = f.Default
		case f.Type.Kind == types.Optional:
			x = &types.Value{Span: v.Span}
		case !c.hasDefault(f) && f.Type.Kind != types.Invalid:
			c.report(defaultLacks(v, t, f))
		}
		right = right && x != nil
		out.Elems = append(out.Elems, x)
	}
	if !right {
		return nil
	}
	return out
}

func (c *checker) unionValue(out *types.Value, v *syntax.Value, t *types.Type) *types.Value {
	given, right := c.fieldValues(v, t)
	if right && len(v.Entries) != 1 {
		c.report(defaultMembers(v, t))
		right = false
	}
	for _, f := range t.Fields {
		x := given[f.Name]
		if x == nil {
			x = &types.Value{Span: v.Span}
		}
		out.Elems = append(out.Elems, x)
	}
	if !right {
		return nil
	}
	return out
}

// fieldValues reads the entries of a record or a union. The type of a union's member is an optional, and null is no value of it.
func (c *checker) fieldValues(v *syntax.Value, t *types.Type) (given map[string]*types.Value, right bool) {
	given, right = map[string]*types.Value{}, true
	for _, e := range v.Entries {
		f := t.Field(e.Key.Value)
		switch {
		case f == nil:
			c.report(defaultField(e.Key, t))
			right = false
			continue
		case t.Union && f.Type.Kind == types.Optional:
			if x := c.value(e.Value, f.Type.Elem); x != nil {
				given[f.Name] = &types.Value{Elems: []*types.Value{x}, Span: x.Span}
			}
		default:
			given[f.Name] = c.value(e.Value, f.Type)
		}
		right = right && given[f.Name] != nil
	}
	return given, right
}

// checkDefaults checks that defaults fulfil the conditions of their types.
func (c *checker) checkDefaults() {
	for _, t := range c.p.Types {
		for _, f := range t.Fields {
			if f.Default != nil {
				c.fulfils(f.Default, f.Type)
			}
		}
	}
}

// fulfils checks that a value, and what is written in it, fulfils the conditions of the aliases that its type is written with.
func (c *checker) fulfils(v *types.Value, t *types.Type) {
	for _, a := range c.p.Conditions(t) {
		if ok, err := c.env.Holds(a.Where.AST, a.Type, v); err != nil || !ok {
			c.report(defaultOutside(v, a))
			return
		}
	}
	for _, k := range v.Keys {
		c.fulfils(k, t.Key)
	}
	for i, x := range v.Elems {
		switch {
		case t.Kind != types.Record:
			c.fulfils(x, t.Elem)
		case x != t.Fields[i].Default: // which has been checked where it is written
			c.fulfils(x, t.Fields[i].Type)
		}
	}
}
