package oracle

import (
	"testing"

	"github.com/weirstream/weir/spec/check"
	"github.com/weirstream/weir/spec/types"
)

func TestFromJSON(t *testing.T) {
	status := &types.Type{Kind: types.Enum, Name: "Status", Values: []string{"pending", "paid"}}
	for _, c := range []struct {
		typ  *types.Type
		as   types.TimeAs
		json string
		want string // "" for an error
	}{
		{types.IntType, 0, "12", "12"},
		{types.IntType, 0, "1.2e1", "12"},
		{types.IntType, 0, "1.5", ""},
		{types.IntType, 0, "9223372036854775808", ""},
		{types.IntType, 0, `"12"`, ""},
		{types.IntType, 0, "null", ""},
		{types.UintType, 0, "18446744073709551615", "18446744073709551615"},
		{types.UintType, 0, "-1", ""},
		{types.DoubleType, 0, "-0.25", "-0.25"},
		{types.DoubleType, 0, `"NaN"`, "NaN"},
		{types.DoubleType, 0, `"1.5"`, ""},
		{types.DoubleType, 0, "1e999", ""},
		{types.StringType, 0, `"\u00e9"`, `"é"`},
		{types.StringType, 0, "1", ""},
		{types.BytesType, 0, `"AP8="`, `b"\x00\xff"`},
		{types.BytesType, 0, `"AP8"`, ""},
		{types.BoolType, 0, "true", "true"},
		{types.BoolType, 0, `"true"`, ""},
		{types.TimestampType, types.RFC3339, `"2024-03-01T12:00:00.5+01:00"`, "2024-03-01T11:00:00.5Z"},
		{types.TimestampType, types.RFC3339, "1709294400000", ""},
		{types.TimestampType, types.RFC3339, `"2024-02-30T12:00:00Z"`, ""},
		{types.TimestampType, types.EpochMillis, "-1", "1969-12-31T23:59:59.999Z"},
		{types.TimestampType, types.EpochMillis, "1.5", ""},
		{types.TimestampType, types.EpochMillis, `"1"`, ""},
		{types.TimestampType, types.EpochSeconds, "-1.25", "1969-12-31T23:59:58.75Z"},
		{types.TimestampType, types.EpochSeconds, "253402300800", ""},
		{types.DurationType, 0, `"1h30m"`, "1h30m0s"},
		{types.DurationType, 0, `"1"`, ""},
		{status, 0, `"paid"`, "paid"},
		{status, 0, `"Paid"`, ""},
		{types.OptionalOf(types.IntType), 0, "null", "none"},
		{types.OptionalOf(types.IntType), 0, "1", "some(1)"},
		{types.ListOf(types.IntType), 0, "[1, 2]", "[1, 2]"},
		{types.ListOf(types.IntType), 0, "[1, null]", ""},
		{types.MapOf(types.IntType, types.StringType), 0, `{"1":"a","-2":"b"}`, `{-2: "b", 1: "a"}`},
		{types.MapOf(types.IntType, types.StringType), 0, `{"x":"a"}`, ""},
	} {
		rec := &types.Type{Kind: types.Record, Name: "R", Fields: []*types.Field{{Name: "f", Wire: "F", Type: c.typ, As: c.as}}}
		got := ""
		if r, err := decodeJSON(rec, nil, []byte(`{"x":1,"F":`+c.json+`}`)); err == nil {
			got = show(r.Fields["f"])
		}
		if got != c.want {
			t.Errorf("%s from %s: %s, want %s", c.typ, c.json, got, c.want)
		}
	}
}

func TestDecodeJSONRecord(t *testing.T) {
	rec := &types.Type{Kind: types.Record, Name: "R", Fields: []*types.Field{
		{Name: "a", Wire: "a", Type: types.IntType}, {Name: "b", Wire: "b", Type: types.OptionalOf(types.StringType)},
	}}
	onlyA := func(_ *types.Type, f *types.Field) bool { return f.Name == "a" }
	for _, c := range []struct {
		json string
		need Fields
		want string
	}{
		{`{"a":1}`, nil, `{a: 1, b: none}`},
		{`{"a":1,"a":2,"b":"x"}`, nil, `{a: 2, b: some("x")}`},
		{`{}`, nil, ""},
		{`{"b":3,"a":1}`, onlyA, `{a: 1, b: <missing>}`},
		{`{"a":1} {}`, nil, ""},
		{`{"a":1`, nil, ""},
		{`[]`, nil, ""},
		{"{\"a\":1,\"b\":\"\xff\"}", nil, ""},
		{"{\"a\":1,\"b\":\"\xff\"}", onlyA, `{a: 1, b: <missing>}`},
	} {
		got := ""
		if r, err := decodeJSON(rec, c.need, []byte(c.json)); err == nil {
			got = show(r)
		}
		if got != c.want {
			t.Errorf("%s: %s, want %s", c.json, got, c.want)
		}
	}
}

func TestDecodeCSV(t *testing.T) {
	rec := &types.Type{Kind: types.Record, Name: "R", Fields: []*types.Field{
		{Name: "a", Wire: "A", Type: types.StringType}, {Name: "b", Wire: "B", Type: types.OptionalOf(types.IntType)},
	}}
	for _, c := range []struct {
		line string
		o    check.CSVOptions
		want string
	}{
		{`x,1`, check.CSVOptions{Delimiter: ',', Nulls: []string{""}}, `{a: "x", b: some(1)}`},
		{`"",`, check.CSVOptions{Delimiter: ',', Nulls: []string{""}}, `{a: "", b: none}`},
		{`,1`, check.CSVOptions{Delimiter: ',', Nulls: []string{""}}, ""},
		{`,1`, check.CSVOptions{Delimiter: ',', Nulls: []string{"NA"}}, `{a: "", b: some(1)}`},
		{`"NA",NA`, check.CSVOptions{Delimiter: ',', Nulls: []string{"NA"}}, `{a: "NA", b: none}`},
		{`"say ""hi"", you";2`, check.CSVOptions{Delimiter: ';'}, `{a: "say \"hi\", you", b: some(2)}`},
		{`2,skipped,x`, check.CSVOptions{Delimiter: ',', Columns: []string{"B", "C", "A"}}, `{a: "x", b: some(2)}`},
		{`x,1,2`, check.CSVOptions{Delimiter: ','}, ""},
		{`x`, check.CSVOptions{Delimiter: ','}, ""},
		{`"x,1`, check.CSVOptions{Delimiter: ','}, ""},
		{`"x"y,1`, check.CSVOptions{Delimiter: ','}, ""},
	} {
		got := ""
		if r, err := decodeCSV(rec, c.o, nil, []byte(c.line)); err == nil {
			got = show(r)
		}
		if got != c.want {
			t.Errorf("%s: %s, want %s", c.line, got, c.want)
		}
	}
}

func TestBrokenText(t *testing.T) {
	for text, want := range map[string]string{
		`"\ud83d\ude00"`: `"\ud83d\ude00"`, `"\u00e9"`: `"\u00e9"`, `"\\ud800"`: `"\\ud800"`, `"é"`: `"é"`, `"\\"`: `"\\"`, `"\`: `"\`, `"\ud8`: `"\ud8`,
		`"\ud800"`: `"` + "\uf8ff" + `"`, `"\ude00x"`: `"` + "\uf8ff" + `x"`, `"\ud83d \ude00"`: `"` + "\uf8ff \uf8ff" + `"`,
		`"\ud83d\n"`: `"` + "\uf8ff" + `\n"`, `"\ud83d\ud83d\ude00"`: `"` + "\uf8ff" + `\ud83d\ude00"`, "\"a\xff\xc3\"": `"a` + "\uf8ff\uf8ff" + `"`,
	} {
		if got := string(markBroken([]byte(text))); got != want {
			t.Errorf("%s: %s, want %s", text, got, want)
		}
	}
}
