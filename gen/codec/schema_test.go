package codec_test

import "github.com/weirstream/weir/spec/types"

func record(name string, fields ...*types.Field) *types.Type {
	return &types.Type{Kind: types.Record, Name: name, Fields: fields}
}

func field(name string, t *types.Type) *types.Field {
	return &types.Field{Name: name, Type: t, Wire: name}
}

func union(name, tag string, members ...*types.Field) *types.Type {
	for _, m := range members {
		m.Type = types.OptionalOf(m.Type)
	}
	return &types.Type{Kind: types.Record, Name: name, Fields: members, Union: true, Tag: tag}
}

// withDefault gives a field a default.
func withDefault(f *types.Field, v *types.Value) *types.Field {
	f.Default = v
	return f
}

func scalar(t *types.Type, text string) *types.Value {
	v, err := types.ParseScalar(t, text)
	if err != nil {
		panic(err)
	}
	return v
}

func elems(vs ...*types.Value) *types.Value { return &types.Value{Elems: vs} }

func timeField(name, wire string, t *types.Type, as types.TimeAs) *types.Field {
	return &types.Field{Name: name, Type: t, Wire: wire, As: as}
}

var (
	status = &types.Type{Kind: types.Enum, Name: "OrderStatus", Values: []string{"pending", "paid", "cancelled"}}
	item   = record("Item", field("sku", types.StringType), field("qty", types.IntType), field("note", types.OptionalOf(types.StringType)))

	// The order of the yardstick.
	order = record("Order",
		field("order_id", types.StringType), field("customer_id", types.StringType), field("amount_cents", types.IntType),
		field("currency", types.StringType), field("status", status),
		timeField("placed_at", "ts", types.TimestampType, types.EpochMillis), field("items", types.ListOf(item)))

	scalars = record("Scalars",
		field("b", types.BoolType), field("i", types.IntType), field("u", types.UintType), field("d", types.DoubleType),
		field("s", types.StringType), field("y", types.BytesType), field("e", status), field("p", types.DurationType),
		timeField("t", "t", types.TimestampType, types.RFC3339), timeField("tm", "ms", types.TimestampType, types.EpochMillis),
		timeField("tse", "s\"ec", types.TimestampType, types.EpochSeconds))

	// Everything optional, so that no comma is certain.
	optionals = record("Optionals",
		field("b", types.OptionalOf(types.BoolType)), field("i", types.OptionalOf(types.IntType)), field("u", types.OptionalOf(types.UintType)),
		field("d", types.OptionalOf(types.DoubleType)), field("s", types.OptionalOf(types.StringType)), field("y", types.OptionalOf(types.BytesType)),
		field("e", types.OptionalOf(status)), field("p", types.OptionalOf(types.DurationType)),
		timeField("t", "t", types.OptionalOf(types.TimestampType), types.RFC3339),
		timeField("tm", "tm", types.OptionalOf(types.TimestampType), types.EpochMillis),
		timeField("tse", "tse", types.OptionalOf(types.TimestampType), types.EpochSeconds))

	nested = record("Nested",
		field("note", types.OptionalOf(types.StringType)), field("item", item), field("maybe", types.OptionalOf(item)),
		field("grid", types.ListOf(types.ListOf(types.IntType))), field("holes", types.ListOf(types.OptionalOf(types.StringType))),
		field("tags", types.OptionalOf(types.ListOf(types.StringType))), field("counts", types.MapOf(types.StringType, types.IntType)),
		field("by_id", types.MapOf(types.IntType, types.ListOf(item))), field("flags", types.MapOf(types.BoolType, types.MapOf(types.UintType, types.DoubleType))),
		timeField("times", "times", types.ListOf(types.TimestampType), types.EpochSeconds), field("states", types.ListOf(status)),
		field("empty", nothing), field("maps", types.ListOf(types.MapOf(types.StringType, types.BytesType))))

	nothing = record("Nothing")

	change = union("Change", "",
		field("count", types.IntType), timeField("at", "at_ms", types.TimestampType, types.EpochMillis), field("state", status), field("names", types.ListOf(types.StringType)),
		field("item", item), field("items", types.MapOf(types.StringType, item)), field("blob", types.BytesType))

	message = union("Message", "kind", timeField("item", "order.item", item, types.RFC3339), field("nothing", nothing), field("box", box))

	box = record("Box", field("last", change), field("before", types.ListOf(change)), field("note", types.OptionalOf(types.StringType)))

	// Unions in both forms, and containers of them.
	unions = record("Unions",
		field("change", change), field("maybe", types.OptionalOf(change)), field("all", types.ListOf(change)), field("named", types.MapOf(types.StringType, change)),
		field("message", message), field("holes", types.ListOf(types.OptionalOf(message))), field("by_id", types.MapOf(types.IntType, types.ListOf(message))),
		field("box", types.OptionalOf(box)), field("boxes", types.ListOf(box)))

	aItem = elems(scalar(types.StringType, "s1"), scalar(types.IntType, "2"), elems())

	defaulted = record("Defaulted",
		field("id", types.StringType), withDefault(field("state", status), scalar(status, "paid")),
		withDefault(timeField("at", "at", types.TimestampType, types.EpochSeconds), scalar(types.TimestampType, "2026-01-01T00:00:00.5Z")),
		withDefault(field("tags", types.ListOf(types.StringType)), elems(scalar(types.StringType, "a"), scalar(types.StringType, "b"))),
		withDefault(field("counts", types.MapOf(types.StringType, types.IntType)), &types.Value{Keys: []*types.Value{scalar(types.StringType, "x")}, Elems: []*types.Value{scalar(types.IntType, "1")}}),
		withDefault(field("item", item), aItem), withDefault(field("items", types.ListOf(item)), elems(aItem, aItem)),
		withDefault(field("grid", types.ListOf(types.ListOf(types.IntType))), elems(elems(scalar(types.IntType, "1")), elems(), elems(scalar(types.IntType, "2"), scalar(types.IntType, "3")))),
		withDefault(field("change", change), elems(elems(), elems(), elems(), elems(elems(scalar(types.StringType, "n"))), elems(), elems(), elems())),
		withDefault(field("maybe", types.OptionalOf(types.ListOf(types.StringType))), elems(elems(scalar(types.StringType, "m")))),
		withDefault(field("count", types.OptionalOf(types.IntType)), elems(scalar(types.IntType, "7"))))

	// Read by half: the fields of skipped and its inner record that nobody reads are wrong on purpose.
	inner = record("Inner", field("wanted", types.IntType), field("unwanted", types.IntType))
	half  = record("Half", field("wanted", types.StringType), field("unwanted", types.StringType), field("inner", types.ListOf(inner)))

	wide = func() *types.Type {
		t := record("Wide")
		for i := range 70 {
			t.Fields = append(t.Fields, field("f"+string(rune('a'+i/26))+string(rune('a'+i%26)), types.IntType))
		}
		return t
	}()
)
