package keyenc_test

import (
	"bytes"
	"testing"

	"github.com/weirstream/weir/runtime/civil"
	"github.com/weirstream/weir/runtime/dec"
	"github.com/weirstream/weir/runtime/keyenc"
)

// FuzzDecimalOrder: decimals compare as their keys do, and are read back.
func FuzzDecimalOrder(f *testing.F) {
	f.Add(uint64(15), uint8(1), uint64(9_999_999_999_999_999_999), uint8(19), uint8(1))
	f.Add(uint64(9_999_999_999_999_999_999), uint8(0), uint64(0), uint8(3), uint8(2))
	f.Fuzz(func(t *testing.T, ac uint64, as uint8, bc uint64, bs, signs uint8) {
		a, ok1 := dec.New(signs&1 != 0, ac, int(as%20))
		b, ok2 := dec.New(signs&2 != 0, bc, int(bs%20))
		if !ok1 || !ok2 {
			return
		}
		ka, kb := keyenc.AppendDecimal(nil, a), keyenc.AppendDecimal(nil, b)
		if got, want := bytes.Compare(ka, kb), dec.Compare(a, b); got != want {
			t.Fatalf("%v and %v compare as %d, want %d", a, b, got, want)
		}
		if back, rest, err := keyenc.Decimal(ka); err != nil || back != a || len(rest) != 0 {
			t.Fatalf("%v is read as %v, %v", a, back, err)
		}
	})
}

// FuzzDecodeExact: any bytes are read without a panic, and what is read is written as the same bytes.
func FuzzDecodeExact(f *testing.F) {
	f.Add(bytes.Repeat([]byte{0x80}, 16))
	f.Add(bytes.Repeat([]byte{0xff}, 16))
	f.Add(keyenc.AppendDecimal(nil, dec.Must("-1.5")))
	f.Fuzz(func(t *testing.T, b []byte) {
		again := func(what string, out, rest []byte, err error) {
			if err == nil && !bytes.Equal(append(out, rest...), b) {
				t.Fatalf("%s: %x is written as %x", what, b, out)
			}
		}
		d, rest, err := keyenc.Decimal(b)
		again("decimal", keyenc.AppendDecimal(nil, d), rest, err)
		day, rest, err := keyenc.Date(b)
		again("date", keyenc.AppendDate(nil, day), rest, err)
		clock, rest, err := keyenc.TimeOfDay(b)
		again("time", keyenc.AppendTimeOfDay(nil, clock), rest, err)
	})
}

func TestDateOrder(t *testing.T) {
	var before []byte
	for _, d := range []civil.Date{civil.MinDate, -1, 0, 1, civil.MaxDate} {
		k := keyenc.AppendDate(nil, d)
		if bytes.Compare(before, k) >= 0 {
			t.Errorf("%v is not behind the date before", d)
		}
		before = k
	}
}
