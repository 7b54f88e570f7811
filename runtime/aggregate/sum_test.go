package aggregate

import (
	"bytes"
	"encoding/hex"
	"errors"
	"math"
	"math/big"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/weirstream/weir/runtime/cel"
	"github.com/weirstream/weir/runtime/dec"
)

// TestSumsOfParts makes sums of parts in random ways: they are what math/big says, or too large if that is.
func TestSumsOfParts(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	for range 2000 {
		var ints SumInt
		var uints SumUint
		var durations SumDuration
		var mean MeanInt
		want, unsigned := new(big.Int), new(big.Int)
		n := 0
		for range 1 + r.IntN(4) {
			var i SumInt
			var u SumUint
			var d SumDuration
			var m MeanInt
			for range 1 + r.IntN(3) {
				v := int64(r.Uint64()) >> (r.IntN(3) * 20)
				i.Add(v)
				u.Add(uint64(v))
				d.Add(time.Duration(v))
				m.Add(v)
				want.Add(want, big.NewInt(v))
				unsigned.Add(unsigned, new(big.Int).SetUint64(uint64(v)))
				n++
			}
			ints.Merge(&i)
			uints.Merge(&u)
			durations.Merge(&d)
			mean.Merge(&m)
		}
		got, err := ints.Value()
		if fits := want.IsInt64(); fits != (err == nil) || fits && got != want.Int64() || err != nil && !errors.Is(err, cel.ErrIntOverflow) {
			t.Fatalf("sum is %d, %v; want %s", got, err, want)
		}
		long, err := durations.Value()
		if fits := want.IsInt64(); fits != (err == nil) || fits && int64(long) != want.Int64() {
			t.Fatalf("sum is %s, %v; want %s", long, err, want)
		}
		nat, err := uints.Value()
		if fits := unsigned.IsUint64(); fits != (err == nil) || fits && nat != unsigned.Uint64() || err != nil && !errors.Is(err, cel.ErrUintOverflow) {
			t.Fatalf("sum is %d, %v; want %s", nat, err, unsigned)
		}
		f, _ := new(big.Float).SetInt(want).Float64()
		if got := mean.Value(); math.Abs(got-f/float64(n)) > math.Abs(got)*1e-15 {
			t.Fatalf("mean is %v, want %v", got, f/float64(n))
		}
	}
}

func TestVarianceOfParts(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	for range 200 {
		var whole, merged Variance
		for range 1 + r.IntN(5) {
			var part Variance
			for range r.IntN(5) {
				v := 1e6 + r.Float64()
				whole.Add(v)
				part.Add(v)
			}
			merged.Merge(&part)
		}
		if merged.n != whole.n || whole.n > 0 && math.Abs(merged.Population()-whole.Population()) > 1e-9 {
			t.Fatalf("of %d numbers %v, want %v", merged.n, merged.Population(), whole.Population())
		}
	}
}

func TestSumDecimal(t *testing.T) {
	number := func(s string) dec.Decimal {
		d, err := dec.FromString(s)
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	var a, b SumDecimal
	a.Add(number("1.25"))
	b.Add(number("-3"))
	b.Add(number("0.5"))
	a.Merge(&b)
	if v, err := a.Value(); err != nil || v.String() != "-1.25" {
		t.Errorf("sum is %s, %v", v, err)
	}
	if v, err := a.Mean(); err != nil || v.String() != "-0.4166666666666666667" {
		t.Errorf("mean is %s, %v", v, err)
	}
	var large SumDecimal
	large.Add(number("9999999999999999999"))
	large.Add(number("1"))
	if _, err := large.Value(); err == nil {
		t.Error("20 digits fit")
	}
	large.Add(number("-1"))
	a.Merge(&large)
	var read SumDecimal
	if i := read.Decode(a.Append(nil), 0); i < 0 {
		t.Fatal("not read")
	}
	if _, err := read.Value(); err == nil {
		t.Error("what is too long is not for good")
	}
	if _, err := read.Mean(); err == nil {
		t.Error("the mean of what is too long")
	}
}

// TestFormatOfSums pins the bytes.
func TestFormatOfSums(t *testing.T) {
	i, u := SumInt{hi: -1, lo: 5}, SumUint{hi: 1, lo: 2}
	var d SumDecimal
	d.Add(dec.FromInt(7))
	for _, c := range []struct {
		name, want string
		got        []byte
	}{
		{"SumInt", "ffffffffffffffff0000000000000005", i.Append(nil)},
		{"SumUint", "00000000000000010000000000000002", u.Append(nil)},
		{"SumDecimal", "000701", d.Append(nil)},
	} {
		if got := hex.EncodeToString(c.got); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
	var back SumInt
	if n := back.Decode(i.Append([]byte{9}), 1); n != 17 || back != i {
		t.Errorf("read %v to %d", back, n)
	}
	if n := back.Decode(bytes.Repeat([]byte{1}, 15), 0); n >= 0 {
		t.Error("15 bytes are a sum")
	}
	var again SumUint
	if n := again.Decode(u.Append(nil), 0); n != 16 || again != u {
		t.Errorf("read %v to %d", again, n)
	}
}
