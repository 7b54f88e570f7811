package testdriver

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/weirstream/weir/runtime/topology"
	"github.com/weirstream/weir/runtime/window"
)

// The topologies here are written as the compiler writes them, over orders in a simple text form:
//
//	user,status,amount,event time in ms
type order struct {
	user, status []byte
	amount, at   int64
}

var errOrder = errors.New("not an order")

func (o *order) decode(b []byte) error {
	f := bytes.Split(b, []byte(","))
	if len(f) != 4 {
		return errOrder
	}
	o.user, o.status = f[0], f[1]
	var err1, err2 error
	o.amount, err1 = strconv.ParseInt(string(f[2]), 10, 64)
	o.at, err2 = strconv.ParseInt(string(f[3]), 10, 64)
	return errors.Join(err1, err2)
}

type total struct {
	orders, amount int64
	first          string
}

func appendTotal(b []byte, v *total) []byte {
	b = binary.AppendVarint(binary.AppendVarint(b, v.orders), v.amount)
	return append(b, v.first...)
}

func decodeTotal(b []byte, v *total) error {
	var n, m int
	v.orders, n = binary.Varint(b)
	v.amount, m = binary.Varint(b[n:])
	v.first = string(b[n+m:])
	return nil
}

// config of a test topology.
type config struct {
	lag, idle, size, lateness time.Duration
	updates                   bool
	repartition               bool // group by user behind a repartition topic, else by the record's key
	policy                    topology.Policy
}

const outTotals, outLate, outDead, outCut = 0, 1, 2, 2

// build is the topology: orders ─▶ paid (where) ─▶ totals (tumbling) ─▶ totals, late.
func build(c config) *topology.Topology {
	src := topology.Input{Name: "orders", Topic: "orders-topic", Lag: c.lag, IdleAfter: c.idle, OnError: c.policy, DeadLetter: outDead}
	windowed := []topology.Output{
		{Kind: topology.Sink, Name: "totals", Topic: "totals-topic"},
		{Kind: topology.Sink, Name: "late", Topic: "late-topic"},
	}
	cl := topology.Output{Kind: topology.Changelog, Name: "totals", Topic: "test-totals-changelog"}
	dead := topology.Output{Kind: topology.DeadLetters, Name: "orders", Topic: "dead-topic"}
	t := &topology.Topology{Service: "test"}
	if !c.repartition {
		t.Subtopologies = []topology.Subtopology{{
			Name: "orders", Inputs: []topology.Input{src}, Outputs: append(windowed, dead, cl),
			Stores: []topology.Store{{Name: "totals", Output: 3}},
			New:    func(x *topology.Context) (topology.Task, error) { return newTask(x, c, false, 3) },
		}}
		return t
	}
	cut := topology.Output{Kind: topology.Repartition, Name: "totals", Topic: "test-totals-repartition"}
	src.DeadLetter = 0
	t.Subtopologies = []topology.Subtopology{
		{
			Name: "orders", Inputs: []topology.Input{src}, Outputs: []topology.Output{dead, dead, cut},
			New: func(x *topology.Context) (topology.Task, error) { return newTask(x, c, true, -1) },
		},
		{
			Name: "totals", Inputs: []topology.Input{{Name: "totals", Topic: cut.Topic, Repartition: true, From: []int{0}}},
			Outputs: append(windowed, cl), Stores: []topology.Store{{Name: "totals", Output: 2}},
			New: func(x *topology.Context) (topology.Task, error) { return newTask(x, c, false, 2) },
		},
	}
	return t
}

type ordersTask struct {
	*topology.Context
	c      config
	cut    bool // ends in the repartition topic
	in     order
	totals *window.Tumbling[total]
}

func newTask(x *topology.Context, c config, cut bool, changelog int) (topology.Task, error) {
	t := &ordersTask{Context: x, c: c, cut: cut}
	if cut {
		return t, nil
	}
	var err error
	t.totals, err = window.NewTumbling(x, window.Config[total]{
		Name: "totals", Output: changelog, Size: c.size.Milliseconds(), Lateness: c.lateness.Milliseconds(),
		Append: appendTotal, Decode: decodeTotal, Bytes: func(v *total) int { return len(v.first) },
	})
	return t, err
}

func (t *ordersTask) Process(input int, rec *kgo.Record) error {
	if err := t.in.decode(rec.Value); err != nil {
		return t.Bad(input, rec, err)
	}
	wm := t.Clock.Observe(input, t.in.at)
	if string(t.in.status) == "paid" {
		if err := t.take(rec, &t.in); err != nil {
			return err
		}
	}
	return t.Advance(wm)
}

func (t *ordersTask) take(rec *kgo.Record, o *order) error {
	if t.cut {
		b := t.Out.Begin()
		k := len(b)
		b = append(b, o.user...)
		v := len(b)
		b = append(b, rec.Value...)
		t.Out.Send(outCut, b, k, v, o.at)
		return nil
	}
	start := window.StartOf(o.at, t.c.size.Milliseconds())
	if t.totals.Late(start, t.Clock.Now()) {
		t.Stats.Late++
		b := t.Out.Begin()
		k := len(b)
		b = append(b, rec.Key...)
		v := len(b)
		b = append(b, rec.Value...)
		t.Out.Send(outLate, b, k, v, o.at)
		return nil
	}
	v, fresh, err := t.totals.Upsert(start, rec.Key)
	if err != nil {
		return err
	}
	if fresh {
		v.first = string(o.user)
	}
	v.orders++
	v.amount += o.amount
	return nil
}

func (t *ordersTask) result(w window.Bounds, key []byte, v *total) error {
	t.Stats.Results++
	b := t.Out.Begin()
	k := len(b)
	b = append(b, key...)
	n := len(b)
	b = fmt.Appendf(b, "%d %d/%d %s", w.Start, v.orders, v.amount, v.first)
	t.Out.Send(outTotals, b, k, n, w.End-1)
	return nil
}

func (t *ordersTask) Advance(wm int64) error {
	if t.cut || wm < t.totals.Due() {
		return nil
	}
	return t.totals.Close(wm, t.result, t.c.updates)
}

func (t *ordersTask) Seal() error {
	if t.cut {
		return nil
	}
	if t.c.updates {
		return t.totals.Seal(t.result)
	}
	return t.totals.Seal(nil)
}
