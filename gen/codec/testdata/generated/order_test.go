package generated

import (
	"testing"
	"time"

	"github.com/weirstream/weir/runtime/csvx"
	"github.com/weirstream/weir/runtime/jsonx"
)

const orderJSON = `{"order_id":"o000000000000001","customer_id":"c012345","amount_cents":12345,"currency":"EUR","status":"paid","ts":1700000000000,"items":[{"sku":"s0001","qty":1},{"sku":"s0002","qty":2}]}`

func TestOrder(t *testing.T) {
	var s jsonx.Scratch
	var o Order
	if err := o.decodeJSON([]byte(orderJSON), &s); err != nil {
		t.Fatal(err)
	}
	if o.CustomerID != "c012345" || o.AmountCents != 12345 || o.Status != OrderStatusPaid || !o.PlacedAt.Equal(time.UnixMilli(1700000000000)) {
		t.Errorf("%+v", o)
	}
	if o.OrderID != "" || o.Items != nil {
		t.Errorf("what nobody reads was built: %+v", o)
	}
	b := []byte(orderJSON)
	if n := testing.AllocsPerRun(100, func() {
		if err := o.decodeJSON(b, &s); err != nil {
			panic(err)
		}
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func BenchmarkOrder(b *testing.B) {
	data := []byte(orderJSON)
	var s jsonx.Scratch
	var o Order
	b.SetBytes(int64(len(data)))
	b.ReportAllocs()
	for b.Loop() {
		if err := o.decodeJSON(data, &s); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkOrderEncode(b *testing.B) {
	var s jsonx.Scratch
	var o Order
	if err := o.decodeJSON([]byte(orderJSON), &s); err != nil {
		b.Fatal(err)
	}
	var out []byte
	b.ReportAllocs()
	for b.Loop() {
		out = o.appendJSON(out[:0])
	}
}

func BenchmarkScalarsCSV(b *testing.B) {
	data := []byte(goodCSV)
	var s csvx.Scratch
	var o Scalars
	b.SetBytes(int64(len(data)))
	b.ReportAllocs()
	for b.Loop() {
		if err := o.decodeCSV(data, &s); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkPerCustomerState(b *testing.B) {
	o := Order{CustomerID: "c012345", AmountCents: 12345}
	var out []byte
	b.ReportAllocs()
	for b.Loop() {
		out = o.appendStatePerCustomer(out[:0])
		if err := o.decodeStatePerCustomer(out); err != nil {
			b.Fatal(err)
		}
	}
}
