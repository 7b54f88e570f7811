package randspec

import (
	"strings"

	"github.com/weirstream/weir/spec/types"
)

// types makes an enum or two, and a record to be nested.
func (g *gen) types() {
	for i := range 1 + g.r.IntN(2) {
		e := &types.Type{Kind: types.Enum, Name: []string{"Status", "Kind"}[i], Values: []string{"pending", "paid", "cancelled", "type"}[:2+g.r.IntN(3)]}
		g.enums = append(g.enums, e)
		g.spec.Types = append(g.spec.Types, e)
	}
	for _, a := range []*types.Alias{{Name: "Short", Of: types.StringType, Text: "this.size() < 9"}, {Name: "Odd", Of: types.IntType, Text: "100 / (this - 13) < 50"}} {
		t := *a.Of
		t.Alias = a
		g.aliases = append(g.aliases, &t)
	}
	g.spec.Types = append(g.spec.Types, g.aliases...)
	item := &types.Type{Kind: types.Record, Name: pick(g, "Item", "Row", "Task")}
	name := g.uniqueNames()
	for range 1 + g.r.IntN(4) {
		t := g.scalarType()
		for t.Alias != nil { // a condition within a record is checked only where somebody reads the field, which the oracle does not follow
			t = g.scalarType()
		}
		item.Fields = append(item.Fields, g.field(name(), t))
	}
	g.spec.Types = append(g.spec.Types, item, g.union(item))
}

// union makes a union of records, by a tag or not, or of anything.
func (g *gen) union(item *types.Type) *types.Type {
	u := &types.Type{Kind: types.Record, Union: true, Name: pick(g, "Choice", "Change", "Either")}
	name := g.uniqueNames()
	tagged := g.chance(40)
	for range 1 + g.r.IntN(3) {
		t := item
		if !tagged && g.chance(70) {
			t = pick(g, g.scalarType(), g.scalarType(), types.ListOf(item), types.MapOf(types.StringType, types.IntType))
		}
		f := g.field(name(), t)
		f.Type, f.Default = types.OptionalOf(t), nil
		u.Fields = append(u.Fields, f)
	}
	if tagged {
		u.Tag = pick(g, "tag!", "the kind")
	}
	return u
}

func (g *gen) scalarType() *types.Type {
	if g.chance(10) {
		return pick(g, g.enums...)
	}
	if g.chance(8) {
		return pick(g, g.aliases...)
	}
	return pick(g, types.BoolType, types.IntType, types.IntType, types.UintType, types.DoubleType, types.StringType, types.StringType,
		types.BytesType, types.TimestampType, types.DurationType, types.DecimalType, shortDecimal, types.DateType, types.TimeOfDayType)
}

// shortDecimal is a decimal that most numbers made here fit.
var shortDecimal = types.DecimalOf(9, 3)

func (g *gen) field(name string, t *types.Type) *types.Field {
	f := &types.Field{Name: name, Type: t, Wire: name}
	if g.chance(15) {
		f.Wire = pick(g, name+"Wire", "W-"+name, name+" x", "@"+name, strings.ToUpper(name)+"!", "ü"+name)
	}
	elem := t
	for elem.Elem != nil {
		elem = elem.Elem
	}
	if elem.Kind == types.Decimal && g.chance(30) {
		f.As = types.AsString
	}
	if elem.Kind == types.Timestamp && g.chance(60) {
		f.As = pick(g, types.EpochMillis, types.EpochSeconds)
	}
	if g.chance(15) {
		if f.Default = g.written(t); t.Kind == types.Optional && len(f.Default.Elems) == 0 {
			f.Default = nil
		}
	}
	if g.chance(10) {
		f.WasWire = []string{"old-" + name}
	}
	return f
}

func (g *gen) fieldType(flat bool) *types.Type {
	if flat {
		if g.chance(25) {
			return types.OptionalOf(g.scalarType())
		}
		return g.scalarType()
	}
	item := g.spec.Types[len(g.enums)+len(g.aliases)]
	union := g.spec.Types[len(g.enums)+len(g.aliases)+1]
	switch g.r.IntN(14) {
	case 12:
		return union
	case 13:
		return pick(g, types.OptionalOf(union), types.ListOf(union), types.MapOf(types.StringType, union), types.ListOf(types.OptionalOf(union)))
	case 0, 1:
		return types.OptionalOf(g.scalarType())
	case 2:
		return types.ListOf(item)
	case 3:
		return types.ListOf(g.scalarType())
	case 4:
		return types.MapOf(pick(g, types.StringType, types.IntType, types.UintType, types.BoolType), g.scalarType())
	case 5:
		return item
	case 6:
		return pick(g, types.OptionalOf(item), types.ListOf(types.OptionalOf(types.IntType)), types.OptionalOf(types.ListOf(types.StringType)),
			types.MapOf(types.StringType, item))
	}
	return g.scalarType()
}
