package stateenc_test

import (
	"bytes"
	"testing"

	"github.com/weirstream/weir/runtime/civil"
	"github.com/weirstream/weir/runtime/dec"
	"github.com/weirstream/weir/runtime/stateenc"
)

// FuzzExact: any bytes are read without a panic, and what is read is written as the same bytes.
func FuzzExact(f *testing.F) {
	for _, text := range []string{"0", "-1.5", "9999999999999999999", "-0.0000000000000000001"} {
		f.Add(stateenc.AppendDecimal(nil, dec.Must(text)))
	}
	f.Add(stateenc.AppendDate(nil, civil.MaxDate))
	f.Add(stateenc.AppendTimeOfDay(nil, civil.Day-1))
	f.Fuzz(func(t *testing.T, b []byte) {
		again := func(what string, out []byte, i int) {
			if i >= 0 && !bytes.Equal(out, b[:i]) {
				t.Fatalf("%s: %x is written as %x", what, b[:i], out)
			}
		}
		d, i := stateenc.Decimal(b, 0)
		again("decimal", stateenc.AppendDecimal(nil, d), i)
		day, i := stateenc.Date(b, 0)
		again("date", stateenc.AppendDate(nil, day), i)
		clock, i := stateenc.TimeOfDay(b, 0)
		again("time", stateenc.AppendTimeOfDay(nil, clock), i)
	})
}
