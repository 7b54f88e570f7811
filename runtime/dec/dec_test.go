package dec_test

import (
	"encoding/binary"
	"math/big"
	"strings"
	"testing"

	"github.com/weirstream/weir/runtime/dec"
)

func rat(d dec.Decimal) *big.Rat {
	r, ok := new(big.Rat).SetString(d.String())
	if !ok {
		panic(d.String())
	}
	return r
}

// exact is r as a Decimal by way of text; false if it has more than 19 digits, or more behind the point.
func exact(r *big.Rat) (dec.Decimal, bool) {
	text := r.FloatString(60)
	if back, _ := new(big.Rat).SetString(text); back.Cmp(r) != 0 {
		return dec.Decimal{}, false
	}
	text = strings.TrimRight(text, "0")
	digits := strings.TrimLeft(strings.NewReplacer("-", "", ".", "").Replace(text), "0")
	_, fraction, _ := strings.Cut(text, ".")
	if len(digits) > 19 || len(fraction) > 19 {
		return dec.Decimal{}, false
	}
	return dec.Must(strings.TrimSuffix(text, ".")), true
}

// quotient is a / b rounded half to even to what fits, by big integers.
func quotient(a, b *big.Rat) (dec.Decimal, bool) {
	q := new(big.Rat).Quo(a, b)
	for scale := 19; scale >= 0; scale-- {
		shifted := new(big.Rat).Mul(q, new(big.Rat).SetInt(new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(scale)), nil)))
		n, rest := new(big.Int).QuoRem(new(big.Int).Abs(shifted.Num()), shifted.Denom(), new(big.Int))
		if c := new(big.Int).Lsh(rest, 1).Cmp(shifted.Denom()); c > 0 || c == 0 && n.Bit(0) == 1 {
			n.Add(n, big.NewInt(1))
		}
		if len(n.String()) <= 19 {
			d, ok := dec.New(q.Sign() < 0, n.Uint64(), scale)
			return d, ok
		}
	}
	return dec.Decimal{}, false
}

// FuzzArithmetic holds + - * / and comparison against big.Rat.
func FuzzArithmetic(f *testing.F) {
	for _, s := range []struct {
		ac, bc uint64
		as, bs uint8
		signs  uint8
	}{{150, 25, 2, 1, 0}, {1, 3, 0, 0, 1}, {9_999_999_999_999_999_999, 1, 9, 9, 0}, {5, 2, 10, 10, 2}, {9_999_999_999_999_999_999, 9_999_999_999_999_999_999, 19, 0, 3}, {2, 3, 19, 0, 0}, {1, 9_999_999_999_999_999_998, 0, 0, 0}} {
		f.Add(s.ac, s.as, s.bc, s.bs, s.signs)
	}
	f.Fuzz(func(t *testing.T, ac uint64, as uint8, bc uint64, bs uint8, signs uint8) {
		a, ok1 := dec.New(signs&1 != 0, ac, int(as%20))
		b, ok2 := dec.New(signs&2 != 0, bc, int(bs%20))
		if !ok1 || !ok2 {
			return
		}
		x, y := rat(a), rat(b)
		check := func(op string, got dec.Decimal, err error, want dec.Decimal, fits bool) {
			t.Helper()
			if fits != (err == nil) || fits && got != want {
				t.Fatalf("%v %s %v = %v, %v; want %v, %v", a, op, b, got, err, want, fits)
			}
		}
		got, err := dec.Add(a, b)
		want, fits := exact(new(big.Rat).Add(x, y))
		check("+", got, err, want, fits)
		got, err = dec.Sub(a, b)
		want, fits = exact(new(big.Rat).Sub(x, y))
		check("-", got, err, want, fits)
		got, err = dec.Mul(a, b)
		want, fits = exact(new(big.Rat).Mul(x, y))
		check("*", got, err, want, fits)
		if y.Sign() != 0 {
			got, err = dec.Div(a, b)
			want, fits = quotient(x, y)
			check("/", got, err, want, fits)
		}
		if dec.Compare(a, b) != x.Cmp(y) || (a == b) != (x.Cmp(y) == 0) {
			t.Fatalf("%v and %v compare as %d", a, b, dec.Compare(a, b))
		}
		if v, _ := x.Float64(); v != a.Double() {
			t.Fatalf("%v as a double is %g, want %g", a, a.Double(), v)
		}
	})
}

// FuzzParse: what is read is what big.Rat reads, and exact.
func FuzzParse(f *testing.F) {
	for _, s := range []string{"1.50", "-.5", "5.", "1e3", "1E-19", "1e-20", "00.00100", "9999999999999999999", "10000000000000000000", "+7", "", ".", "e1", "1e", "1e+", "0e99999999999", "1e99999999999", "-0.0", "1.0000000000000000000000", "123456789012345678900e-2"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		d, number, fits := dec.Parse(s)
		mantissa, exponent, _ := strings.Cut(strings.ToLower(s), "e")
		if len(exponent) > 3 || len(s) > 200 || strings.ContainsAny(mantissa, "_/xbopn") || strings.ContainsAny(exponent, "_/xp") {
			return // what Rat takes too long for, or takes though it is no number to us
		}
		r, ok := new(big.Rat).SetString(s)
		if ok != number {
			t.Fatalf("%q: %v, big.Rat: %v", s, number, ok)
		}
		if !ok {
			return
		}
		want, representable := exact(r)
		if representable != fits || fits && d != want {
			t.Fatalf("%q is read as %v, %v; want %v, %v", s, d, fits, want, representable)
		}
		if back, _, ok := dec.Parse(string(dec.Append(nil, d, 5))); fits && (!ok || back != d) && len(dec.Append(nil, d, 5)) < 19 {
			t.Fatalf("%v came back as %v", d, back)
		}
	})
}

func TestConversions(t *testing.T) {
	for text, want := range map[string]int64{"1.99": 1, "-1.99": -1, "9223372036854775807.9": 9223372036854775807, "-9223372036854775808": -9223372036854775808} {
		if got, err := dec.Must(text[:min(len(text), 20)]).Int(); err != nil || got != want {
			t.Errorf("%s as an int is %d, %v", text, got, err)
		}
	}
	if _, err := dec.Must("9223372036854775808").Int(); err != dec.ErrInt {
		t.Errorf("2^63 as an int: %v", err)
	}
	if v, err := dec.Must("-0.5").Uint(); err != nil || v != 0 {
		t.Errorf("-0.5 as a uint: %d, %v", v, err)
	}
	if _, err := dec.Must("-1").Uint(); err != dec.ErrUint {
		t.Errorf("-1 as a uint: %v", err)
	}
	if d, err := dec.FromDouble(0.1); err != nil || d.String() != "0.1" {
		t.Errorf("0.1: %v, %v", d, err)
	}
	for _, v := range []float64{1e19, 1e-20, 1e300} {
		if d, err := dec.FromDouble(v); err == nil {
			t.Errorf("%g became %v", v, d)
		}
	}
	if got := dec.FromInt(-9223372036854775808).String(); got != "-9223372036854775808" {
		t.Error(got)
	}
	if got := string(dec.Append(nil, dec.Must("-1.5"), 2)); got != "-1.50" {
		t.Error(got)
	}
	d := dec.Must("-2.345")
	for what, v := range map[string]dec.Decimal{"-2.34": d.Round(2), "-2.35": d.Floor(2), "-2.3": d.Ceil(1), "-2": d.Trunc(-5), "-2.345": d.Round(99), "2.345": d.Abs()} {
		if v.String() != what {
			t.Errorf("%v, want %s", v, what)
		}
	}
}

func TestFits(t *testing.T) {
	for _, c := range []struct {
		text string
		p, s int
		want bool
	}{{"9.99", 3, 2, true}, {"10", 3, 2, false}, {"9.995", 3, 2, false}, {"0.5", 1, 1, true}, {"9999999999999999999", 19, 0, true}, {"9999999999999999999", 19, 1, false}, {"-0.0000000000000000001", 19, 19, true}} {
		if got := dec.Must(c.text).Fits(c.p, c.s); got != c.want {
			t.Errorf("%s in decimal(%d, %d): %v", c.text, c.p, c.s, got)
		}
	}
}

func BenchmarkAdd(b *testing.B) {
	x, y := dec.Must("123456.78"), dec.Must("0.05")
	for b.Loop() {
		_, _ = dec.Add(x, y)
	}
}

func BenchmarkParse(b *testing.B) {
	text := binary.AppendUvarint([]byte("123456.7"), '8')
	for b.Loop() {
		_, _, _ = dec.Parse(text)
	}
}
