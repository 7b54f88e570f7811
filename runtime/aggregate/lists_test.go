package aggregate

import (
	"bytes"
	"cmp"
	"encoding/hex"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/weirstream/weir/runtime/stateenc"
)

// TestListsOfParts puts records into parts, in a random order, and the parts together: what comes out is what a sort says. The parts stay
// as they are.
func TestListsOfParts(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	for range 3000 {
		limit := 1 + r.IntN(6)
		var earliest Earliest[int64]
		var ranked Ranked[int64, int64]
		var set Set[int64]
		var all []Timed[int64]
		number := int64(0)
		for part := range int64(1 + r.IntN(4)) {
			var e Earliest[int64]
			var k Ranked[int64, int64]
			var s Set[int64]
			for range 1 + r.IntN(6) {
				at := part*10 + int64(r.IntN(5))
				number++
				all = append(all, Timed[int64]{at, number})
				if e.Takes(at, limit) {
					e.Add(at, number, limit)
				}
				v := int64(r.IntN(8))
				all[len(all)-1].Value = number<<8 | v
				if i, found := slices.BinarySearch(s, v); !found && i < limit {
					s.Insert(i, v, limit)
				}
				if i := k.Place(v, cmp.Compare); i < limit {
					k.Insert(i, v, number, limit)
				}
			}
			wasE, wasK, wasS := earliest, ranked, set
			before := [][]int64{slices.Clone(set), slices.Clone(s), earliest.Values(), e.Values(), ranked.Values(), k.Values()}
			earliest.Merge(e, limit)
			ranked.Merge(k, limit, cmp.Compare)
			set.Merge(s, limit, cmp.Compare)
			after := [][]int64{wasS, s, wasE.Values(), e.Values(), wasK.Values(), k.Values()}
			if !slices.EqualFunc(before, after, slices.Equal) {
				t.Fatal("merging changes what is merged")
			}
		}
		var values []int64
		for _, e := range all {
			values = append(values, e.Value&0xff)
		}
		slices.Sort(values)
		values = slices.Compact(values)
		if want := values[:min(len(values), limit)]; !slices.Equal(set, want) {
			t.Fatalf("the least %d of %v are %v", limit, values, set)
		}
		slices.SortStableFunc(all, func(a, b Timed[int64]) int { return cmp.Compare(a.At, b.At) })
		var want []int64
		for _, e := range all[:min(len(all), limit)] {
			want = append(want, e.Value>>8)
		}
		if got := earliest.Values(); !slices.Equal(got, want) {
			t.Fatalf("the earliest %d of %v are %v, want %v", limit, all, got, want)
		}
		slices.SortFunc(all, func(a, b Timed[int64]) int {
			return cmp.Or(cmp.Compare(b.Value&0xff, a.Value&0xff), cmp.Compare(a.Value>>8, b.Value>>8))
		})
		for i := range want {
			want[i] = all[i].Value >> 8
		}
		if got := ranked.Values(); !slices.Equal(got, want) {
			t.Fatalf("the greatest %d of %v are %v, want %v", limit, all, got, want)
		}
	}
}

// The stored form is a promise: state that was written goes on being read.
func TestListsAsStored(t *testing.T) {
	var earliest Earliest[string]
	var set Set[[]byte]
	var ranked Ranked[string, int64]
	earliest.Add(1500, "b", 3)
	earliest.Add(-1, "a", 3)
	set.Insert(0, []byte{1}, 3)
	set.Insert(1, nil, 3)
	ranked.Insert(0, 3, "c", 3)
	b := set.Append(earliest.Append(nil, stateenc.AppendString), stateenc.AppendString)
	b = ranked.Append(b, stateenc.AppendInt, stateenc.AppendString)
	if got, want := hex.EncodeToString(b), "0201"+"0161"+"b817"+"0162"+"02"+"0101"+"00"+"01"+"06"+"0163"; got != want {
		t.Fatalf("stored as %s, want %s", got, want)
	}
	var e Earliest[string]
	var s Set[[]byte]
	var k Ranked[string, int64]
	read := func(b []byte) error {
		i := s.Decode(b, e.Decode(b, 0, stateenc.String), stateenc.Bytes)
		return stateenc.Done(b, k.Decode(b, i, stateenc.Int, stateenc.String))
	}
	if err := read(b); err != nil || !slices.Equal(e, earliest) || !slices.EqualFunc(s, set, bytes.Equal) || !slices.Equal(k, ranked) {
		t.Errorf("read %v %v %v, %v", e, s, k, err)
	}
	if got := e.Heap(Len) + s.Heap(Len) + k.Heap(nil, Len); got < 2*24+2+2*24+1+24+1 || got > 400 {
		t.Errorf("takes %d bytes", got)
	}
	for n := range b {
		if read(b[:n]) == nil {
			t.Errorf("%d bytes of %d are read", n, len(b))
		}
	}
}

func TestBucket(t *testing.T) {
	bounds := []float64{-1, 0, 0.5}
	for v, want := range map[float64]int{math.Inf(-1): 0, -1.5: 0, -1: 1, -0.5: 1, 0: 2, 0.25: 2, 0.5: 3, math.Inf(1): 3} {
		if got := Bucket(bounds, v, cmp.Compare); got != want {
			t.Errorf("%v is in %d, want %d", v, got, want)
		}
	}
	if got := Bucket(bounds, math.NaN(), cmp.Compare); got != 0 {
		t.Errorf("NaN is in %d", got)
	}
}
