package process

import (
	"testing"

	"github.com/weirstream/weir/runtime/emit"
	"github.com/weirstream/weir/runtime/keyenc"
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
func (h *harness) seal(b testing.TB) {
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

// BenchmarkRanking takes a record into one of 100 groups each time. With ids there are 1,000 rows in each: of them one gets another value, so it
// may leave the top, and others move up.
func BenchmarkRanking(b *testing.B) {
	for _, c := range []struct {
		name string
		cfg  RankingConfig
		by   func(i int64) int64
	}{
		{"none gets in", RankingConfig{N: 10}, func(i int64) int64 { return i }},
		{"each is the first", RankingConfig{N: 10, Descending: true}, func(i int64) int64 { return i }},
		{"ids", RankingConfig{N: 10, IDs: true}, func(i int64) int64 { return i * 7919 % 1_000_003 }},
		{"ids, the first falls", RankingConfig{N: 10, IDs: true}, func(i int64) int64 { return i }},
	} {
		b.Run(c.name, func(b *testing.B) {
			h := bench(b, 0)
			k := NewRanking(h.s, c.cfg, appendInt, decodeInt)
			by, id := make([]byte, 0, 8), make([]byte, 0, 8)
			group := []byte("shop-00")
			i := int64(0)
			put := func() {
				group[5], group[6] = '0'+byte(i/10%10), '0'+byte(i%10)
				by, id = keyenc.AppendInt(by[:0], c.by(i)), keyenc.AppendInt(id[:0], i/100%1000)
				if _, err := k.Put(group, i, by, id, &i); err != nil {
					b.Fatal(err)
				}
				if i++; i%10_000 == 0 {
					h.seal(b)
				}
			}
			for i < 100_000 {
				put()
			}
			b.ReportAllocs()
			for b.Loop() {
				put()
			}
		})
	}
}
