package engine_test

import (
	"encoding/binary"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/weirstream/weir/runtime/topology"
	"github.com/weirstream/weir/runtime/window"
)

// A topology as generated code would look, written by hand:
//
//	orders ─▶ where amount > 0 ─▶ by product ─▶ totals (tumbling 1s; count, sum) ─▶ topic totals
//
// The value of an order is "product,amount,event time in ms".

const windowSize = 1000

// names of the topics, made from the service's so that tests can share a broker.
func ordersTopic(service string) string    { return service + "-orders" }
func totalsTopic(service string) string    { return service + "-totals" }
func deadTopic(service string) string      { return service + "-dead" }
func repartTopic(service string) string    { return service + "-totals-repartition" }
func changelogTopic(service string) string { return service + "-totals-changelog" }

func shop(service string, onError topology.Policy) *topology.Topology {
	return &topology.Topology{
		Service: service, Spec: service + ".weir.yaml",
		Subtopologies: []topology.Subtopology{
			{
				Name:   "orders",
				Inputs: []topology.Input{{Name: "orders", Topic: ordersTopic(service), OnError: onError, DeadLetter: 1, IdleAfter: 500 * time.Millisecond}},
				Outputs: []topology.Output{
					{Kind: topology.Repartition, Name: "totals", Topic: repartTopic(service)},
					{Kind: topology.DeadLetters, Name: "orders", Topic: deadTopic(service)},
				},
				New: func(c *topology.Context) (topology.Task, error) { return &ordersTask{Context: c}, nil },
			},
			{
				Name:   "totals",
				Inputs: []topology.Input{{Name: "totals", Topic: repartTopic(service), Repartition: true, From: 0}},
				Outputs: []topology.Output{
					{Kind: topology.Changelog, Name: "totals", Topic: changelogTopic(service)},
					{Kind: topology.Sink, Name: "totals", Topic: totalsTopic(service)},
				},
				Stores: []topology.Store{{Name: "totals", Output: 0, Retention: windowSize * time.Millisecond}},
				New:    newTotals,
			},
		},
	}
}

type order struct {
	product string
	amount  int64
	at      int64
}

func parseOrder(v []byte) (o order, err error) {
	f := strings.Split(string(v), ",")
	if len(f) != 3 {
		return o, errors.New("field product: missing")
	}
	if o.amount, err = strconv.ParseInt(f[1], 10, 64); err != nil {
		return o, fmt.Errorf("field amount: expected an int, found %q", f[1])
	}
	o.product = f[0]
	o.at, err = strconv.ParseInt(f[2], 10, 64)
	return o, err
}

type ordersTask struct{ *topology.Context }

func (t *ordersTask) Process(input int, rec *kgo.Record) error {
	o, err := parseOrder(rec.Value)
	if err != nil {
		return t.Bad(input, rec, err)
	}
	t.Clock.Observe(input, o.at)
	if o.amount <= 0 {
		t.Stats.Filtered++
		return nil
	}
	b := t.Out.Begin()
	k := len(b)
	b = append(b, o.product...)
	v := len(b)
	b = binary.BigEndian.AppendUint64(b, uint64(o.amount))
	t.Out.Send(0, b, k, v, o.at)
	return nil
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
		Append: func(b []byte, v *total) []byte {
			return binary.AppendVarint(binary.AppendVarint(b, v.count), v.sum)
		},
		Decode: func(b []byte, v *total) error {
			var n int
			v.count, n = binary.Varint(b)
			v.sum, _ = binary.Varint(b[n:])
			return nil
		},
	})
	return t, err
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

// expect computes the totals of orders directly.
func expect(orders []order) map[string]bool {
	type group struct {
		product string
		start   int64
	}
	m := map[group]total{}
	for _, o := range orders {
		if o.amount > 0 {
			g := group{o.product, window.StartOf(o.at, windowSize)}
			t := m[g]
			m[g] = total{t.count + 1, t.sum + o.amount}
		}
	}
	out := map[string]bool{}
	for g, t := range m {
		out[fmt.Sprintf("%s,%d,%d,%d", g.product, g.start, t.count, t.sum)] = true
	}
	return out
}
