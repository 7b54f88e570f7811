// Package shop is a topology for tests, written by hand as generated code would look, with its input and expected output:
//
//	orders ─▶ where amount > 0 ─▶ by product ─▶ totals (tumbling 1s; count, sum) ─▶ topic totals
//
// The value of an order is "product,amount,event time in ms", that of a total "product,window start,count,sum".
package shop

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/weirstream/weir/internal/kafkatest"
	"github.com/weirstream/weir/runtime/topology"
	"github.com/weirstream/weir/runtime/window"
)

const windowSize = 1000

// Names of the topics, made from the service's so that tests can share a broker.
func OrdersTopic(service string) string      { return service + "-orders" }
func TotalsTopic(service string) string      { return service + "-totals" }
func DeadTopic(service string) string        { return service + "-dead" }
func RepartitionTopic(service string) string { return service + "-totals-repartition" }
func ChangelogTopic(service string) string   { return service + "-totals-changelog" }

// idleAfter is long beside what a busy machine may hold a fetch up by: a partition that is taken for idle only because its records
// did not arrive yet makes them late.
const idleAfter = 5 * time.Second

// Topology is the topology, under a service's name.
func Topology(service string, onError topology.Policy) *topology.Topology {
	return &topology.Topology{
		Service: service, Spec: service + ".weir.yaml",
		Subtopologies: []topology.Subtopology{
			{
				Name:   "orders",
				Inputs: []topology.Input{{Name: "orders", Topic: OrdersTopic(service), OnError: onError, DeadLetter: 1, IdleAfter: idleAfter}},
				Outputs: []topology.Output{
					{Kind: topology.Repartition, Name: "totals", Topic: RepartitionTopic(service)},
					{Kind: topology.DeadLetters, Name: "orders", Topic: DeadTopic(service)},
				},
				New: func(c *topology.Context) (topology.Task, error) { return &ordersTask{Context: c}, nil },
			},
			{
				Name:   "totals",
				Inputs: []topology.Input{{Name: "totals", Topic: RepartitionTopic(service), Repartition: true, From: []int{0}}},
				Outputs: []topology.Output{
					{Kind: topology.Changelog, Name: "totals", Topic: ChangelogTopic(service)},
					{Kind: topology.Sink, Name: "totals", Topic: TotalsTopic(service)},
				},
				Stores: []topology.Store{{Name: "totals", Output: 0, Retention: windowSize * time.Millisecond}},
				New:    newTotals,
			},
		},
	}
}

// Combined is the topology with orders that are combined in front of the repartition topic.
func Combined(service string) *topology.Topology {
	t := Topology(service, topology.Fail)
	t.Subtopologies[0].New = func(c *topology.Context) (topology.Task, error) {
		p, err := window.NewPartials(c, window.PartialsConfig[total]{Name: "totals", Output: 0, Size: windowSize, Append: appendTotal})
		return &combiningTask{ordersTask{c}, p}, err
	}
	t.Subtopologies[1].New = func(c *topology.Context) (topology.Task, error) {
		t, err := newTotals(c)
		if err != nil {
			return nil, err
		}
		return &mergingTask{t.(*totalsTask)}, nil
	}
	return t
}

// Order is one input record.
type Order struct {
	Product string
	Amount  int64
	At      int64
}

func parseOrder(v []byte) (o Order, err error) {
	f := strings.Split(string(v), ",")
	if len(f) != 3 {
		return o, errors.New("field product: missing")
	}
	if o.Amount, err = strconv.ParseInt(f[1], 10, 64); err != nil {
		return o, fmt.Errorf("field amount: expected an int, found %q", f[1])
	}
	o.Product = f[0]
	o.At, err = strconv.ParseInt(f[2], 10, 64)
	return o, err
}

type ordersTask struct{ *topology.Context }

func (t *ordersTask) Process(input int, rec *kgo.Record) error {
	o, err := parseOrder(rec.Value)
	if err != nil {
		return t.Bad(input, rec, err)
	}
	t.Clock.Observe(input, o.At)
	if o.Amount <= 0 {
		t.Stats.Filtered++
		return nil
	}
	b := t.Out.Begin()
	k := len(b)
	b = append(b, o.Product...)
	v := len(b)
	b = binary.BigEndian.AppendUint64(b, uint64(o.Amount))
	t.Out.Send(0, b, k, v, o.At)
	return nil
}

func (t *ordersTask) EventTime(rec *kgo.Record) (int64, error) {
	o, err := parseOrder(rec.Value)
	return o.At, err
}

func (t *ordersTask) Advance(int64) error { return nil }
func (t *ordersTask) Seal() error         { return nil }

type total struct{ count, sum int64 }

type totalsTask struct {
	*topology.Context
	totals *window.Tumbling[total]
}

func newTotals(c *topology.Context) (topology.Task, error) {
	t := &totalsTask{Context: c}
	var err error
	t.totals, err = window.NewTumbling(c, window.Config[total]{
		Name: "totals", Output: 0, Size: windowSize,
		Append: appendTotal, Decode: decodeTotal,
	})
	return t, err
}

func appendTotal(b []byte, v *total) []byte {
	return binary.AppendVarint(binary.AppendVarint(b, v.count), v.sum)
}

func decodeTotal(b []byte, v *total) error {
	var n int
	v.count, n = binary.Varint(b)
	v.sum, _ = binary.Varint(b[n:])
	return nil
}

// combiningTask is ordersTask with orders combined by product and window.
type combiningTask struct {
	ordersTask
	partials *window.Partials[total]
}

func (t *combiningTask) Process(input int, rec *kgo.Record) error {
	o, err := parseOrder(rec.Value)
	if err != nil {
		return t.Bad(input, rec, err)
	}
	t.Clock.Observe(input, o.At)
	if o.Amount <= 0 {
		t.Stats.Filtered++
		return nil
	}
	v, _, err := t.partials.Upsert(o.At, []byte(o.Product))
	if err != nil {
		return err
	}
	v.count++
	v.sum += o.Amount
	return nil
}

// mergingTask is totalsTask behind it.
type mergingTask struct{ *totalsTask }

func (t *mergingTask) Process(_ int, rec *kgo.Record) error {
	p, err := window.ReadPartial(rec.Value)
	if err != nil {
		return topology.Fatal(err)
	}
	var in total
	if err := decodeTotal(p.State, &in); err != nil {
		return topology.Fatal(err)
	}
	start := window.StartOf(rec.Timestamp.UnixMilli(), windowSize)
	if t.totals.Late(start, t.Clock.Now()) {
		t.Stats.Late += p.Records
		return nil
	}
	v, _, err := t.totals.Upsert(start, rec.Key)
	if err != nil {
		return err
	}
	v.count += in.count
	v.sum += in.sum
	return nil
}

func (t *totalsTask) Process(_ int, rec *kgo.Record) error {
	at := rec.Timestamp.UnixMilli()
	start := window.StartOf(at, windowSize)
	if t.totals.Late(start, t.Clock.Now()) {
		t.Stats.Late++
		return nil
	}
	v, _, err := t.totals.Upsert(start, rec.Key)
	if err != nil {
		return err
	}
	v.count++
	v.sum += int64(binary.BigEndian.Uint64(rec.Value))
	return nil
}

func (t *totalsTask) Advance(wm int64) error { return t.totals.Close(wm, t.emit, false) }
func (t *totalsTask) Seal() error            { return t.totals.Seal(nil) }

func (t *totalsTask) emit(w window.Bounds, key []byte, v *total) error {
	t.Stats.Results++
	b := t.Out.Begin()
	k := len(b)
	b = append(b, key...)
	at := len(b)
	b = fmt.Appendf(b, "%s,%d,%d,%d", key, w.Start, v.count, v.sum)
	t.Out.Send(1, b, k, at, w.End-1)
	return nil
}

// Expect computes the totals of orders directly. Each stands in the output exactly once.
func Expect(orders []Order) map[string]bool {
	type group struct {
		product string
		start   int64
	}
	m := map[group]total{}
	for _, o := range orders {
		if o.Amount > 0 {
			g := group{o.Product, window.StartOf(o.At, windowSize)}
			t := m[g]
			m[g] = total{t.count + 1, t.sum + o.Amount}
		}
	}
	out := map[string]bool{}
	for g, t := range m {
		out[fmt.Sprintf("%s,%d,%d,%d", g.product, g.start, t.count, t.sum)] = true
	}
	return out
}

// Orders makes n orders for each of so many partitions. Event times rise within a partition.
func Orders(seed uint64, partitions, n int) [][]Order {
	r := rand.New(rand.NewPCG(seed, 7))
	out := make([][]Order, partitions)
	for p := range out {
		at := int64(1_700_000_000_000)
		for range n {
			at += r.Int64N(20)
			out[p] = append(out[p], Order{fmt.Sprintf("p%d", r.IntN(20)), r.Int64N(100) - 10, at})
		}
	}
	return out
}

// Flat is the orders of all partitions.
func Flat(orders [][]Order) (all []Order) {
	for _, p := range orders {
		all = append(all, p...)
	}
	return all
}

// Records are the orders as records, each in its partition.
func Records(service string, orders [][]Order) (recs []*kgo.Record) {
	for p, list := range orders {
		for _, o := range list {
			recs = append(recs, &kgo.Record{Topic: OrdersTopic(service), Partition: int32(p), Value: fmt.Appendf(nil, "%s,%d,%d", o.Product, o.Amount, o.At)})
		}
	}
	return recs
}

// Check compares the committed totals with what they should be.
func Check(t testing.TB, b *kafkatest.Broker, service string, want map[string]bool) {
	t.Helper()
	got := map[string]int{}
	for _, r := range b.ReadAll(t, TotalsTopic(service)) {
		got[string(r.Value)]++
	}
	bad := 0
	report := func(format string, args ...any) {
		if bad++; bad <= 10 {
			t.Errorf(format, args...)
		}
	}
	for v, n := range got {
		if !want[v] {
			report("total %q should not be there", v)
		} else if n > 1 {
			report("total %q is there %d times", v, n)
		}
	}
	for v := range want {
		if got[v] == 0 {
			report("total %q is missing", v)
		}
	}
	if bad > 10 {
		t.Errorf("and %d more", bad-10)
	}
}
