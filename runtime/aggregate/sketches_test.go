package aggregate

import (
	"encoding/hex"
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/weirstream/weir/runtime/cel"
	"github.com/weirstream/weir/runtime/dec"
	"github.com/weirstream/weir/runtime/stateenc"
)

// TestCardinality holds the error to what is promised: none up to 256 values, behind that a standard error of 1.6 %.
func TestCardinality(t *testing.T) {
	for _, n := range []int{0, 1, 2, 255, 256} {
		var c Cardinality
		for range 3 {
			for v := range n {
				c.Add(cel.HashInt(int64(v)))
			}
		}
		if c.Value() != int64(n) {
			t.Errorf("%d values are %d", n, c.Value())
		}
	}
	// The interpreter of internal/oracle, which has an estimator of its own, is held to these numbers as well.
	for n, want := range map[int]int64{257: 256, 1000: 990, 20_000: 20_039, 300_000: 292_074} {
		var c Cardinality
		for v := range n {
			c.Add(cel.HashInt(int64(v)))
		}
		if got := c.Value(); got != want {
			t.Errorf("the integers below %d are %d, want %d", n, got, want)
		}
	}
	r := rand.New(rand.NewPCG(1, 1))
	for _, n := range []int{257, 1000, 5000, 20_000, 100_000, 1_000_000} {
		squares := 0.0
		const rounds = 40
		for range rounds {
			var c Cardinality
			for range n {
				c.Add(r.Uint64())
			}
			e := float64(c.Value())/float64(n) - 1
			if squares += e * e; math.Abs(e) > 5*0.01625 {
				t.Errorf("%d values are %d", n, c.Value())
			}
		}
		if e := math.Sqrt(squares / rounds); e > 1.3*0.01625 {
			t.Errorf("of %d values the standard error is %v", n, e)
		}
	}
}

// TestSketchesOfParts merges parts in a random order: what is kept is what one sketch of all would keep, and the parts stay as they are.
func TestSketchesOfParts(t *testing.T) {
	r := rand.New(rand.NewPCG(2, 2))
	for round := range 200 {
		n := 1 << r.IntN(11)
		parts := make([]struct {
			c Cardinality
			q Quantiles
		}, 1+r.IntN(5))
		var c Cardinality
		var q Quantiles
		for range n {
			v := r.NormFloat64() * math.Exp(float64(r.IntN(1+round%100)))
			p := &parts[r.IntN(len(parts))]
			c.Add(HashDouble(v))
			p.c.Add(HashDouble(v))
			q.Add(v)
			p.q.Add(v)
		}
		merged := parts[0]
		var before [][]byte
		for _, p := range parts {
			before = append(before, p.q.Append(p.c.Append(nil)))
		}
		for _, i := range r.Perm(len(parts) - 1) {
			merged.c.Merge(&parts[i+1].c)
			merged.q.Merge(&parts[i+1].q)
		}
		for i, p := range parts {
			if !slices.Equal(before[i], p.q.Append(p.c.Append(nil))) {
				t.Fatal("merging changes what is merged")
			}
		}
		b := q.Append(c.Append(nil))
		if got := merged.q.Append(merged.c.Append(nil)); !slices.Equal(got, b) {
			t.Fatalf("%d numbers in %d parts are kept otherwise than at once", n, len(parts))
		}
		var readC Cardinality
		var readQ Quantiles
		if i := readQ.Decode(b, readC.Decode(b, 0)); stateenc.Done(b, i) != nil || readC.Value() != c.Value() || !reflect.DeepEqual(readQ.ranges, q.ranges) {
			t.Fatal("read as something else than was written")
		}
		for range 10 {
			k := r.IntN(len(b))
			if stateenc.Done(b[:k], readQ.Decode(b[:k], readC.Decode(b[:k], 0))) == nil {
				t.Fatalf("%d bytes of %d are read", k, len(b))
			}
			bad := slices.Clone(b)
			bad[k] ^= 1 << r.IntN(8)
			readQ.Decode(bad, readC.Decode(bad, 0)) // anything but a panic
		}
	}
}

// TestQuantiles holds the error to what is promised: less than 0.8 %, towards 0.
func TestQuantiles(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 3))
	for range 300 {
		var s Quantiles
		var all []float64
		center, spread := r.NormFloat64()*100, math.Exp(r.Float64()*10)
		for range 1 + r.IntN(2000) {
			v := center + spread*r.NormFloat64()
			s.Add(v)
			all = append(all, v)
		}
		slices.Sort(all)
		for percent := range 101 {
			want := all[max(0, (percent*len(all)+99)/100-1)]
			if got := s.Value(float64(percent) / 100); math.Abs(got-want) > 0.008*math.Abs(want) || math.Abs(got) > math.Abs(want) && got != all[0] && got != all[len(all)-1] {
				t.Fatalf("of %d numbers %d %% are up to %v, not %v", len(all), percent, want, got)
			}
		}
		if s.Value(0) != all[0] || s.Value(1) != all[len(all)-1] {
			t.Fatal("the least and the greatest are known")
		}
	}
}

func TestQuantilesOfOddNumbers(t *testing.T) {
	of := func(vs ...float64) *Quantiles {
		var s Quantiles
		for _, v := range vs {
			s.Add(v)
		}
		return &s
	}
	for i := range 256 {
		if got := of(0, float64(i), 256, -1, 300).Value(0.6); got != float64(i) {
			t.Errorf("%d is %v", i, got)
		}
	}
	inf := math.Inf(1)
	for _, c := range []struct {
		s    *Quantiles
		want float64
	}{
		{of(-inf, 5, inf), 5}, {of(inf, inf, 1), inf}, {of(-inf, 1, -inf), -inf}, {of(5e-324, 0, -5e-324), 0}, {of(19.99), 19.99},
		{of(19.99, 19.99, 19.99), 19.99}, {of(1, 2), 1}, {of(1, 2, 3, 4), 2}, {of(-3, -1000.5, -2000), -1000},
		{of(1, math.MaxFloat64, math.MaxFloat64, math.MaxFloat64), math.Float64frombits(0x7fefe << 44)},
	} {
		if got := c.s.Value(0.5); got != c.want {
			t.Errorf("%v is %v, want %v", c.s, got, c.want)
		}
	}
	if got := of(1, math.NaN()).Value(0.5); got == got {
		t.Errorf("with a NaN it is %v", got)
	}
	if got := of(math.MaxInt64).Duration(0.5); got != math.MaxInt64 {
		t.Errorf("the longest duration is %d", got)
	}
	if got := of(1e9, 2e9, 3e9).Duration(0.5); got.Round(20*time.Millisecond) != 2*time.Second {
		t.Errorf("two seconds are %s", got)
	}
}

// TestQuantilesAreBounded puts numbers of all sizes in: those farthest from 0 keep their ranges.
func TestQuantilesAreBounded(t *testing.T) {
	r := rand.New(rand.NewPCG(4, 4))
	var s Quantiles
	var all []float64
	for range 200_000 {
		v := math.Float64frombits(r.Uint64())
		if v == v {
			s.Add(v)
			all = append(all, v)
		}
	}
	if len(s.ranges) > 2*maxRanges+1 || s.Heap() > 1<<18 {
		t.Errorf("%d ranges take %d bytes", len(s.ranges), s.Heap())
	}
	slices.Sort(all)
	for _, q := range []float64{0.001, 0.999} {
		want := all[int(math.Ceil(q*float64(len(all))))-1]
		if got := s.Value(q); math.Abs(got-want) > 0.008*math.Abs(want) {
			t.Errorf("%v is %v, want %v", q, got, want)
		}
	}
}

// The stored forms are promises, and so are hashes: state that was written goes on being read and added to.
func TestSketchesAsStored(t *testing.T) {
	var c Cardinality
	for _, h := range []uint64{HashBool(true), HashDouble(math.Copysign(0, -1)), HashDouble(math.NaN()), HashTime(time.UnixMilli(-1)), HashDecimal(dec.Must("1.50"))} {
		c.Add(h)
	}
	want := "0005" + "1b6b187068633c06" + "34c96acdcadb1bbb" + "7599cf6a858394dd" + "9f1ffc793b8a47da" + "e8d6505f8fcf98d1"
	if got := hex.EncodeToString(c.Append(nil)); got != want {
		t.Errorf("stored as %s, want %s", got, want)
	}
	c.spread()
	got := hex.EncodeToString(c.Append(nil))
	registered := []byte{0: 1, 1 + registers - 1: 0}
	for register, rank := range map[int]byte{0x1b6: 1, 0x34c: 1, 0x759: 1, 0x9f1: 1, 0xe8d: 2} {
		registered[1+register] = rank
	}
	if got != hex.EncodeToString(registered) {
		t.Errorf("registers stored as %s", got)
	}
	var s Quantiles
	for _, v := range []float64{1.5, 1, -2, 1.501, 0, 1e300} {
		s.Add(v)
	}
	want = "00" + "00000000000000c0" + "9c7500883ce4377e" + "05" + "ffff0f" + "01" + "808008" + "01" + "80ff07" + "01" + "40" + "02" + "ffe307" + "01"
	if got := hex.EncodeToString(s.Append(nil)); got != want {
		t.Errorf("stored as %s, want %s", got, want)
	}
}
