package session

import (
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/weirstream/weir/runtime/position"
	"github.com/weirstream/weir/runtime/store"
	"github.com/weirstream/weir/runtime/watermark"
	"github.com/weirstream/weir/runtime/window"
)

// TestSlidingMerges counts merges: what windows have in common is merged once, so a window costs three or four of them, however many records
// are in it, in order or as far out of order as windows wait for. Handing on what changed costs no more for each window.
func TestSlidingMerges(t *testing.T) {
	const reach, records = 2000, 12_000
	for _, test := range []struct {
		name     string
		disorder int64
		every    int64
	}{{"in order", 0, 0}, {"out of order", 500, 0}, {"in rounds", 0, 3000}} {
		t.Run(test.name, func(t *testing.T) {
			r := rand.New(rand.NewPCG(1, 1))
			merges, results := 0, 0
			cfg := sumConfig(test.disorder)
			cfg.Reach, cfg.UpdateEvery = reach, test.every
			cfg.Merge = func(a, b *sum) {
				merges++
				a.count += b.count
			}
			c := newContext(t, store.Options{Memory: true})
			defer c.DB.Close()
			s, err := NewSliding(c, cfg)
			if err != nil {
				t.Fatal(err)
			}
			emit := func(window.Bounds, []byte, *sum) error { results++; return nil }
			for i := range int64(records) {
				at := i
				if test.disorder > 0 {
					at -= r.Int64N(test.disorder)
				}
				if late, err := s.Late(at, []byte("k"), i); late || err != nil {
					t.Fatal(late, err)
				}
				v, _, err := s.Upsert(at, []byte("k"))
				if err != nil {
					t.Fatal(err)
				}
				v.count++
				if i >= s.Due() {
					if err := s.Close(i, emit, test.every > 0); err != nil {
						t.Fatal(err)
					}
				}
			}
			if err := s.Close(watermark.End, emit, test.every > 0); err != nil {
				t.Fatal(err)
			}
			if results < records/2 || merges > 4*results {
				t.Errorf("%d merges for %d results", merges, results)
			}
			if s.mergedBytes != 0 || s.cells.used != 0 || s.groups.used == 0 {
				t.Errorf("kept %d bytes, %d points of %d groups", s.mergedBytes, s.cells.used, s.groups.used)
			}
		})
	}
}

// TestSlidingMalformed reads what no version wrote.
func TestSlidingMalformed(t *testing.T) {
	for _, test := range []struct{ key, value, want string }{
		{"ek\x00\x01\x80\x00\x00\x00\x00\x00\x00\x05", "", "is empty"},
		{"ek\x00\x01\x80\x00\x00\x00\x00\x00\x00\x05", "\x07", "version 7"},
		{"ek\x00\x01\x80\x00\x00\x00\x00\x00\x00\x05", "\x02\x80", "malformed"},
		{"ek\x00\x01\x80\x00\x00\x00\x00\x00\x00\x05", "\x02\x02\x02", "malformed"},
		{"ek\x00\x01\x80\x00\x00\x00\x00\x00\x00\x05", "\x01\x02", "bad sum"},
		{"ek\x00\x01\x80\x00\x00", "\x01\x02\x02", "malformed"},
	} {
		c := newContext(t, store.Options{Memory: true})
		id, err := c.DB.StoreID("s")
		if err != nil || id != 1 {
			t.Fatal(id, err)
		}
		for _, kv := range [][2]string{{test.key, test.value}, {"q\x80\x00\x00\x00\x00\x00\x00\x06k", "\x01"}} {
			if err := c.DB.Batch().Set([]byte("\x01"+kv[0]), []byte(kv[1])); err != nil {
				t.Fatal(err)
			}
		}
		if err := c.DB.Apply(c.DB.Detach(), position.Start()); err != nil {
			t.Fatal(err)
		}
		cfg := sumConfig(0)
		cfg.Reach = 10
		s, err := NewSliding(c, cfg)
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Close(100, nil, false); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%q is read with the error %v, want %s", test.value, err, test.want)
		}
		if err := c.DB.Close(); err != nil {
			t.Fatal(err)
		}
	}
}
