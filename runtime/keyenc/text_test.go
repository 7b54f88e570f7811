package keyenc_test

import (
	"bytes"
	"math"
	"reflect"
	"testing"
	"time"

	"github.com/weirstream/weir/runtime/keyenc"
)

type colour uint8

const (
	red colour = iota + 1
	green
)

func (c colour) String() string { return [...]string{"", "red", "green"}[c] }

func parseColour(name []byte) (colour, bool) {
	switch string(name) {
	case "red":
		return red, true
	case "green":
		return green, true
	}
	return 0, false
}

// TestComponents reads a key of every type of component, and the same cut short.
func TestComponents(t *testing.T) {
	type key struct {
		c    colour
		b    bool
		d    float64
		p    time.Duration
		t    time.Time
		last colour
	}
	want := key{red, true, -1.5, -90 * time.Second, time.Unix(-1, 5).UTC(), green}
	b := keyenc.AppendString(nil, want.c.String())
	b = keyenc.AppendBool(b, want.b)
	b = keyenc.AppendDouble(b, want.d)
	b = keyenc.AppendDuration(b, want.p)
	b = keyenc.AppendTime(b, want.t)
	b = keyenc.AppendLast(b, want.last.String())
	read := func(rest []byte) (k key, err error) {
		if k.c, rest, err = keyenc.Enum(rest, parseColour); err != nil {
			return k, err
		}
		if k.b, rest, err = keyenc.Bool(rest); err != nil {
			return k, err
		}
		if k.d, rest, err = keyenc.Double(rest); err != nil {
			return k, err
		}
		if k.p, rest, err = keyenc.Duration(rest); err != nil {
			return k, err
		}
		if k.t, rest, err = keyenc.Time(rest); err != nil {
			return k, err
		}
		if k.last, rest, err = keyenc.LastEnum(rest, parseColour); err != nil {
			return k, err
		}
		return k, keyenc.End(rest)
	}
	if got, err := read(b); err != nil || got != want {
		t.Errorf("got %+v, %v, want %+v", got, err, want)
	}
	for n := range b {
		if _, err := read(b[:n]); err != keyenc.ErrMalformed {
			t.Errorf("%d of %d bytes: %v", n, len(b), err)
		}
	}
	if err := keyenc.End([]byte{0}); err != keyenc.ErrMalformed {
		t.Errorf("a byte too many: %v", err)
	}
	if _, _, err := keyenc.Enum(keyenc.AppendString(nil, "blue"), parseColour); err != keyenc.ErrMalformed {
		t.Errorf("blue: %v", err)
	}
}

func TestText(t *testing.T) {
	at := time.Unix(0, 5e8).UTC()
	of := func(v any, err error) any {
		if err != nil {
			return err.Error()
		}
		return v
	}
	tests := []struct {
		b, want []byte
		got     any
		value   any
	}{
		{keyenc.AppendTextBool(nil, true), []byte("true"), of(keyenc.ParseTextBool([]byte("true"))), true},
		{keyenc.AppendTextInt(nil, -5), []byte("-5"), of(keyenc.ParseTextInt([]byte("-5"))), int64(-5)},
		{keyenc.AppendTextUint(nil, 6), []byte("6"), of(keyenc.ParseTextUint([]byte("6"))), uint64(6)},
		{keyenc.AppendTextDouble(nil, math.Inf(-1)), []byte("-Infinity"), of(keyenc.ParseTextDouble([]byte("-Infinity"))), math.Inf(-1)},
		{keyenc.AppendTextTime(nil, at), []byte("1970-01-01T00:00:00.5Z"), of(keyenc.ParseTextTime([]byte("1970-01-01T00:00:00.5Z"))), at},
		{keyenc.AppendTextDuration(nil, 90*time.Second), []byte("90s"), of(keyenc.ParseTextDuration([]byte("90s"))), 90 * time.Second},
		{keyenc.AppendText(nil, "é"), []byte("é"), of(keyenc.ParseTextString([]byte("é"))), "é"},
		{keyenc.AppendText(nil, []byte{255}), []byte{255}, of(keyenc.ParseTextBytes([]byte{255})), []byte{255}},
		{keyenc.AppendText(nil, red.String()), []byte("red"), of(keyenc.ParseTextEnum([]byte("red"), parseColour, "Colour")), red},
	}
	for _, test := range tests {
		if !bytes.Equal(test.b, test.want) {
			t.Errorf("wrote %q, want %q", test.b, test.want)
		}
		if !reflect.DeepEqual(test.got, test.value) {
			t.Errorf("%q: read %v, want %v", test.want, test.got, test.value)
		}
	}
}

func TestTextErrors(t *testing.T) {
	_, notInt := keyenc.ParseTextInt([]byte("five"))
	_, negative := keyenc.ParseTextUint([]byte("-1"))
	_, unknown := keyenc.ParseTextEnum([]byte("blue"), parseColour, "Colour")
	_, binary := keyenc.ParseTextString([]byte("\xff"))
	_, long := keyenc.ParseTextDuration(bytes.Repeat([]byte("9"), 1000))
	for want, err := range map[string]error{
		`expected an int: "five"`:                                                  notInt,
		`expected a uint, found one out of range: "-1"`:                            negative,
		`no value of Colour: "blue"`:                                               unknown,
		`expected a string, found bytes that are not UTF-8: "�"`:                   binary,
		`expected a duration: "` + string(bytes.Repeat([]byte("9"), 100)) + `..."`: long,
	} {
		if err == nil || err.Error() != want {
			t.Errorf("got  %v\nwant %s", err, want)
		}
	}
}
