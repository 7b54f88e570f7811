package jsonx_test

import (
	"encoding/json"
	"errors"
	"math"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/weirstream/weir/runtime/jsonx"
)

var seeds = []string{
	`{"a":1,"b":[true,false,null],"c":{"d":"e\n\u00e9"}}`, ` [ 1 , -2.5e+10 , "" ] `, `"\ud83d\ude00"`, `"\ud800"`, `-0`, `01`, `1.`, `1e`, `.5`, `+1`, `--1`,
	`{"a":1,}`, `[1,]`, `{"a"}`, `{,}`, `nul`, `truex`, "\"\x00\"", "\"\xff\"", `"abcdefg"`, `"abcdefgh"`, `"abcdefghi\\"`, `"0123456 \"0123456"`, "\"\x7f\x80\"",
	`9223372036854775807`, `-9223372036854775809`, `1e400`, `123456789012345.6`, `0.000001e6`, ``, ` `, `{"":{"":{}}}`, "\"!\x1f\"", `"#$%"`, "\t{\r\n}",
}

// FuzzSkip: what is skipped is what encoding/json calls valid.
func FuzzSkip(f *testing.F) {
	for _, s := range seeds {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		i := jsonx.Skip(b, jsonx.Space(b, 0))
		if i >= 0 {
			i = jsonx.End(b, i)
		}
		if valid := json.Valid(b); valid != (i >= 0) && !deep(b) {
			t.Fatalf("valid: %v, skipped: %v: %q", valid, new(jsonx.Scratch).Err(b, i), b)
		}
		if err := new(jsonx.Scratch).Err(b, i); err != nil {
			inside(t, b, err)
		}
	})
}

// deep tells whether a text may nest deeper than Skip goes.
func deep(b []byte) bool {
	return strings.Count(string(b), "[")+strings.Count(string(b), "{") > jsonx.MaxDepth
}

// inside checks that an error points into the record.
func inside(t *testing.T, b []byte, err error) {
	t.Helper()
	var e *jsonx.Error
	if !errors.As(err, &e) || e.Offset < 0 || e.Offset > len(b) || e.Msg == "" || !utf8.ValidString(e.Error()) {
		t.Fatalf("%#v for %q", err, b)
	}
}

// FuzzScalars: values are read as encoding/json reads them.
func FuzzScalars(f *testing.F) {
	for _, s := range seeds {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		var s jsonx.Scratch
		start := jsonx.Space(b, 0)
		end := func(i int) error {
			if i >= 0 {
				i = jsonx.End(b, i)
			}
			err := s.Err(b, i)
			if err != nil {
				inside(t, b, err)
			}
			return err
		}
		isNull := start < len(b) && b[start] == 'n' // encoding/json takes null for everything

		text, i := jsonx.String(b, start, &s)
		if err := end(i); err == nil {
			var want string
			if err := json.Unmarshal(b, &want); err != nil || text != want {
				t.Fatalf("string %q, want %q, %v", text, want, err)
			}
		} else if want := ""; json.Unmarshal(b, &want) == nil && utf8.Valid(b) && !strings.ContainsRune(want, utf8.RuneError) && !isNull {
			t.Fatalf("string %q: %v", b, err)
		}

		number, i := jsonx.Int(b, start)
		if err := end(i); err == nil {
			var want float64
			if err := json.Unmarshal(b, &want); err != nil || float64(number) != want {
				t.Fatalf("int %d, want %g, %v", number, want, err)
			}
		} else if want := int64(0); json.Unmarshal(b, &want) == nil && !isNull {
			t.Fatalf("int %q: %v", b, err)
		}

		unsigned, i := jsonx.Uint(b, start)
		if err := end(i); err == nil {
			var want float64
			if err := json.Unmarshal(b, &want); err != nil || float64(unsigned) != want {
				t.Fatalf("uint %d, want %g, %v", unsigned, want, err)
			}
		} else if want := uint64(0); json.Unmarshal(b, &want) == nil && !isNull {
			t.Fatalf("uint %q: %v", b, err)
		}

		double, i := jsonx.Double(b, start)
		want := 0.0
		wantErr := json.Unmarshal(b, &want)
		if err := end(i); err == nil {
			if b[start] != '"' && (wantErr != nil || math.Float64bits(double) != math.Float64bits(want)) {
				t.Fatalf("double %g, want %g, %v", double, want, wantErr)
			}
		} else if wantErr == nil && !isNull {
			t.Fatalf("double %q: %v", b, err)
		}

		flag, i := jsonx.Bool(b, start)
		wantFlag := false
		wantErr = json.Unmarshal(b, &wantFlag)
		if err := end(i); (err == nil) != (wantErr == nil && !isNull) || flag != wantFlag && err == nil {
			t.Fatalf("bool %v, %v; want %v, %v", flag, err, wantFlag, wantErr)
		}

		for _, read := range []func(){
			func() { _, i = jsonx.Time(b, start, &s) }, func() { _, i = jsonx.Millis(b, start) }, func() { _, i = jsonx.Seconds(b, start) },
			func() { _, i = jsonx.Duration(b, start, &s) }, func() { _, i = jsonx.Base64(b, start, &s) },
		} {
			if read(); end(i) == nil && !json.Valid(b) {
				t.Fatalf("a value was read from %q", b)
			}
		}
	})
}

// FuzzObject: a walk over the members of an object sees what encoding/json sees.
func FuzzObject(f *testing.F) {
	for _, s := range seeds {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		var s jsonx.Scratch
		got := map[string]string{}
		key, i := jsonx.FirstKey(b, jsonx.Space(b, 0), &s)
		for ; key != nil; key, i = jsonx.NextKey(b, i, &s) {
			start := i
			if i = jsonx.Skip(b, i); i < 0 {
				i = s.In(i, string(key))
				break
			}
			got[strings.ToValidUTF8(string(key), "\uFFFD")] = string(b[start:i])
		}
		if i >= 0 {
			i = jsonx.End(b, i)
		}
		if err := s.Err(b, i); err != nil {
			inside(t, b, err)
		}
		var want map[string]json.RawMessage
		err := json.Unmarshal(b, &want)
		if deep(b) || err == nil && want == nil || !utf8.Valid(b) {
			return
		}
		if (err == nil) != (i >= 0) {
			t.Fatalf("%v, encoding/json: %v: %q", s.Err(b, i), err, b)
		}
		if err == nil && len(got) != len(want) {
			t.Fatalf("%q, encoding/json: %q", got, want)
		}
		for k, v := range want {
			if got[k] != string(v) {
				t.Fatalf("%s: %q, encoding/json: %q", k, got[k], v)
			}
		}
	})
}

// FuzzAppendString: strings are written as encoding/json writes them.
func FuzzAppendString(f *testing.F) {
	for _, s := range seeds {
		f.Add(s)
	}
	f.Add("<&>\u2028\u2029\b\f\r\t\xed\xa0\x80")
	f.Fuzz(func(t *testing.T, v string) {
		var want strings.Builder
		e := json.NewEncoder(&want)
		e.SetEscapeHTML(false)
		if err := e.Encode(v); err != nil {
			t.Fatal(err)
		}
		if got := string(jsonx.AppendString(nil, v)) + "\n"; got != want.String() {
			t.Fatalf("got %s want %s", got, want.String())
		}
		if got, want := string(jsonx.AppendString(nil, []byte(v))), string(jsonx.AppendString(nil, v)); got != want {
			t.Fatalf("bytes %s, string %s", got, want)
		}
	})
}

func TestDepth(t *testing.T) {
	nested := func(n int) []byte { return []byte(strings.Repeat("[", n) + strings.Repeat("]", n)) }
	if i := jsonx.Skip(nested(jsonx.MaxDepth), 0); i < 0 {
		t.Errorf("depth %d: %v", jsonx.MaxDepth, new(jsonx.Scratch).Err(nil, i))
	}
	b := nested(jsonx.MaxDepth + 1)
	if err := new(jsonx.Scratch).Err(b, jsonx.Skip(b, 0)); err == nil || err.Error() != "nested too deep (at byte 1000)" {
		t.Errorf("%v", err)
	}
}

// TestPath: a path is put together from the inside to the outside.
func TestPath(t *testing.T) {
	var s jsonx.Scratch
	i := s.Bad(7, "bad")
	i = s.In(i, "qty")
	i = s.At(i, 2)
	i = s.At(i, 0)
	i = s.AtKey(i, []byte("k\xff"))
	i = s.In(i, "items")
	i = s.In(i, strings.Repeat("x", 101)+"y")
	want := "field " + strings.Repeat("x", 100) + `.items["k\xff"][0][2].qty: bad (at byte 7)`
	if err := s.Err(nil, i); err == nil || err.Error() != want {
		t.Errorf("got  %v\nwant %s", err, want)
	}
	if err := s.Err(nil, 7); err != nil {
		t.Errorf("no fault: %v", err)
	}
}
