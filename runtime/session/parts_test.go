package session

import (
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"testing"
)

// total is a part of a sliding count in these tests: the sum of its records, and how many they are.
type total struct{ sum, n int64 }

func mergeTotal(a, b *total) { *a = total{a.sum + b.sum, a.n + b.n} }

func appendTotal(b []byte, v *total) []byte {
	return binary.AppendVarint(binary.AppendVarint(b, v.sum), v.n)
}

func decodeTotal(b []byte, v *total) error {
	var i, j int
	if v.sum, i = binary.Varint(b); i <= 0 {
		return errors.New("no sum")
	}
	if v.n, j = binary.Varint(b[i:]); j <= 0 || i+j != len(b) {
		return errors.New("no number")
	}
	return nil
}

// TestParts: what the parts are together is the last records, however often they were written and read in between.
func TestParts(t *testing.T) {
	for _, x := range [][2]int64{{6, 2}, {3, 1}, {100, 50}, {8, 8}} {
		size, every := x[0], x[1]
		var p Parts[total]
		for i := range int64(500) {
			v, fresh := p.Add(size, every)
			if fresh != (i%every == 0) || fresh != (*v == total{}) {
				t.Fatalf("%v, record %d: fresh is %v, of %v", x, i, fresh, *v)
			}
			v.sum, v.n = v.sum+i, v.n+1
			if i%7 == 3 {
				var read Parts[total]
				if err := read.Decode(p.Append(nil, appendTotal), decodeTotal); err != nil {
					t.Fatal(err)
				}
				p = read
			}
			have := min(i+1, size-every+i%every+1)
			want := total{n: have}
			for j := i - have + 1; j <= i; j++ {
				want.sum += j
			}
			if got := p.Whole(mergeTotal); *got != want || p.Complete(every) != ((i+1)%every == 0) {
				t.Fatalf("%v, record %d: got %v, complete: %v; want %v", x, i, *got, p.Complete(every), want)
			}
		}
	}
}

// TestFewerParts: where the last records have come to be fewer, those too many leave with the next part.
func TestFewerParts(t *testing.T) {
	var p Parts[total]
	for range 8 {
		v, _ := p.Add(8, 2)
		v.n++
	}
	v, _ := p.Add(4, 2)
	v.n++
	if got := p.Whole(mergeTotal); got.n != 3 {
		t.Errorf("%d records are left, want 3", got.n)
	}
}

// TestPartsFormat pins the stored form, and that damage to it is an error.
func TestPartsFormat(t *testing.T) {
	var p Parts[total]
	for i := range int64(5) {
		v, _ := p.Add(4, 2)
		v.sum, v.n = v.sum+100*i, v.n+1
	}
	b := p.Append(nil, appendTotal)
	const want = "01" + // version
		"01" + // records of the last part
		"02" + // parts
		"03" + "e807" + "04" + // 500 of two
		"03" + "a006" + "02" // 400 of one
	if got := fmt.Sprintf("%x", b); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	for n := range b {
		if (&Parts[total]{}).Decode(b[:n], decodeTotal) == nil {
			t.Errorf("the first %d bytes are taken for all", n)
		}
	}
	for _, bad := range [][]byte{append(slices.Clone(b), 0), {2}, {1, 0, 0}, {1, 1, 0}, {1, 1, 255, 255, 255, 255, 255, 255, 255, 255, 255, 1}} {
		if (&Parts[total]{}).Decode(bad, decodeTotal) == nil {
			t.Errorf("%x is taken", bad)
		}
	}
	if got := p.Bytes(func(*total) int { return 1000 }); got < 2000 || got > 3000 {
		t.Errorf("two parts of 1000 bytes take %d", got)
	}
}
