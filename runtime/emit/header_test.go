package emit

import (
	"fmt"
	"strings"
	"testing"
)

// TestHeaders sends records with headers and without, in chunks that fill up and are used again: each record keeps its own.
func TestHeaders(t *testing.T) {
	pool := NewPool(2)
	e := New(pool, []Target{{Topic: "t", Fixed: 0}})
	for round := range 3 {
		var want []string
		for i := range 3000 {
			e.Begin()
			Header(e, "lost", "with a record that is not sent")
			b := e.Begin()
			var line strings.Builder
			for h := range i % 4 {
				value := fmt.Sprint(round, i, h, strings.Repeat("x", i%50))
				if h%2 == 0 {
					Header(e, fmt.Sprint("h", h), value)
				} else {
					Header(e, fmt.Sprint("h", h), []byte(value))
				}
				fmt.Fprintf(&line, "h%d=%s ", h, value)
			}
			k := len(b)
			b = append(b, "key"...)
			if i%5 == 0 {
				e.SendTombstone(0, b, k, 0)
			} else {
				e.Send(0, append(b, "value"...), k, k+3, 0)
			}
			want = append(want, line.String())
		}
		n := 0
		for _, c := range e.Take() {
			for _, r := range c.Records() {
				var line strings.Builder
				for _, h := range r.Headers {
					fmt.Fprintf(&line, "%s=%s ", h.Key, h.Value)
				}
				if line.String() != want[n] {
					t.Fatalf("round %d, record %d has %q, want %q", round, n, line.String(), want[n])
				}
				n++
			}
			for range c.Records() {
				c.Done()
			}
		}
		if n != len(want) {
			t.Fatalf("%d records, want %d", n, len(want))
		}
	}
}

// TestLargeHeaders: what headers need counts for when a chunk is full, and a chunk that they made large is not kept.
func TestLargeHeaders(t *testing.T) {
	pool := NewPool(8)
	e := New(pool, []Target{{Topic: "t", Fixed: 0}})
	large := strings.Repeat("x", 32<<10)
	for range 100 {
		b := e.Begin()
		Header(e, "large", large)
		e.Send(0, append(b, "kv"...), len(b), len(b)+1, 0)
	}
	if e.Bytes() < 100*32<<10 {
		t.Errorf("%d bytes are counted", e.Bytes())
	}
	chunks := e.Take()
	if len(chunks) < 30 {
		t.Errorf("%d chunks hold 3 MiB of headers", len(chunks))
	}
	for _, c := range chunks {
		for range c.Records() {
			c.Done()
		}
	}
	for range 8 {
		if c := pool.get(); cap(c.values) > 4*chunkBytes {
			t.Errorf("a chunk with %d bytes for headers is kept", cap(c.values))
		}
	}
}

func BenchmarkHeader(b *testing.B) {
	e := New(NewPool(8), []Target{{Topic: "t", Fixed: 0}})
	trace := []byte("0af7651916cd43dd8448eb211c80319c")
	b.ReportAllocs()
	for i := range b.N {
		buf := e.Begin()
		Header(e, "trace", trace)
		k := len(buf)
		e.Send(0, append(append(buf, "key"...), "value"...), k, k+3, 0)
		if i%1000 == 0 {
			for _, c := range e.Take() {
				for range c.Records() {
					c.Done()
				}
			}
		}
	}
}
