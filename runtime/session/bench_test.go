package session

import (
	"encoding/binary"
	"fmt"
	"testing"
	"time"

	"github.com/weirstream/weir/runtime/position"
	"github.com/weirstream/weir/runtime/store"
	"github.com/weirstream/weir/runtime/topology"
	"github.com/weirstream/weir/runtime/window"
)

// benchConfig has no Bytes: its values are as large as they look.
func benchConfig() Config[sum] {
	cfg := sumConfig(0)
	cfg.Bytes = nil
	return cfg
}

func benchKey(b []byte, i int) []byte {
	return binary.AppendUvarint(append(b, "c-"...), uint64(i)*2654435761)
}

// BenchmarkKinds is the cost of a record, results included, in windows that are each group's own: a thousand keys have ten records each
// second, and a result of them; global windows have none before the input ends. It is the load of BenchmarkOverlap in package window.
func BenchmarkKinds(b *testing.B) {
	const (
		keys   = 1000
		second = keys * 10
	)
	names := make([][]byte, keys)
	for i := range names {
		names[i] = benchKey(nil, i)
	}
	apart, global := benchConfig(), benchConfig()
	apart.Apart = true
	global.Lateness = Forever
	for _, kind := range []struct {
		name string
		cfg  Config[sum]
		span func(at int64) (start, end int64) // what a record brings
		size int64                             // of counted windows
	}{
		// A second's records come in its first half, so that sessions end.
		{name: "session", cfg: benchConfig(), span: func(at int64) (int64, int64) { return at, at + 400 }},
		{name: "custom", cfg: apart, span: func(at int64) (int64, int64) { s := window.StartOf(at, 1000); return s, s + 1000 }},
		{name: "global", cfg: global, span: func(at int64) (int64, int64) { return Earliest, at + 1 }},
		{name: "count", cfg: benchConfig(), span: func(at int64) (int64, int64) { return Earliest, at + 3_600_000 }, size: 10},
	} {
		b.Run(kind.name, func(b *testing.B) {
			c := newContext(b, store.Options{Memory: true})
			defer c.DB.Close()
			s := newStore(b, c, kind.cfg)
			emitted := int64(0)
			emit := func(_ window.Bounds, _ []byte, v *sum) error { emitted += v.count; return nil }
			b.ReportAllocs()
			for i := range b.N {
				at := int64(i/second)*1000 + int64(i%second)/(second/500)
				if i%second == 0 {
					if err := s.Close(at, emit, false); err != nil {
						b.Fatal(err)
					}
				}
				key := names[uint32(i)*7919%keys]
				start, end := kind.span(at)
				v, _, err := s.Upsert(start, end, key)
				if err != nil {
					b.Fatal(err)
				}
				if v.count++; kind.size > 0 && v.count == kind.size {
					if err := s.Complete(key, emit); err != nil {
						b.Fatal(err)
					}
				}
			}
		})
	}
}

// BenchmarkOpenSessions is the cost of a record that begins a session of a new group, of which none ends, and then what they all take in
// memory, and how long the loop stands still when one step of the watermark closes them all: -benchtime 10000000x has ten million of them.
func BenchmarkOpenSessions(b *testing.B) {
	c := newContext(b, store.Options{Memory: true})
	defer c.DB.Close()
	s := newStore(b, c, benchConfig())
	var key []byte
	b.ReportAllocs()
	for i := range b.N {
		key = benchKey(key[:0], i)
		v, _, err := s.Upsert(int64(i%1000), 1_000_000, key)
		if err != nil {
			b.Fatal(err)
		}
		v.count++
	}
	b.StopTimer()
	closed, size := 0, s.Size()
	stop, all := pieces(b, c, func() error {
		return s.Close(1_000_000, func(window.Bounds, []byte, *sum) error { closed++; return nil }, false)
	})
	if closed != b.N {
		b.Fatalf("%d sessions closed of %d", closed, b.N)
	}
	b.ReportMetric(float64(size)/float64(b.N), "B/session")
	b.ReportMetric(float64(all.Nanoseconds())/float64(b.N), "ns/closed")
	b.ReportMetric(float64(stop.Microseconds())/1000, "ms-stopped")
}

// BenchmarkStoredSessions is the cost of a record that begins a session which is written to the changelog and the DB, and then how long the loop
// stands still when one step of the watermark closes them all, and the commit behind it deletes them.
func BenchmarkStoredSessions(b *testing.B) {
	c := newContext(b, store.Options{Memory: true})
	defer c.DB.Close()
	s := newStore(b, c, benchConfig())
	commit := func() (stop time.Duration) {
		sealing, _ := pieces(b, c, func() error { return s.Seal(nil) })
		if err := c.DB.Apply(c.DB.Detach(), position.Start()); err != nil {
			b.Fatal(err)
		}
		settling, _ := pieces(b, c, func() error { s.Committed(); return nil })
		return max(sealing, settling)
	}
	var key []byte
	b.ReportAllocs()
	for i := range b.N {
		key = benchKey(key[:0], i)
		v, _, err := s.Upsert(int64(i%1000), 1_000_000, key)
		if err != nil {
			b.Fatal(err)
		}
		v.count++
	}
	stop := commit()
	b.StopTimer()
	closing, all := pieces(b, c, func() error { return s.Close(1_000_000, func(window.Bounds, []byte, *sum) error { return nil }, false) })
	b.ReportMetric(float64(all.Nanoseconds())/float64(b.N), "ns/closed")
	b.ReportMetric(float64(max(stop, closing, commit()).Microseconds())/1000, "ms-stopped")
}

// pieces does work as an engine does it, in pieces of 5 ms, and returns how long the longest one took and all of them. It fails if one took
// longer than 50 ms. What the work sends is taken after each.
func pieces(b *testing.B, c *topology.Context, do func() error) (longest, all time.Duration) {
	var begin time.Time
	w := topology.NewWork(do, 64, func() bool { return time.Since(begin) > 5*time.Millisecond }, c)
	for done := false; !done; {
		begin = time.Now()
		var err error
		if done, err = w.Go(); err != nil {
			b.Fatal(err)
		}
		took := time.Since(begin)
		for _, ch := range c.Out.Take() {
			for range ch.Records() {
				ch.Done()
			}
		}
		longest, all = max(longest, took), all+took
	}
	if longest > 50*time.Millisecond {
		b.Fatalf("the loop stands still for %v", longest)
	}
	return longest, all
}

// BenchmarkSliding is the cost of a record in sliding windows, results included, of which each record makes two: a thousand keys, which have so many
// records at a time in the neighbourhood of one, in front of it and behind it each, in order; and with one in a hundred records up to that far
// out of order, which windows wait for.
func BenchmarkSliding(b *testing.B) {
	const keys = 1000
	names := make([][]byte, keys)
	for i := range names {
		names[i] = benchKey(nil, i)
	}
	for _, near := range []int64{1, 10, 1000} {
		for _, disorder := range []bool{false, true} {
			name := fmt.Sprintf("near=%d", near)
			if disorder {
				name += ",out-of-order"
			}
			b.Run(name, func(b *testing.B) {
				c := newContext(b, store.Options{Memory: true})
				defer c.DB.Close()
				cfg := benchConfig()
				cfg.Reach = near * 10 // a record of a key each ten milliseconds
				if near == 1 {
					cfg.Reach = 9
				}
				if disorder {
					cfg.Lateness = cfg.Reach
				}
				s, err := NewSliding(c, cfg)
				if err != nil {
					b.Fatal(err)
				}
				results := 0
				emit := func(_ window.Bounds, _ []byte, v *sum) error { results++; return nil }
				b.ReportAllocs()
				for i := range b.N {
					now := int64(i / (keys / 10))
					if i%(keys/10) == 0 && now >= s.Due() {
						if err := s.Close(now, emit, false); err != nil {
							b.Fatal(err)
						}
					}
					if disorder && i%100 == 0 {
						now -= int64(i) * 7919 % (cfg.Reach + 1)
					}
					v, _, err := s.Upsert(now, names[i%keys])
					if err != nil {
						b.Fatal(err)
					}
					v.count++
				}
				b.ReportMetric(float64(results)/float64(b.N), "results/op")
			})
		}
	}
}
