package generated

import (
	"bytes"
	"encoding/json"
	"math"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/weirstream/weir/runtime/cel"
	"github.com/weirstream/weir/runtime/jsonx"
)

const rounds = 2000

// jsonType is what a test needs of a generated type.
type jsonType[T any] interface {
	*T
	decodeJSON([]byte, *jsonx.Scratch) error
	appendJSON([]byte) []byte
	decodeState([]byte) error
	appendState([]byte) []byte
	clone()
}

// roundTrip writes and reads a value in JSON and in the encoding of state. It reads into old, a value of another record, too.
func roundTrip[T any, P jsonType[T]](t *testing.T, v T, old P, s *jsonx.Scratch) {
	t.Helper()
	want := P(&v).appendJSON(nil)
	if !json.Valid(want) {
		t.Fatalf("not JSON: %s", want)
	}
	same := func(what string, o P) {
		t.Helper()
		if got := o.appendJSON(nil); !bytes.Equal(got, want) {
			t.Fatalf("%s\nwrote %s\nread  %s", what, want, got)
		}
	}
	// The same in other clothes: indented, and with every rune beyond ASCII escaped.
	for _, b := range [][]byte{bytes.Clone(want), indent(t, want), ascii(want)} {
		var fresh T
		for _, o := range []P{old, &fresh} {
			if err := o.decodeJSON(b, s); err != nil {
				t.Fatalf("%v\n%s", err, b)
			}
			same("decoded", o)
		}
		P(&fresh).clone()
		clear(b)
		overwrite(s)
		same("cloned, and the record overwritten", &fresh)
	}
	state := P(&v).appendState(nil)
	if err := old.decodeState(state); err != nil {
		t.Fatal(err)
	}
	same("from state", old)
	for n := range state {
		var fresh T
		if err := P(&fresh).decodeState(state[:n]); err == nil {
			t.Fatalf("state cut to %d of %d bytes was read", n, len(state))
		}
	}
	if err := old.decodeState(append(state, 0)); err == nil {
		t.Fatal("state with a byte behind it was read")
	}
}

// overwrite fills the scratch with something else.
func overwrite(s *jsonx.Scratch) {
	s.Reset()
	junk := []byte(`"` + strings.Repeat(`\n`, 1000) + `"`)
	jsonx.String(junk, 0, s)
}

func indent(t *testing.T, b []byte) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := json.Indent(&out, b, "\r\t", " "); err != nil {
		t.Fatal(err)
	}
	return append([]byte(" \n"), append(out.Bytes(), " \t"...)...)
}

// ascii escapes all that is not ASCII, in upper and in lower case.
func ascii(b []byte) []byte {
	var out []byte
	for i, r := range string(b) {
		switch {
		case r < 0x80:
			out = append(out, byte(r))
		case r > 0xffff:
			r -= 0x10000
			out = appendHex(appendHex(out, 0xd800+r>>10, i), 0xdc00+r&0x3ff, i)
		default:
			out = appendHex(out, r, i)
		}
	}
	return out
}

func appendHex(b []byte, r rune, i int) []byte {
	digits := "0123456789abcdef"
	if i%2 == 0 {
		digits = "0123456789ABCDEF"
	}
	return append(b, '\\', 'u', digits[r>>12&15], digits[r>>8&15], digits[r>>4&15], digits[r&15])
}

func TestRoundTrips(t *testing.T) {
	var s jsonx.Scratch
	var scalars Scalars
	var optionals Optionals
	var nested Nested
	var unions Unions
	var defaulted Defaulted
	v := newValues(1)
	for range rounds {
		roundTrip(t, v.unions(), &unions, &s)
		roundTrip(t, v.defaulted(), &defaulted, &s)
		roundTrip(t, v.scalars(), &scalars, &s)
		roundTrip(t, v.optionals(), &optionals, &s)
		roundTrip(t, v.nested(), &nested, &s)
	}
	roundTrip(t, Wide{Faa: 1, Fcr: math.MinInt64}, new(Wide), &s)
}

// mirror is Scalars as encoding/json reads it.
type mirror struct {
	B  bool        `json:"b"`
	I  int64       `json:"i"`
	U  uint64      `json:"u"`
	D  any         `json:"d"`
	S  string      `json:"s"`
	Y  []byte      `json:"y"`
	E  string      `json:"e"`
	P  string      `json:"p"`
	T  time.Time   `json:"t"`
	Ms json.Number `json:"ms"`
}

func TestAgainstEncodingJSON(t *testing.T) {
	v := newValues(2)
	for range rounds {
		o := v.scalars()
		b := o.appendJSON(nil)
		var m mirror
		if err := json.Unmarshal(b, &m); err != nil {
			t.Fatalf("%v: %s", err, b)
		}
		ms, _ := m.Ms.Int64()
		d, ok := m.D.(float64)
		if !ok {
			d = map[any]float64{"Infinity": math.Inf(1), "-Infinity": math.Inf(-1)}[m.D]
		}
		p, err := time.ParseDuration(m.P)
		if err != nil {
			t.Fatal(err)
		}
		got := Scalars{B: m.B, I: m.I, U: m.U, D: d, S: m.S, Y: m.Y, P: p, T: m.T, Tm: time.UnixMilli(ms).UTC(), Tse: o.Tse, E: o.E}
		if !reflect.DeepEqual(got, o) || m.E != o.E.String() {
			t.Fatalf("wrote %+v\nread %+v\n%s", o, got, b)
		}
		// And the strings byte for byte.
		var want bytes.Buffer
		e := json.NewEncoder(&want)
		e.SetEscapeHTML(false)
		for _, value := range []any{o.S, o.Y, o.I, o.U} {
			want.Reset()
			if err := e.Encode(value); err != nil {
				t.Fatal(err)
			}
			if !bytes.Contains(b, bytes.TrimSpace(want.Bytes())) {
				t.Fatalf("%s is not in %s", want.Bytes(), b)
			}
		}
	}
}

// breakUp damages JSON in a few places.
func breakUp(v values, b []byte) []byte {
	junk := []byte("{}[]\",:\\ue0129-+.tfn \n\x00\xff")
	for range 1 + v.IntN(3) {
		i := v.IntN(len(b))
		switch v.IntN(3) {
		case 0:
			b[i] = pick(v, junk...)
		case 1:
			b = append(b[:i], b[i+1:]...)
		case 2:
			b = b[:i+1]
		}
	}
	return b
}

// TestBroken breaks records in every way: what is read all the same must be JSON, and nothing panics.
func TestBroken(t *testing.T) {
	v := newValues(3)
	var s jsonx.Scratch
	var u Unions
	for range rounds {
		whole := v.unions()
		state := whole.appendState(nil)
		b := breakUp(v, whole.appendJSON(nil))
		if err := u.decodeJSON(b, &s); err == nil {
			if !json.Valid(b) {
				t.Fatalf("read as JSON: %s", b)
			}
			oneMember(t, &u)
		}
		state[v.IntN(len(state))] ^= 1 << v.IntN(8)
		if err := u.decodeState(state); err == nil {
			oneMember(t, &u)
		}
	}
	for range rounds {
		n := v.nested()
		b := breakUp(v, n.appendJSON(nil))
		var o Nested
		if err := o.decodeJSON(b, &s); err == nil && !json.Valid(b) {
			t.Fatalf("read as JSON: %s", b)
		}
		var h Half
		_ = h.decodeJSON(b, &s)
		state := n.appendState(nil)
		state[v.IntN(len(state))] ^= 1 << v.IntN(8)
		_ = o.decodeState(state)
	}
}

const goodScalars = `{"b":true,"i":-1,"u":1,"d":1.5,"s":"x","y":"AQI=","e":"paid","p":"1h30m","t":"2024-02-29T12:00:00.5+01:00","ms":1700000000000,"s\"ec":1.25}`

func TestSpellings(t *testing.T) {
	at := func(text string) time.Time {
		v, err := time.Parse(time.RFC3339Nano, text)
		if err != nil {
			t.Fatal(err)
		}
		return v.UTC()
	}
	tests := []struct {
		field, value string
		want         func(*Scalars) bool
	}{
		{"i", "12.0", func(o *Scalars) bool { return o.I == 12 }},
		{"i", "1.2e1", func(o *Scalars) bool { return o.I == 12 }},
		{"i", "-120E-1", func(o *Scalars) bool { return o.I == -12 }},
		{"i", "-0", func(o *Scalars) bool { return o.I == 0 }},
		{"i", "0e99999999999", func(o *Scalars) bool { return o.I == 0 }},
		{"i", "9223372036854775807", func(o *Scalars) bool { return o.I == math.MaxInt64 }},
		{"i", "-9223372036854775808", func(o *Scalars) bool { return o.I == math.MinInt64 }},
		{"u", "18446744073709551615", func(o *Scalars) bool { return o.U == math.MaxUint64 }},
		{"u", "-0", func(o *Scalars) bool { return o.U == 0 }},
		{"d", "-0", func(o *Scalars) bool { return o.D == 0 && math.Signbit(o.D) }},
		{"d", "0.1", func(o *Scalars) bool { return o.D == 0.1 }},
		{"d", "123456789012345.67", func(o *Scalars) bool { return o.D == 123456789012345.67 }},
		{"d", "1e-400", func(o *Scalars) bool { return o.D == 0 }},
		{"d", `"NaN"`, func(o *Scalars) bool { return math.IsNaN(o.D) }},
		{"d", `"-Infinity"`, func(o *Scalars) bool { return math.IsInf(o.D, -1) }},
		{"s", `"\u00e9\ud83d\uDE00\/"`, func(o *Scalars) bool { return o.S == "é😀/" }},
		{"s", `""`, func(o *Scalars) bool { return o.S == "" }},
		{"y", `""`, func(o *Scalars) bool { return len(o.Y) == 0 }},
		{"y", `"\u0041QI="`, func(o *Scalars) bool { return string(o.Y) == "\x01\x02" }},
		{"e", `"p\u0061id"`, func(o *Scalars) bool { return o.E == OrderStatusPaid }},
		{"p", `"-1.5s"`, func(o *Scalars) bool { return o.P == -1500*time.Millisecond }},
		{"t", `"2024-02-29T23:59:59-23:59"`, func(o *Scalars) bool { return o.T.Equal(at("2024-02-29T23:59:59-23:59")) }},
		{"t", `"0001-01-01T00:00:00Z"`, func(o *Scalars) bool { return o.T.IsZero() }},
		{"t", `"9999-12-31T23:59:59.999999999999Z"`, func(o *Scalars) bool { return o.T.Equal(at("9999-12-31T23:59:59.999999999Z")) }},
		{"ms", "-1", func(o *Scalars) bool { return o.Tm.Equal(time.UnixMilli(-1)) }},
		{"ms", "1.7e12", func(o *Scalars) bool { return o.Tm.Equal(time.UnixMilli(1700000000000)) }},
		{`s\"ec`, "1700000000", func(o *Scalars) bool { return o.Tse.Equal(time.Unix(1700000000, 0)) }},
		{`s\"ec`, "1.7e9", func(o *Scalars) bool { return o.Tse.Equal(time.Unix(1700000000, 0)) }},
		{`s\"ec`, "-0.25", func(o *Scalars) bool { return o.Tse.Equal(time.Unix(-1, 750e6)) }},
		{`s\"ec`, "1.0000000019", func(o *Scalars) bool { return o.Tse.Equal(time.Unix(1, 1)) }},
		{`\u0069`, "7", func(o *Scalars) bool { return o.I == 7 }},
		{"unknown", `{"a":[1,2,{"b":null}],"c":"\ud800"}`, func(o *Scalars) bool { return o.I == -1 }},
	}
	var s jsonx.Scratch
	for _, test := range tests {
		// The last of two members of a name wins.
		b := goodScalars[:len(goodScalars)-1] + `,"` + test.field + `" : ` + test.value + "}"
		var o Scalars
		if err := o.decodeJSON([]byte(b), &s); err != nil {
			t.Errorf("%s: %s: %v", test.field, test.value, err)
		} else if !test.want(&o) {
			t.Errorf("%s: %s: read %+v", test.field, test.value, o)
		}
	}
}

func TestFaults(t *testing.T) {
	var s jsonx.Scratch
	scalars := func(b []byte) error { return new(Scalars).decodeJSON(b, &s) }
	with := func(member string) string { return goodScalars[:len(goodScalars)-1] + "," + member + "}" }
	nested := func(b []byte) error { return new(Nested).decodeJSON(b, &s) }
	tests := []struct {
		decode func([]byte) error
		data   string
		want   string
	}{
		{scalars, "", "expected an object, found the end of the record (at byte 0)"},
		{scalars, " [1]", "expected an object, found a list (at byte 1)"},
		{scalars, "{}", "field b: required, but missing (at byte 1)"},
		{scalars, strings.Replace(goodScalars, `"u":1,`, "", 1), "field u: required, but missing"},
		{scalars, goodScalars + "x", "expected the end of the record, found 'x' (at byte 139)"},
		{scalars, goodScalars[:20], "expected ':' after a member name, found the end of the record (at byte 20)"},
		{scalars, `{"b":true "i":1}`, `expected ',' or '}' in an object, found the string "i" (at byte 10)`},
		{scalars, `{"b":true,}`, "expected a member name, found '}' (at byte 10)"},
		{scalars, with(`"b":1`), "field b: expected a bool, found a number"},
		{scalars, with(`"i":"1"`), `field i: expected an int, found the string "1"`},
		{scalars, with(`"i":1.5`), "field i: expected a whole number (at byte"},
		{scalars, with(`"i":9223372036854775808`), "field i: number out of range"},
		{scalars, with(`"i":1e999999999999`), "field i: number out of range"},
		{scalars, with(`"i":01`), "field i: malformed number"},
		{scalars, with(`"i":-`), "field i: malformed number"},
		{scalars, with(`"u":-1`), "field u: number out of range"},
		{scalars, with(`"u":null`), "field u: expected a uint, found null"},
		{scalars, with(`"d":1e400`), "field d: number out of range"},
		{scalars, with(`"d":"nan"`), `field d: expected a double, found the string "nan"`},
		{scalars, with(`"d":.5`), "field d: expected a double, found '.'"},
		{scalars, with(`"s":"` + "\xff" + `"`), "field s: string is not valid UTF-8"},
		{scalars, with(`"s":"\ud800x"`), "field s: string is not valid UTF-8"},
		{scalars, with(`"s":"a` + "\n" + `"`), "field s: malformed string"},
		{scalars, with(`"s":"\x41"`), "field s: malformed string"},
		{scalars, with(`"y":"AQI"`), "field y: malformed base64"},
		{scalars, with(`"e":"shipped"`), "field e: expected one of pending, paid, cancelled (at byte"},
		{scalars, with(`"p":"soon"`), `field p: expected a duration such as 90s, found the string "soon"`},
		{scalars, with(`"t":"2023-02-29T00:00:00Z"`), "field t: timestamp out of range"},
		{scalars, with(`"t":"2023-02-28 00:00:00Z"`), "field t: expected a timestamp such as 2006-01-02T15:04:05Z, found the string"},
		{scalars, with(`"t":"0001-01-01T00:00:00+00:01"`), "field t: timestamp out of range"},
		{scalars, with(`"ms":253402300800000`), "field ms: timestamp out of range"},
		{scalars, with(`"ms":"1"`), "field ms: expected a timestamp in milliseconds since 1970"},
		{scalars, with(`"s\"ec":-62135596800.5`), `field s"ec: timestamp out of range`},
		{scalars, with(`"other":[1,}`), "field other: expected a value, found '}'"},
		{scalars, with(`"other":` + strings.Repeat("[", 100000)), "field other: nested too deep"},
		{nested, `{"item":{"sku":"a","qty":"b"}}`, `field item.qty: expected an int, found the string "b" (at byte 25)`},
		{nested, `{"maybe":{"qty":1}}`, "field maybe.sku: required, but missing (at byte 17)"},
		{nested, `{"grid":[[1],[2,x]]}`, "field grid[1][1]: expected an int, found 'x' (at byte 16)"},
		{nested, `{"grid":[[1] [2]]}`, "field grid: expected ',' or ']' in a list, found a list (at byte 13)"},
		{nested, `{"holes":["a",null,3]}`, "field holes[2]: expected a string, found a number (at byte 19)"},
		{nested, `{"by_id":{"1":[{"sku":"a","qty":1},{"sku":1}]}}`, `field by_id["1"][1].sku: expected a string, found a number (at byte 42)`},
		{nested, `{"by_id":{"one":[]}}`, `field by_id["one"]: malformed map key (at byte 16)`},
		{nested, `{"flags":{"true":{"-1":0}}}`, `field flags["true"]["-1"]: malformed map key (at byte 23)`},
		{nested, `{"counts":{"a":1,"b"}}`, "field counts: expected ':' after a member name, found '}' (at byte 20)"},
		{func(b []byte) error { return new(Wide).decodeJSON(b, &s) }, `{"faa":1}`, "field fab: required, but missing"},
	}
	for _, test := range tests {
		err := test.decode([]byte(test.data))
		if err == nil || !strings.HasPrefix(err.Error(), test.want) {
			t.Errorf("%s\ngot  %v\nwant %s", test.data, err, test.want)
		}
	}
}

func TestProjection(t *testing.T) {
	var s jsonx.Scratch
	var h Half
	err := h.decodeJSON([]byte(`{"unwanted":5,"inner":[{"unwanted":"x","wanted":1},{"wanted":2}],"wanted":"y"}`), &s)
	if err != nil {
		t.Fatal(err)
	}
	if want := (Half{Wanted: "y", Inner: []Inner{{Wanted: 1}, {Wanted: 2}}}); !reflect.DeepEqual(h, want) {
		t.Errorf("%+v", h)
	}
}

func TestReuse(t *testing.T) {
	var s jsonx.Scratch
	var o Nested
	good := `"item":{"sku":"a","qty":1},"grid":[],"holes":[],"counts":{},"by_id":{},"flags":{},"times":[],"states":[],"empty":{"x":1},"maps":[]}`
	full := `{"note":"n","maybe":{"sku":"b","qty":2,"note":"m"},"tags":["t"],` + strings.Replace(good, `"qty":1`, `"qty":1,"note":"i"`, 1)
	if err := o.decodeJSON([]byte(full), &s); err != nil {
		t.Fatal(err)
	}
	if !o.Note.Valid || !o.Item.Note.Valid || !o.Maybe.Valid || !o.Tags.Valid {
		t.Fatalf("%+v", o)
	}
	if err := o.decodeJSON([]byte("{"+good), &s); err != nil {
		t.Fatal(err)
	}
	if o.Note != (cel.Opt[string]{}) || o.Item.Note.Valid || o.Maybe != (cel.Opt[Item]{}) || o.Tags.Valid || o.Tags.Value != nil {
		t.Errorf("an optional kept the value of the record before: %+v", o)
	}
	list := []byte(`{"unwanted":5,"inner":[{"wanted":1},{"wanted":2}],"wanted":"y"}`)
	var h Half
	if n := testing.AllocsPerRun(100, func() {
		if err := h.decodeJSON(list, &s); err != nil {
			panic(err)
		}
	}); n != 0 {
		t.Errorf("%v allocations for a list that was there before", n)
	}
}

func TestNoAllocations(t *testing.T) {
	var s jsonx.Scratch
	var o Scalars
	data := []byte(goodScalars)
	var out []byte
	if n := testing.AllocsPerRun(100, func() {
		if err := o.decodeJSON(data, &s); err != nil {
			panic(err)
		}
		out = o.appendJSON(out[:0])
		out = o.appendState(out[:0])
		if err := o.decodeState(out); err != nil {
			panic(err)
		}
		out = o.appendCSV(out[:0])
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}
