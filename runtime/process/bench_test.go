package process

import (
	"testing"

	"github.com/weirstream/weir/runtime/emit"
	"github.com/weirstream/weir/runtime/store"
	"github.com/weirstream/weir/runtime/topology"
	"github.com/weirstream/weir/runtime/watermark"
)

// bench is a task with one store, which keeps at most so many bytes in memory besides what is dirty.
func bench(b *testing.B, overlay int64) *harness {
	b.Helper()
	db, err := store.Open(store.Options{Memory: true})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = db.Close() })
	h := &harness{c: &topology.Context{
		DB: db, Clock: watermark.NewClock([]watermark.Config{{}}), Out: emit.New(emit.NewPool(64), []emit.Target{{Topic: "changelog"}}), OverlayBytes: overlay,
	}}
	if h.s, err = New(h.c, Config{Name: "s"}); err != nil {
		b.Fatal(err)
	}
	return h
}

// seal is a commit.
func (h *harness) seal(b *testing.B) {
	if err := h.s.Seal(); err != nil {
		b.Fatal(err)
	}
	for _, c := range h.c.Out.Take() {
		for range len(c.Records()) {
			c.Done()
		}
	}
	if err := h.c.DB.Apply(h.c.DB.Detach(), store.Position{}); err != nil {
		b.Fatal(err)
	}
	h.s.Committed()
}

// BenchmarkDelayed holds a record back, and hands another one on, each time: 100,000 are waiting. A commit comes after each 10,000.
func BenchmarkDelayed(b *testing.B) {
	for name, overlay := range map[string]int64{"memory": 0, "disk": 1} {
		b.Run(name, func(b *testing.B) {
			h := bench(b, overlay)
			d := NewDelayed(h.s, appendInt, decodeInt)
			key := []byte("customer-17")
			released := 0
			release := func(_ *int64, _ []byte, _ int64) error { released++; return nil }
			b.ReportAllocs()
			i := 0
			for b.Loop() {
				at := int64(i)
				i++
				if _, err := d.Hold(at+100_000, key, at, &at); err != nil {
					b.Fatal(err)
				}
				if at >= h.s.Due() {
					if err := d.Advance(at, release); err != nil {
						b.Fatal(err)
					}
				}
				h.c.Clock.Pass(at)
				if i%10_000 == 0 {
					h.seal(b)
				}
			}
			if want := max(i-100_000, 0); released != want {
				b.Fatalf("%d of %d were released", released, want)
			}
		})
	}
}
