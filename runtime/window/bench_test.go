package window

import (
	"encoding/binary"
	"fmt"
	"testing"
	"time"

	"github.com/weirstream/weir/runtime/position"
	"github.com/weirstream/weir/runtime/store"
	"github.com/weirstream/weir/runtime/topology"
)

const benchKeys = 12_500

func benchStore(b *testing.B) (*Tumbling[sum], [][]byte) {
	c := newContext(b, store.Options{Memory: true})
	b.Cleanup(func() { c.DB.Close() })
	keys := make([][]byte, benchKeys)
	for i := range keys {
		keys[i] = append([]byte("c-"), binary.AppendUvarint(nil, uint64(i)*2654435761)...)
	}
	b.ReportAllocs()
	return newStore(b, c, sumConfig(60_000, 0)), keys
}

func BenchmarkUpsertHit(b *testing.B) {
	s, keys := benchStore(b)
	for _, k := range keys {
		add(b, s, 0, string(k), 1)
	}
	b.ResetTimer()
	for i := range b.N {
		v, _, _ := s.Upsert(0, keys[uint32(i)*7919%benchKeys])
		v.count++
	}
}

// BenchmarkUpsertMiss makes a new entry each time, in windows that come and go.
func BenchmarkUpsertMiss(b *testing.B) {
	s, keys := benchStore(b)
	b.ResetTimer()
	for i := range b.N {
		start := int64(i/benchKeys) * 60_000
		if i%benchKeys == 0 {
			_ = s.Close(start, nil, false)
		}
		v, _, _ := s.Upsert(start, keys[i%benchKeys])
		v.count++
	}
}

// BenchmarkSeal is the cost of one dirty entry: encoding it for changelog and DB. The DB's own work comes later.
func BenchmarkSeal(b *testing.B) {
	s, keys := benchStore(b)
	for done := 0; done < b.N; done += benchKeys {
		b.StopTimer()
		for _, k := range keys {
			v, _, _ := s.Upsert(0, k)
			v.count++
		}
		b.StartTimer()
		_ = s.Seal(nil)
		b.StopTimer()
		for _, c := range s.c.Out.Take() {
			for range c.Records() {
				c.Done()
			}
		}
		_ = s.c.DB.Apply(s.c.DB.Detach(), position.Start())
		s.Committed()
		b.StartTimer()
	}
}

// BenchmarkClose is the cost of one entry of a window that closes, sorting included.
func BenchmarkClose(b *testing.B) {
	s, keys := benchStore(b)
	start := int64(0)
	for done := 0; done < b.N; done += benchKeys {
		b.StopTimer()
		for _, k := range keys {
			v, _, _ := s.Upsert(start, k)
			v.count++
		}
		start += 60_000
		b.StartTimer()
		_ = s.Close(start, func(Bounds, []byte, *sum) error { return nil }, false)
	}
}

// BenchmarkManyGroups is the cost of a record that begins a group, and then how long the loop stands still when one step of the watermark
// closes the window that they are all in, or hopping windows: -benchtime 1000000x has a million groups.
func BenchmarkManyGroups(b *testing.B) {
	closed := 0
	emit := func(Bounds, []byte, *sum) error { closed++; return nil }
	fill := func(b *testing.B, upsert func(key []byte) (*sum, bool, error)) {
		var key []byte
		b.ReportAllocs()
		for i := range b.N {
			key = append(key[:0], "c-"...)
			v, _, err := upsert(binary.AppendUvarint(key, uint64(i)*2654435761))
			if err != nil {
				b.Fatal(err)
			}
			v.count++
		}
		b.StopTimer()
		closed = 0
	}
	report := func(b *testing.B, windows int, stop, all time.Duration) {
		if closed != windows*b.N {
			b.Fatalf("%d results of %d", closed, windows*b.N)
		}
		b.ReportMetric(float64(all.Nanoseconds())/float64(closed), "ns/closed")
		b.ReportMetric(float64(stop.Microseconds())/1000, "ms-stopped")
	}
	b.Run("tumbling", func(b *testing.B) {
		c := newContext(b, store.Options{Memory: true})
		defer c.DB.Close()
		s := newStore(b, c, sumConfig(60_000, 0))
		fill(b, func(key []byte) (*sum, bool, error) { return s.Upsert(0, key) })
		stop, all := pieces(b, c, func() error { return s.Close(60_000, emit, false) })
		report(b, 1, stop, all)
	})
	b.Run("hopping", func(b *testing.B) {
		c := newContext(b, store.Options{Memory: true})
		defer c.DB.Close()
		cfg := sumConfig(60_000, 0)
		cfg.Every = 15_000
		cfg.Merge = func(a, b *sum) { a.count, a.total = a.count+b.count, a.total+b.total }
		s, err := NewSliced(c, cfg)
		if err != nil {
			b.Fatal(err)
		}
		fill(b, func(key []byte) (*sum, bool, error) {
			if _, _, err := s.Upsert(30_000, key); err != nil {
				return nil, false, err
			}
			return s.Upsert(45_000, key)
		})
		stop, all := pieces(b, c, func() error { return s.Close(300_000, emit, false) })
		report(b, 5, stop, all)
	})
}

// pieces does work as an engine does it, in pieces of 5 ms, and returns how long the longest one took and all of them. It fails if one took
// longer than 50 ms.
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
		longest, all = max(longest, took), all+took
	}
	if longest > 50*time.Millisecond {
		b.Fatalf("the loop stands still for %v", longest)
	}
	return longest, all
}

// BenchmarkOverlap is the cost of a record, results included, in tumbling windows of a second, in hopping ones of an hour that are a
// second apart, in cumulative ones of up to an hour, and in tumbling ones of a second, a minute and an hour: a thousand keys have ten records each second, or one, and a result for each window.
// Fewer than 36 million records, or 3.6 million, are less than an hour's, so hopping windows are not full.
func BenchmarkOverlap(b *testing.B) {
	for _, rate := range []int{10, 1} {
		b.Run(fmt.Sprint(rate), func(b *testing.B) { benchmarkOverlap(b, rate) })
	}
}

func benchmarkOverlap(b *testing.B, rate int) {
	const keys = 1000
	second := keys * rate
	names := make([][]byte, keys)
	for i := range names {
		names[i] = append([]byte("c-"), binary.AppendUvarint(nil, uint64(i)*2654435761)...)
	}
	emitted := int64(0)
	emit := func(_ Bounds, _ []byte, v *sum) error { emitted += v.count; return nil }
	b.Run("tumbling", func(b *testing.B) {
		c := newContext(b, store.Options{Memory: true})
		defer c.DB.Close()
		s := newStore(b, c, sumConfig(1000, 0))
		b.ReportAllocs()
		for i := range b.N {
			at := int64(i / rate)
			if i%second == 0 {
				_ = s.Close(at, emit, false)
			}
			v, _, _ := s.Upsert(StartOf(at, 1000), names[uint32(i)*7919%keys])
			v.count++
		}
	})
	for _, kind := range []struct {
		name       string
		cumulative bool
		follow     []int64
	}{{name: "hopping"}, {name: "cumulative", cumulative: true}, {name: "sizes", follow: []int64{1000, 60_000, 3_600_000}}} {
		b.Run(kind.name, func(b *testing.B) {
			c := newContext(b, store.Options{Memory: true})
			defer c.DB.Close()
			cfg := sumConfig(3_600_000, 0)
			cfg.Every, cfg.Cumulative = 1000, kind.cumulative
			cfg.Sizes, cfg.Follow = kind.follow, kind.follow != nil
			cfg.Merge = func(a, b *sum) { a.count, a.total = a.count+b.count, a.total+b.total }
			s, err := NewSliced(c, cfg)
			if err != nil {
				b.Fatal(err)
			}
			b.ReportAllocs()
			for i := range b.N {
				at := int64(i / rate)
				if i%second == 0 {
					_ = s.Close(at, emit, false)
				}
				v, _, _ := s.Upsert(at, names[uint32(i)*7919%keys])
				v.count++
			}
		})
	}
}
