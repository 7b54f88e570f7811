package generated

import (
	"math"
	"math/rand/v2"
	"time"

	"github.com/weirstream/weir/runtime/cel"
)

// values makes random values, extremes among them.
type values struct{ *rand.Rand }

func newValues(seed uint64) values { return values{rand.New(rand.NewPCG(seed, 1))} }

func pick[T any](v values, list ...T) T { return list[v.IntN(len(list))] }

func (v values) bool() bool { return v.IntN(2) == 0 }

func (v values) int() int64 {
	return pick(v, 0, 1, -1, math.MaxInt64, math.MinInt64, 999999999999999999, 1000000000000000000, v.Int64(), -v.Int64N(1000))
}

func (v values) uint() uint64 { return pick(v, 0, math.MaxUint64, v.Uint64(), v.Uint64N(300)) }

func (v values) double() float64 {
	return pick(v, 0, math.Copysign(0, -1), 1.5, -0.1, 1e21, 1e-7, math.MaxFloat64, math.SmallestNonzeroFloat64, math.Inf(1), math.Inf(-1),
		v.NormFloat64(), math.Float64frombits(v.Uint64()&^(1<<62)), float64(v.Int64N(1e6))/100)
}

func (v values) string() string {
	runes := []rune("abc\"\\/\x00\x01\n\t\r\b\f<>& ,;é€😀\u2028\u2029\uFFFD\x7f0")
	s := make([]rune, v.IntN(20))
	for i := range s {
		s[i] = pick(v, runes...)
		if v.bool() {
			s[i] = 'x'
		}
	}
	return pick(v, "", "NA", "plain", string(s), string(s))
}

func (v values) bytes() []byte {
	b := make([]byte, v.IntN(10))
	for i := range b {
		b[i] = byte(v.Uint32())
	}
	return b
}

func (v values) status() OrderStatus {
	return pick(v, OrderStatusPending, OrderStatusPaid, OrderStatusCancelled)
}

func (v values) duration() time.Duration {
	return pick(v, 0, time.Nanosecond, -90*time.Second, 1500*time.Millisecond, math.MaxInt64, math.MinInt64, time.Duration(v.int()))
}

func (v values) time() time.Time {
	return pick(v, time.Unix(-62135596800, 0), time.Unix(253402300799, 999999999), time.Unix(0, 0), time.Unix(-1, 250e6), time.Unix(-2, 1), time.Unix(v.Int64N(4e9)-2e9, v.Int64N(1e9))).UTC()
}

func (v values) millis() time.Time { return time.UnixMilli(v.time().UnixMilli()).UTC() }

func (v values) scalars() Scalars {
	return Scalars{B: v.bool(), I: v.int(), U: v.uint(), D: v.double(), S: v.string(), Y: v.bytes(), E: v.status(), P: v.duration(), T: v.time(), Tm: v.millis(), Tse: v.time()}
}

func opt[T any](v values, value T) cel.Opt[T] {
	if v.bool() {
		return cel.Opt[T]{}
	}
	return cel.Some(value)
}

func (v values) optionals() Optionals {
	return Optionals{B: opt(v, v.bool()), I: opt(v, v.int()), U: opt(v, v.uint()), D: opt(v, v.double()), S: opt(v, v.string()), Y: opt(v, v.bytes()),
		E: opt(v, v.status()), P: opt(v, v.duration()), T: opt(v, v.time()), Tm: opt(v, v.millis()), Tse: opt(v, v.time())}
}

func (v values) item() Item { return Item{Sku: v.string(), Qty: v.int(), Note: opt(v, v.string())} }

func listOf[T any](v values, f func() T) []T {
	list := []T{}
	for range v.IntN(4) {
		list = append(list, f())
	}
	return list
}

func mapOf[K comparable, T any](v values, key func() K, f func() T) map[K]T {
	m := map[K]T{}
	for range v.IntN(4) {
		m[key()] = f()
	}
	return m
}

func (v values) nested() Nested {
	return Nested{
		Note: opt(v, v.string()), Item: v.item(), Maybe: opt(v, v.item()),
		Grid:   listOf(v, func() []int64 { return listOf(v, v.int) }),
		Holes:  listOf(v, func() cel.Opt[string] { return opt(v, v.string()) }),
		Tags:   opt(v, listOf(v, v.string)),
		Counts: mapOf(v, v.string, v.int),
		ByID:   mapOf(v, v.int, func() []Item { return listOf(v, v.item) }),
		Flags:  mapOf(v, v.bool, func() map[uint64]float64 { return mapOf(v, v.uint, v.double) }),
		Times:  listOf(v, v.time), States: listOf(v, v.status),
		Maps: listOf(v, func() map[string][]byte { return mapOf(v, v.string, v.bytes) }),
	}
}

func (v values) change() Change {
	switch v.IntN(7) {
	case 0:
		return Change{Count: cel.Some(v.int())}
	case 1:
		return Change{At: cel.Some(v.millis())}
	case 2:
		return Change{State: cel.Some(v.status())}
	case 3:
		return Change{Names: cel.Some(listOf(v, v.string))}
	case 4:
		return Change{Item: cel.Some(v.item())}
	case 5:
		return Change{Items: cel.Some(mapOf(v, v.string, v.item))}
	}
	return Change{Blob: cel.Some(v.bytes())}
}

func (v values) box() Box {
	return Box{Last: v.change(), Before: listOf(v, v.change), Note: opt(v, v.string())}
}

func (v values) message() Message {
	switch v.IntN(3) {
	case 0:
		return Message{Item: cel.Some(v.item())}
	case 1:
		return Message{Nothing: cel.Some(Nothing{})}
	}
	return Message{Box: cel.Some(v.box())}
}

func (v values) unions() Unions {
	return Unions{
		Change: v.change(), Maybe: opt(v, v.change()), All: listOf(v, v.change), Named: mapOf(v, v.string, v.change), Message: v.message(),
		Holes: listOf(v, func() cel.Opt[Message] { return opt(v, v.message()) }),
		ByID:  mapOf(v, v.int, func() []Message { return listOf(v, v.message) }),
		Box:   opt(v, v.box()), Boxes: listOf(v, v.box),
	}
}

func (v values) defaulted() Defaulted {
	return Defaulted{
		ID: v.string(), State: v.status(), At: v.time(), Tags: listOf(v, v.string), Counts: mapOf(v, v.string, v.int), Item: v.item(), Items: listOf(v, v.item),
		Grid: listOf(v, func() []int64 { return listOf(v, v.int) }), Change: v.change(), Maybe: opt(v, listOf(v, v.string)), Count: opt(v, v.int()),
	}
}
