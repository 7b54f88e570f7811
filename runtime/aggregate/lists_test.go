package aggregate

import (
	"bytes"
	"cmp"
	"encoding/hex"
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
		var set Set[int64]
		var all []Timed[int64]
		number := int64(0)
		for part := range int64(1 + r.IntN(4)) {
			var e Earliest[int64]
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
			}
			before, least := slices.Clone(earliest), slices.Clone(set)
			wasE, wasS := earliest, set
			partE, partS := slices.Clone(e), slices.Clone(s)
			earliest.Merge(e, limit)
			set.Merge(s, limit, cmp.Compare)
			if !slices.Equal(before, wasE) || !slices.Equal(least, wasS) || !slices.Equal(partE, e) || !slices.Equal(partS, s) {
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
	}
}

// The stored form is a promise: state that was written goes on being read.
func TestListsAsStored(t *testing.T) {
	var earliest Earliest[string]
	var set Set[[]byte]
	earliest.Add(1500, "b", 3)
	earliest.Add(-1, "a", 3)
	set.Insert(0, []byte{1}, 3)
	set.Insert(1, nil, 3)
	b := set.Append(earliest.Append(nil, stateenc.AppendString), stateenc.AppendString)
	if got, want := hex.EncodeToString(b), "0201"+"0161"+"b817"+"0162"+"02"+"0101"+"00"; got != want {
		t.Fatalf("stored as %s, want %s", got, want)
	}
	var e Earliest[string]
	var s Set[[]byte]
	i := e.Decode(b, 0, stateenc.String)
	if i = s.Decode(b, i, stateenc.Bytes); stateenc.Done(b, i) != nil {
		t.Fatal(stateenc.Done(b, i))
	}
	if !slices.Equal(e, earliest) || !slices.EqualFunc(s, set, bytes.Equal) {
		t.Errorf("read %v %v", e, s)
	}
	if got := e.Heap(Len) + s.Heap(Len); got < 2*24+2+2*24+1 || got > 400 {
		t.Errorf("takes %d bytes", got)
	}
	for n := range b {
		i := e.Decode(b[:n], 0, stateenc.String)
		if i = s.Decode(b[:n], i, stateenc.Bytes); stateenc.Done(b[:n], i) == nil {
			t.Errorf("%d bytes of %d are read", n, len(b))
		}
	}
}
