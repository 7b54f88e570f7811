package stateenc_test

import (
	"bytes"
	"math"
	"testing"
	"time"

	"github.com/weirstream/weir/runtime/stateenc"
)

// FuzzValues: values are read as they were written, and a value that is cut short is an error.
func FuzzValues(f *testing.F) {
	f.Add(false, int64(0), uint64(0), 0.0, "", int64(0), int64(0))
	f.Add(true, int64(math.MinInt64), uint64(math.MaxUint64), math.NaN(), "text", int64(-62135596800), int64(999999999))
	f.Fuzz(func(t *testing.T, flag bool, i int64, u uint64, d float64, s string, seconds, nanos int64) {
		when := time.Unix(seconds%62135596800, nanos).UTC()
		b := stateenc.AppendHeader(nil, 0xabcd)
		b = stateenc.AppendBool(b, flag)
		b = stateenc.AppendInt(b, i)
		b = stateenc.AppendUint(b, u)
		b = stateenc.AppendDouble(b, d)
		b = stateenc.AppendString(b, s)
		b = stateenc.AppendTime(b, when)
		b = stateenc.AppendDuration(b, time.Duration(i))
		b = stateenc.AppendLen(b, 1)
		b = append(b, 0)
		read := func(b []byte) error {
			at := stateenc.Header(b, 0xabcd)
			flag2, at := stateenc.Bool(b, at)
			i2, at := stateenc.Int(b, at)
			u2, at := stateenc.Uint(b, at)
			d2, at := stateenc.Double(b, at)
			s2, at := stateenc.String(b, at)
			when2, at := stateenc.Time(b, at)
			p2, at := stateenc.Duration(b, at)
			n, at := stateenc.Len(b, at)
			at = stateenc.Empty(b, at)
			err := stateenc.Done(b, at)
			if err == nil && (flag2 != flag || i2 != i || u2 != u || math.Float64bits(d2) != math.Float64bits(d) || s2 != s || !when2.Equal(when) || p2 != time.Duration(i) || n != 1) {
				t.Fatalf("wrote %v %v %v %v %q %v, read %v %v %v %v %q %v %v", flag, i, u, d, s, when, flag2, i2, u2, d2, s2, when2, p2)
			}
			return err
		}
		if err := read(b); err != nil {
			t.Fatal(err)
		}
		for n := range b {
			if err := read(b[:n]); err == nil {
				t.Fatalf("%d of %d bytes were read", n, len(b))
			}
		}
		if err := read(append(b, 0)); err == nil {
			t.Fatal("a byte too many was read")
		}
	})
}

// FuzzDecode: any bytes are read without a panic, a faulty cursor stays one, and numbers have one spelling.
func FuzzDecode(f *testing.F) {
	f.Add([]byte{0x80, 0})
	f.Add([]byte{0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 1})
	f.Add([]byte{0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1, 'x'})
	f.Fuzz(func(t *testing.T, b []byte) {
		if v, i := stateenc.Uint(b, 0); i >= 0 && !bytes.Equal(stateenc.AppendUint(nil, v), b[:i]) {
			t.Fatalf("%x is read as %d", b[:i], v)
		}
		bad := stateenc.Malformed()
		for name, read := range map[string]func(i int) int{
			"bool": func(i int) int { _, i = stateenc.Bool(b, i); return i }, "int": func(i int) int { _, i = stateenc.Int(b, i); return i },
			"double": func(i int) int { _, i = stateenc.Double(b, i); return i }, "bytes": func(i int) int { _, i = stateenc.Bytes(b, i); return i },
			"time": func(i int) int { _, i = stateenc.Time(b, i); return i }, "len": func(i int) int { _, i = stateenc.Len(b, i); return i },
			"empty": func(i int) int { return stateenc.Empty(b, i) },
		} {
			for at := 0; at <= len(b); at++ {
				if i := read(at); i > len(b) || i >= 0 && i <= at {
					t.Fatalf("%s at %d ends at %d of %x", name, at, i, b)
				}
			}
			if i := read(bad); i != bad {
				t.Fatalf("%s goes on at %d after a fault", name, i)
			}
			if header := stateenc.Header([]byte{9}, 0); read(header) != header {
				t.Fatalf("%s forgets what the fault was", name)
			}
		}
	})
}

func TestHeader(t *testing.T) {
	tests := []struct {
		b    []byte
		want error
	}{
		{nil, stateenc.ErrMalformed}, {[]byte{1}, stateenc.ErrMalformed}, {[]byte{1, 2}, stateenc.ErrMalformed}, {[]byte{2}, stateenc.ErrVersion},
		{[]byte{1, 2, 4}, stateenc.ErrLayout}, {[]byte{1, 2, 3}, nil}, {[]byte{1, 2, 3, 4}, stateenc.ErrMalformed},
	}
	for _, test := range tests {
		if err := stateenc.Done(test.b, stateenc.Header(test.b, 0x0203)); err != test.want {
			t.Errorf("%x: %v, want %v", test.b, err, test.want)
		}
	}
}
