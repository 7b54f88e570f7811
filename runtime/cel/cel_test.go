package cel

import (
	"math"
	"slices"
	"testing"
	"time"
)

const (
	minInt = math.MinInt64
	maxInt = math.MaxInt64
)

func TestIntArithmetic(t *testing.T) {
	for _, c := range []struct {
		name string
		f    func(a, b int64) (int64, error)
		a, b int64
		want int64
		err  error
	}{
		{"add", AddInt, 1, 2, 3, nil},
		{"add", AddInt, maxInt, 1, 0, ErrIntOverflow},
		{"add", AddInt, minInt, -1, 0, ErrIntOverflow},
		{"add", AddInt, minInt, minInt, 0, ErrIntOverflow},
		{"add", AddInt, maxInt, minInt, -1, nil},
		{"add", AddInt, minInt, 0, minInt, nil},
		{"sub", SubInt, 1, 2, -1, nil},
		{"sub", SubInt, minInt, 1, 0, ErrIntOverflow},
		{"sub", SubInt, 0, minInt, 0, ErrIntOverflow},
		{"sub", SubInt, -1, minInt, maxInt, nil},
		{"sub", SubInt, maxInt, -1, 0, ErrIntOverflow},
		{"sub", SubInt, maxInt, 0, maxInt, nil},
		{"mul", MulInt, minInt, -1, 0, ErrIntOverflow},
		{"mul", MulInt, -1, minInt, 0, ErrIntOverflow},
		{"mul", MulInt, minInt, 1, minInt, nil},
		{"mul", MulInt, 1 << 32, 1 << 31, 0, ErrIntOverflow},
		{"mul", MulInt, 1 << 32, -(1 << 31), minInt, nil},
		{"mul", MulInt, 0, minInt, 0, nil},
		{"div", DivInt, minInt, -1, 0, ErrIntOverflow},
		{"div", DivInt, 7, 0, 0, ErrDivideByZero},
		{"div", DivInt, -7, 2, -3, nil},
		{"mod", ModInt, minInt, -1, 0, ErrIntOverflow},
		{"mod", ModInt, 7, 0, 0, ErrModulusByZero},
		{"mod", ModInt, -7, 2, -1, nil},
	} {
		if got, err := c.f(c.a, c.b); got != c.want || err != c.err {
			t.Errorf("%s(%d, %d) = %d, %v; want %d, %v", c.name, c.a, c.b, got, err, c.want, c.err)
		}
	}
}

func TestUintArithmetic(t *testing.T) {
	for _, c := range []struct {
		name string
		f    func(a, b uint64) (uint64, error)
		a, b uint64
		want uint64
		err  error
	}{
		{"add", AddUint, math.MaxUint64, 0, math.MaxUint64, nil},
		{"add", AddUint, math.MaxUint64, 1, 0, ErrUintOverflow},
		{"sub", SubUint, 1, 2, 0, ErrUintOverflow},
		{"mul", MulUint, 1 << 32, 1 << 32, 0, ErrUintOverflow},
		{"mul", MulUint, 0, 5, 0, nil},
		{"div", DivUint, 1, 0, 0, ErrDivideByZero},
		{"mod", ModUint, 1, 0, 0, ErrModulusByZero},
	} {
		if got, err := c.f(c.a, c.b); got != c.want || err != c.err {
			t.Errorf("%s(%d, %d) = %d, %v; want %d, %v", c.name, c.a, c.b, got, err, c.want, c.err)
		}
	}
}

func TestConversions(t *testing.T) {
	for _, v := range []float64{math.NaN(), math.Inf(1), 1e30, 1 << 63, -(1 << 63)} {
		if _, err := DoubleToInt(v); err != ErrIntOverflow {
			t.Errorf("DoubleToInt(%v): %v", v, err)
		}
	}
	for _, v := range []float64{math.NaN(), -1, 1 << 64} {
		if _, err := DoubleToUint(v); err != ErrUintOverflow {
			t.Errorf("DoubleToUint(%v): %v", v, err)
		}
	}
	if v, err := DoubleToInt(-1.9); v != -1 || err != nil {
		t.Errorf("DoubleToInt(-1.9) = %d, %v", v, err)
	}
	if _, err := ParseInt("1x"); err == nil || err.Error() != "type conversion error from 'string' to 'int'" {
		t.Errorf("ParseInt: %v", err)
	}
	for d, want := range map[time.Duration]string{90 * time.Minute: "5400s", 1500 * time.Microsecond: "0.0015s", -time.Second: "-1s"} {
		if got := DurationString(d); got != want {
			t.Errorf("DurationString(%v) = %s, want %s", d, got, want)
		}
	}
}

func TestTimestamps(t *testing.T) {
	last := time.Unix(maxUnix, 999999999).UTC()
	first := time.Unix(minUnix, 0).UTC()
	if _, err := AddTime(last, 1); err != ErrTimestampOverflow {
		t.Errorf("after the last timestamp: %v", err)
	}
	if _, err := SubTime(first, 1); err != ErrTimestampOverflow {
		t.Errorf("before the first timestamp: %v", err)
	}
	if _, err := SubTime(first, minInt); err != ErrIntOverflow {
		t.Errorf("minus the least duration: %v", err)
	}
	if _, err := TimeBetween(last, first); err != ErrIntOverflow {
		t.Errorf("TimeBetween: %v", err)
	}
	if d, err := TimeBetween(time.Unix(1, 1), time.Unix(0, 2)); d != 999999999 || err != nil {
		t.Errorf("TimeBetween = %v, %v", d, err)
	}
	for s, want := range map[string]string{
		"2024-02-29T12:00:00Z": "2024-02-29T12:00:00Z", "2024-02-29T12:00:00.5+01:00": "2024-02-29T11:00:00.5Z", "2024-02-30T12:00:00Z": "",
		"2024-02-29 12:00:00Z": "", "2024-02-29T24:00:00Z": "", "0000-12-31T00:00:00Z": "", "9999-12-31T23:59:59-01:00": "", "1709208000": "",
	} {
		got, err := ParseTimestamp(s)
		if want == "" && err == nil || want != "" && (err != nil || TimestampString(got) != want || got.Location() != time.UTC) {
			t.Errorf("ParseTimestamp(%s) = %v, %v; want %q", s, got, err, want)
		}
	}
}

func TestStrings(t *testing.T) {
	for _, s := range []string{"abcb", "日本語本", ""} {
		if got := Reverse(Reverse(s)); got != s {
			t.Errorf("Reverse twice of %q is %q", s, got)
		}
	}
	if v, err := Substring("日本語", 1); v != "本語" || err != nil {
		t.Errorf("Substring: %q, %v", v, err)
	}
	for _, i := range []int64{-1, 4, maxInt} {
		if _, err := Substring("日本語", i); err != RangeError(i) {
			t.Errorf("Substring at %d: %v", i, err)
		}
	}
	if v, err := CharAt("日本語", 3); v != "" || err != nil {
		t.Errorf("CharAt the end: %q, %v", v, err)
	}
	if v := LowerASCII("ÄBC"); v != "Äbc" {
		t.Errorf("LowerASCII: %q", v)
	}
	if v, err := LastIndexOfFrom("日本語本", "本", 2); v != 1 || err != nil {
		t.Errorf("LastIndexOfFrom: %d, %v", v, err)
	}
}

func TestContainers(t *testing.T) {
	for _, i := range []int64{-1, 2, minInt} {
		if _, err := Index([]int{1, 2}, i); err != IndexError(i) {
			t.Errorf("Index %d: %v", i, err)
		}
	}
	if _, err := Lookup(map[string]int{}, "a"); err == nil || err.Error() != "no such key: a" {
		t.Errorf("Lookup: %v", err)
	}
	if k := Keys(map[int]bool{3: true, 1: true, 2: true}); !slices.Equal(k, []int{1, 2, 3}) {
		t.Errorf("Keys: %v", k)
	}
	if k := BoolKeys(map[bool]int{true: 1, false: 2}); !slices.Equal(k, []bool{false, true}) {
		t.Errorf("BoolKeys: %v", k)
	}
	if v := Unwrap([]Opt[int]{Some(1), None[int](), Some(3)}); !slices.Equal(v, []int{1, 3}) {
		t.Errorf("Unwrap: %v", v)
	}
	if _, err := None[int]().Get(); err != ErrNone {
		t.Errorf("Get: %v", err)
	}
}

func TestCompare(t *testing.T) {
	if CompareIntUint(-1, 0) != -1 || CompareIntUint(maxInt, 1<<63) != -1 || CompareIntUint(5, 5) != 0 {
		t.Error("CompareIntUint")
	}
	if CompareIntDouble(maxInt, 1e19) != -1 || CompareIntDouble(minInt, -1e19) != 1 || CompareIntDouble(1, 1.5) != -1 {
		t.Error("CompareIntDouble")
	}
	if CompareUintDouble(0, -0.5) != 1 || CompareUintDouble(math.MaxUint64, 1e20) != -1 {
		t.Error("CompareUintDouble")
	}
}

// What runs for each record must not allocate.
func TestNoAllocations(t *testing.T) {
	m := map[string]int64{"a": 1}
	list := []int64{1, 2}
	at := time.Unix(1e9, 0).UTC()
	n := testing.AllocsPerRun(100, func() {
		_, _ = AddInt(maxInt, 1)
		_, _ = DivInt(1, 0)
		_, _ = Lookup(m, "a")
		_, _ = Index(list, 1)
		_, _ = Substring("abc", 1)
		_, _ = ParseInt("12")
		_, _ = AddTime(at, time.Hour)
		_ = Some(int64(1)).OrValue(2)
	})
	if n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func TestGoFunctions(t *testing.T) {
	o := Some("x")
	p := Pointer(o)
	if *p = "y"; o.Value != "x" || FromPointer(p) != Some("y") {
		t.Errorf("%v, %v", o, FromPointer(p))
	}
	if Pointer(None[string]()) != nil || FromPointer[string](nil).Valid {
		t.Error("none is nil and nil is none")
	}
	at := time.Date(2026, 1, 2, 3, 4, 5, 6, time.FixedZone("", 3600))
	if got, err := TimeFromGo(at); err != nil || got != at.UTC() {
		t.Errorf("%v, %v", got, err)
	}
	for _, bad := range []time.Time{time.Date(0, 12, 31, 23, 59, 59, 0, time.UTC), time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC)} {
		if _, err := TimeFromGo(bad); err == nil || CheckTime(bad) == nil {
			t.Errorf("%v is a timestamp", bad)
		}
	}
}

// The hashes are those of an implementation that was written from XXH64's specification alone. They stand in users' topics and
// stores: whoever changes one moves their keys to other buckets.
func TestHash(t *testing.T) {
	for text, want := range map[string]uint64{
		"":    0xef46db3751d8e999,
		"abc": 0x44bc2cf5ad770999,
		"0123456789012345678901234567890123456789": 14587097675127171377,
	} {
		if got := HashString(text); got != want {
			t.Errorf("HashString(%q) = %d, want %d", text, got, want)
		}
		if got := HashBytes([]byte(text)); got != want {
			t.Errorf("HashBytes(%q) = %d, want %d", text, got, want)
		}
	}
	if got := HashInt(-1); got != 9642548396912002761 {
		t.Errorf("HashInt(-1) = %d", got)
	}
	if HashInt(maxInt) != HashUint(maxInt) {
		t.Error("an int and a uint of one number have different hashes")
	}
}
