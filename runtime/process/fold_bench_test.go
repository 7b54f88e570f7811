package process

import (
	"encoding/binary"
	"testing"
)

// BenchmarkFold takes records of a thousand groups, each of which puts a timer off.
func BenchmarkFold(b *testing.B) {
	h := start(b, 0)
	h.c.OverlayBytes = 0
	f := NewFold(h.s, 1_000_000, []FoldTimer{{Name: "silent"}}, appendInt, decodeInt, func(int, []byte, int64, *int64) error { return nil })
	var group [8]byte
	at := int64(1_000_000)
	b.ReportAllocs()
	for b.Loop() {
		at++
		binary.BigEndian.PutUint64(group[:], uint64(at%1000))
		wm := h.c.Clock.Observe(0, at)
		was, next, _, err := f.Take(group[:], at)
		if err != nil {
			b.Fatal(err)
		}
		*next = *was + 1
		f.Later(0, at+60_000)
		if err := f.Put(); err != nil {
			b.Fatal(err)
		}
		if wm >= h.s.Due() {
			if err := h.s.Advance(wm, f.Wake); err != nil {
				b.Fatal(err)
			}
		}
		h.c.Clock.Pass(wm)
	}
}
