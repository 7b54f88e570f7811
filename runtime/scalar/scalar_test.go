package scalar_test

import (
	"encoding/json"
	"math"
	"math/big"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/weirstream/weir/runtime/scalar"
)

// FuzzTime: a timestamp is read as package time reads it, apart from what that is lax about, and written as it writes it.
func FuzzTime(f *testing.F) {
	for _, s := range []string{"2024-02-29T12:34:56Z", "1900-02-29T00:00:00Z", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59.999999999Z", "2000-12-31T23:59:59.1+23:59",
		"1969-12-31T23:59:59.5-00:01", "2024-01-01T24:00:00Z", "2024-13-01T00:00:00Z", "2024-01-01T00:00:00.Z", "2024-01-01T00:00:00,5Z", "0000-12-31T23:59:00-23:59"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		got, p := scalar.Time([]byte(text))
		want, err := time.Parse(time.RFC3339Nano, text)
		lax := strings.ContainsRune(text, ',') || len(text) > 11 && (len(text) < 14 || text[13] != ':') || strings.Contains(text, ":24:") || strings.Contains(text, "24:00")
		inYears := want.UTC().Year() >= 1 && want.UTC().Year() <= 9999
		if (p == scalar.OK) != (err == nil && inYears) && !lax {
			t.Fatalf("%q: %v %v, package time: %v, %v", text, got, p, want, err)
		}
		if p != scalar.OK {
			return
		}
		if !got.Equal(want) || got.Location() != time.UTC {
			t.Fatalf("%q: %v, package time: %v", text, got, want)
		}
		if out := string(scalar.AppendTime(nil, want)); out != got.Format(time.RFC3339Nano) {
			t.Fatalf("wrote %s, package time: %s", out, got.Format(time.RFC3339Nano))
		}
		for _, again := range []struct {
			text []byte
			read func([]byte) (time.Time, scalar.Problem)
			want time.Time
		}{
			{scalar.AppendSeconds(nil, got), scalar.Seconds, got},
			{scalar.AppendMillis(nil, got), scalar.Millis, time.UnixMilli(got.UnixMilli()).UTC()},
		} {
			if back, p := again.read(again.text); p != scalar.OK || !back.Equal(again.want) {
				t.Fatalf("%v as %s is read as %v, %v", got, again.text, back, p)
			}
		}
	})
}

// TestDays goes through every day of the years 1 to 9999.
func TestDays(t *testing.T) {
	day := time.Date(1, 1, 1, 0, 0, 0, 0, time.UTC)
	for ; day.Year() < 10000; day = day.AddDate(0, 0, 1) {
		text := scalar.AppendTime(nil, day)
		if got, p := scalar.Time(text); p != scalar.OK || !got.Equal(day) {
			t.Fatalf("%s is read as %v, %v", text, got, p)
		}
	}
}

// FuzzDecimal: numbers have the value that big.Rat gives them.
func FuzzDecimal(f *testing.F) {
	for _, s := range []string{"0", "-0", "1.5", "18446744073709551615", "18446744073709551616", "1e19", "184467440737095516150e-1", "0.000000001", "0.0000000001", "1e-10", "123e-3",
		"+7", ".5", "5.", ".", "-", "1e", "1e+", "0e99999999999", "1.2.3", "00012", "9223372036854775808", "-9223372036854775808", "1e-1000"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		d, p := scalar.ParseDecimal([]byte(text))
		mantissa, exponent, _ := strings.Cut(strings.ToLower(text), "e")
		if n, _ := strconv.Atoi(exponent); n > 1000 || n < -1000 || len(exponent) > 6 || strings.ContainsAny(mantissa, "_/xbop") || strings.ContainsAny(exponent, "_/xp") || len(text) > 500 {
			return // what Rat takes too long for, or takes though it is no number to us
		}
		want, ok := new(big.Rat).SetString(text)
		if ok != (p != scalar.Syntax) {
			t.Fatalf("%q: %v, big.Rat: %v", text, p, ok)
		}
		if !ok {
			return
		}
		abs := new(big.Rat).Abs(want)
		whole := new(big.Int).Quo(abs.Num(), abs.Denom())
		if whole.IsUint64() != (p == scalar.OK) {
			t.Fatalf("%q: %v", text, p)
		}
		if p != scalar.OK {
			return
		}
		nanos := new(big.Rat).Sub(abs, new(big.Rat).SetInt(whole))
		nanos.Mul(nanos, big.NewRat(1e9, 1))
		cut := new(big.Int).Quo(nanos.Num(), nanos.Denom())
		if d.Whole != whole.Uint64() || uint64(d.Nanos) != cut.Uint64() || d.Inexact == nanos.IsInt() {
			t.Fatalf("%q: %+v, want %v and %v", text, d, whole, cut)
		}
		v, p := scalar.Int([]byte(text))
		if exact := want.IsInt() && want.Num().IsInt64(); exact != (p == scalar.OK) || exact && v != want.Num().Int64() {
			t.Fatalf("%q: int %d, %v", text, v, p)
		}
		u, p := scalar.Uint([]byte(text))
		if exact := want.IsInt() && want.Num().IsUint64(); exact != (p == scalar.OK) || exact && u != want.Num().Uint64() {
			t.Fatalf("%q: uint %d, %v", text, u, p)
		}
	})
}

// FuzzDouble: doubles are written as encoding/json writes them, and read back.
func FuzzDouble(f *testing.F) {
	for _, v := range []float64{0, math.Copysign(0, -1), 1, 0.1, 1e-6, 9.99e-7, 1e-9, 1e-10, 1e21, 1e20, math.MaxFloat64, math.SmallestNonzeroFloat64, -123.456} {
		f.Add(math.Float64bits(v))
	}
	f.Fuzz(func(t *testing.T, bits uint64) {
		v := math.Float64frombits(bits)
		b := scalar.AppendDouble(nil, v)
		if want, err := json.Marshal(v); err == nil && string(b) != string(want) {
			t.Fatalf("%s, encoding/json: %s", b, want)
		}
		if got, p := scalar.Double(b); p != scalar.OK || math.Float64bits(got) != bits && v == v {
			t.Fatalf("%s is read as %g, %v", b, got, p)
		}
	})
}

func TestDouble(t *testing.T) {
	tests := []struct {
		text string
		want float64
		p    scalar.Problem
	}{
		{"1", 1, scalar.OK}, {"-.5e1", -5, scalar.OK}, {"007", 7, scalar.OK}, {"1e999", 0, scalar.Range}, {"", 0, scalar.Syntax}, {"inf", 0, scalar.Syntax},
		{"1_000", 0, scalar.Syntax}, {"0x1p1", 0, scalar.Syntax}, {"Infinity", math.Inf(1), scalar.OK}, {"e", 0, scalar.Syntax}, {" 1", 0, scalar.Syntax},
	}
	for _, test := range tests {
		if got, p := scalar.Double([]byte(test.text)); got != test.want || p != test.p {
			t.Errorf("%q: %g, %v", test.text, got, p)
		}
	}
}

func TestDuration(t *testing.T) {
	for text, want := range map[string]time.Duration{
		"90s": 90 * time.Second, "0s": 0, "0.000000001s": 1, "-0.5s": -500 * time.Millisecond, "9223372036.854775807s": math.MaxInt64, "-9223372036.854775808s": math.MinInt64,
	} {
		if got := string(scalar.AppendDuration(nil, want)); got != text {
			t.Errorf("%v is written %s, want %s", want, got, text)
		}
		if got, p := scalar.Duration([]byte(text)); got != want || p != scalar.OK {
			t.Errorf("%s is read %v, %v", text, got, p)
		}
	}
	for _, text := range []string{"", "90", "s", "1d", strings.Repeat("1", 100) + "s"} {
		if got, p := scalar.Duration([]byte(text)); p != scalar.Syntax {
			t.Errorf("%q is read %v, %v", text, got, p)
		}
	}
}
