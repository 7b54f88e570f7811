package keyenc_test

import (
	"bytes"
	"cmp"
	"math"
	"testing"
	"time"

	"github.com/weirstream/weir/runtime/keyenc"
)

// FuzzOrder: keys compare as their values do, and are read back. A key is a string, an int, a uint, a double and bytes.
func FuzzOrder(f *testing.F) {
	f.Add("", int64(0), uint64(0), 0.0, []byte{}, "\x00", int64(-1), uint64(1), -0.5, []byte{0})
	f.Add("a\x00b", int64(math.MinInt64), uint64(math.MaxUint64), math.Inf(-1), []byte("x"), "a\x00", int64(math.MaxInt64), uint64(2), math.Inf(1), []byte("xy"))
	f.Add("a", int64(1), uint64(1), math.NaN(), []byte("x"), "a", int64(1), uint64(1), math.Copysign(0, -1), []byte("x\xff"))
	type key struct {
		s string
		i int64
		u uint64
		d float64
		y []byte
	}
	encode := func(k key) []byte {
		b := keyenc.AppendString(nil, k.s)
		b = keyenc.AppendInt(b, k.i)
		b = keyenc.AppendUint(b, k.u)
		b = keyenc.AppendDouble(b, k.d)
		return keyenc.AppendLast(b, k.y)
	}
	number := func(a, b float64) int { // as cmp.Compare, with NaN above all
		if a != a || b != b {
			return -cmp.Compare(b2i(a == a), b2i(b == b))
		}
		return cmp.Compare(a, b)
	}
	f.Fuzz(func(t *testing.T, s1 string, i1 int64, u1 uint64, d1 float64, y1 []byte, s2 string, i2 int64, u2 uint64, d2 float64, y2 []byte) {
		a, b := key{s1, i1, u1, d1, y1}, key{s2, i2, u2, d2, y2}
		want := cmp.Or(cmp.Compare(a.s, b.s), cmp.Compare(a.i, b.i), cmp.Compare(a.u, b.u), number(a.d, b.d), bytes.Compare(a.y, b.y))
		if got := bytes.Compare(encode(a), encode(b)); got != want {
			t.Fatalf("%+v and %+v compare as %d, want %d", a, b, got, want)
		}
		rest := encode(a)
		var got key
		var err error
		if got.s, rest, err = keyenc.String(rest); err != nil {
			t.Fatal(err)
		}
		if got.i, rest, err = keyenc.Int(rest); err != nil {
			t.Fatal(err)
		}
		if got.u, rest, err = keyenc.Uint(rest); err != nil {
			t.Fatal(err)
		}
		if got.d, rest, err = keyenc.Double(rest); err != nil {
			t.Fatal(err)
		}
		got.y, rest, _ = keyenc.LastBytes(rest)
		if got.s != a.s || got.i != a.i || got.u != a.u || number(got.d, a.d) != 0 || !bytes.Equal(got.y, a.y) || keyenc.End(rest) != nil {
			t.Fatalf("wrote %+v, read %+v", a, got)
		}
	})
}

func b2i(v bool) int {
	if v {
		return 1
	}
	return 0
}

// FuzzDecode: any bytes are read without a panic, and what is read is written as the same bytes.
func FuzzDecode(f *testing.F) {
	f.Add([]byte("a\x00\xffb\x00\x01rest"))
	f.Add(keyenc.AppendTime(nil, time.Unix(1, 5)))
	f.Add(bytes.Repeat([]byte{0xff}, 12))
	f.Add([]byte{0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff})
	f.Fuzz(func(t *testing.T, b []byte) {
		again := func(what string, out, rest []byte, err error) {
			if err == nil && !bytes.Equal(append(out, rest...), b) {
				t.Fatalf("%s: %x is written as %x", what, b, out)
			}
		}
		flag, rest, err := keyenc.Bool(b)
		again("bool", keyenc.AppendBool(nil, flag), rest, err)
		i, rest, err := keyenc.Int(b)
		again("int", keyenc.AppendInt(nil, i), rest, err)
		u, rest, err := keyenc.Uint(b)
		again("uint", keyenc.AppendUint(nil, u), rest, err)
		d, rest, err := keyenc.Double(b)
		again("double", keyenc.AppendDouble(nil, d), rest, err)
		v, rest, err := keyenc.Time(b)
		again("time", keyenc.AppendTime(nil, v), rest, err)
		p, rest, err := keyenc.Duration(b)
		again("duration", keyenc.AppendDuration(nil, p), rest, err)
		s, rest, err := keyenc.String(b)
		again("string", keyenc.AppendString(nil, s), rest, err)
		s, rest, err = keyenc.LastString(b)
		again("last string", keyenc.AppendLast(nil, s), rest, err)
	})
}

// TestTimeOrder goes over times on both sides of the epoch and of a second.
func TestTimeOrder(t *testing.T) {
	var before []byte
	for _, v := range []time.Time{time.Unix(-62135596800, 0), time.Unix(-2, 999999999), time.Unix(-1, 0), time.Unix(-1, 1), time.Unix(0, 0), time.Unix(0, 1), time.Unix(1, 0), time.Unix(253402300799, 999999999)} {
		b := keyenc.AppendTime(nil, v)
		if bytes.Compare(before, b) >= 0 {
			t.Errorf("%v is not above the time before it", v)
		}
		if got, _, err := keyenc.Time(b); err != nil || !got.Equal(v) {
			t.Errorf("%v is read as %v, %v", v, got, err)
		}
		before = b
	}
}
