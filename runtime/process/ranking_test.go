package process

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/weirstream/weir/runtime/keyenc"
	"github.com/weirstream/weir/runtime/watermark"
)

// rows is a ranking as a sorted list.
type rows []row

type row struct{ by, id, number, v int64 }

func (r rows) top(n int) []int64 {
	var vs []int64
	for _, x := range r[:min(n, len(r))] {
		vs = append(vs, x.v)
	}
	return vs
}

// TestRanking compares random rankings with sorted lists, over commits and aborts, with all of it in memory and with nothing.
func TestRanking(t *testing.T) {
	for seed := range uint64(24) {
		r := rand.New(rand.NewPCG(seed, 2))
		cfg := RankingConfig{N: 1 + r.IntN(5), Descending: r.IntN(2) == 0, IDs: r.IntN(3) > 0, Old: true}
		h := start(t, 0)
		if r.IntN(2) == 0 {
			h.c.OverlayBytes = 0
		}
		k := NewRanking(h.s, cfg, appendInt, decodeInt)
		groups, committed := [3]rows{}, [3]rows{}
		var number int64
		for i := range 1500 {
			g := r.IntN(len(groups))
			at, id, by := int64(1000), r.Int64N(30), r.Int64N(12)
			before := groups[g].top(cfg.N)
			var changes []Change[int64]
			var err error
			if cfg.IDs && r.IntN(4) == 0 {
				changes, err = k.Remove([]byte{'g', byte(g)}, at, keyenc.AppendInt(nil, id))
				groups[g] = slices.DeleteFunc(groups[g], func(x row) bool { return x.id == id })
			} else {
				v := int64(i)
				changes, err = k.Put([]byte{'g', byte(g)}, at, keyenc.AppendInt(nil, by), keyenc.AppendInt(nil, id), &v)
				next := row{by, id, number, v}
				number++
				if j := slices.IndexFunc(groups[g], func(x row) bool { return x.id == id }); cfg.IDs && j >= 0 {
					if groups[g][j].by == by {
						next.number = groups[g][j].number
					}
					groups[g] = slices.Delete(groups[g], j, j+1)
				}
				groups[g] = append(groups[g], next)
				slices.SortFunc(groups[g], func(a, b row) int {
					if cfg.Descending {
						return cmp.Or(cmp.Compare(b.by, a.by), cmp.Compare(a.number, b.number))
					}
					return cmp.Or(cmp.Compare(a.by, b.by), cmp.Compare(a.number, b.number))
				})
			}
			if err != nil {
				t.Fatal(err)
			}
			got := slices.Clone(before)
			for _, c := range changes {
				at := int(c.Rank) - 1
				if c.Was != (at < len(before)) || c.Was && c.Old != before[at] {
					t.Fatalf("seed %d: %+v, %d: the change %+v of %v", seed, cfg, i, c, before)
				}
				switch {
				case !c.Is:
					got = got[:min(at, len(got))]
				case at == len(got):
					got = append(got, c.New)
				default:
					got[at] = c.New
				}
			}
			if want := groups[g].top(cfg.N); !slices.Equal(got, want) {
				t.Fatalf("seed %d: %+v, %d: got %v, want %v", seed, cfg, i, got, want)
			}
			switch r.IntN(20) {
			case 0:
				if h.c.OverlayBytes > 0 {
					h.commit()
				} else {
					h.seal(t)
				}
				for g := range groups {
					committed[g] = slices.Clone(groups[g])
				}
			case 1:
				h.s.Reset()
				for g := range groups {
					groups[g] = slices.Clone(committed[g])
				}
			}
		}
		if got := h.stored(); !cfg.IDs && got > 1+len(groups)*cfg.N {
			t.Errorf("seed %d: %d entries are kept", seed, got)
		}
	}
}

// TestRankingEnds goes through the borders of a group's time, with what is known in memory and in the local store.
func TestRankingEnds(t *testing.T) {
	for _, commits := range []bool{false, true} {
		for _, final := range []bool{false, true} {
			h := start(t, 0)
			k := NewRanking(h.s, RankingConfig{N: 2, Descending: true, TTL: 100}, appendInt, decodeInt)
			var out []string
			end := func(group []byte) error {
				rows, at, err := k.End(group)
				out = append(out, fmt.Sprintf("%s %v at %d", group, rows, at))
				return err
			}
			over := end
			if !final {
				over = nil
			}
			advance := func(wm int64) {
				if wm >= h.s.Due() {
					if err := k.Advance(wm, over); err != nil {
						t.Fatal(err)
					}
				}
				h.c.Clock.Pass(wm)
			}
			put := func(group string, at, v, lag int64) {
				wm := watermark.Sub(h.c.Clock.Observe(0, at), lag)
				if final {
					is, err := k.Over([]byte(group), at)
					if err == nil && is {
						err = end([]byte(group))
					}
					if err != nil {
						t.Fatal(err)
					}
				}
				changes, err := k.Put([]byte(group), at, keyenc.AppendInt(nil, v), nil, &v)
				if err != nil {
					t.Fatal(err)
				}
				for _, c := range changes {
					if !final {
						out = append(out, fmt.Sprintf("%s %d is %d", group, c.Rank, c.New))
					}
				}
				advance(wm)
				if commits {
					h.commit()
				}
			}
			put("a", 1000, 1, 1000)
			put("b", 1001, 2, 1000)
			put("a", 1099, 3, 1000) // a millisecond before the end: it goes on
			put("a", 1050, 2, 1000) // out of order: the time stays
			put("a", 1199, 1, 1000) // the end
			put("a", 1200, 4, 0)    // the watermark ends b
			put("b", 10, 5, 0)      // late: until 1300
			put("a", 1299, 3, 0)
			put("c", 1300, 6, 0)
			advance(watermark.End)
			want := []string{"a 1 is 1", "b 1 is 2", "a 1 is 3", "a 2 is 1", "a 2 is 2", "a 1 is 1", "a 1 is 4", "a 2 is 1", "b 1 is 5", "a 2 is 3", "c 1 is 6"}
			left := 8
			if final {
				want = []string{"a [3 2] at 1198", "b [2] at 1100", "b [5] at 1299", "a [4 3] at 1398", "c [6] at 1399"}
				left = 1
			}
			if !slices.Equal(out, want) {
				t.Errorf("commits %v: got\n%q\nwant\n%q", commits, out, want)
			}
			if commits {
				h.commit()
				if got := h.scan(); len(got) != left { // a has two rows, c one; their times and timers; the numbers
					t.Errorf("left are %d\n%q", len(got), got)
				}
			}
		}
	}
}

// TestRankingFormat pins the bytes.
func TestRankingFormat(t *testing.T) {
	h := start(t, 0)
	k := NewRanking(h.s, RankingConfig{N: 1, Descending: true, IDs: true, TTL: 24}, appendInt, decodeInt)
	v := int64(5)
	if _, err := k.Put([]byte("gr"), 1000, []byte{1, 0xff}, []byte("id"), &v); err != nil {
		t.Fatal(err)
	}
	h.commit()
	want := []string{
		`"m\x04rows\x02gr\xfe\x00\x00\x00\x00\x00\x00\x00\x00\x00" 0100d00f0100070a`,
		`"m\x06places\x02grid" 0100d00ffe000000000000000000`,
		`"n" 010000000000001000`,
		`"q\x80\x00\x00\x00\x00\x00\x04\x00tgr" 01`,
		`"v\x04lastgr" 0100d00f`,
	}
	if got := h.scan(); !slices.Equal(got, want) {
		t.Errorf("got\n%q\nwant\n%q", got, want)
	}
}
