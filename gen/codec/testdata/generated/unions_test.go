package generated

import (
	"strings"
	"testing"

	"github.com/weirstream/weir/runtime/cel"
	"github.com/weirstream/weir/runtime/jsonx"
)

// oneMember checks that unions have exactly one member, whatever they were read from.
func oneMember(t *testing.T, u *Unions) {
	t.Helper()
	check := func(members ...bool) {
		t.Helper()
		if err := cel.CheckUnion(members...); err != nil {
			t.Fatalf("%v: %s", err, u.appendJSON(nil))
		}
	}
	change := func(c Change) {
		t.Helper()
		check(c.Count.Valid, c.At.Valid, c.State.Valid, c.Names.Valid, c.Item.Valid, c.Items.Valid, c.Blob.Valid)
	}
	change(u.Change)
	for _, c := range u.All {
		change(c)
	}
	for _, c := range u.Named {
		change(c)
	}
	for _, b := range u.Boxes {
		change(b.Last)
	}
	check(u.Message.Item.Valid, u.Message.Nothing.Valid, u.Message.Box.Valid)
}

func TestUnions(t *testing.T) {
	tests := []struct{ change, want, err string }{
		{`{"count":1}`, `{"count":1}`, ""},
		{`{"x":[1],"count":null,"at_ms":5,"names":null}`, `{"at_ms":5}`, ""},
		{`{"names":[]}`, `{"names":[]}`, ""},
		{`{"count":1,"count":2}`, `{"count":2}`, ""},
		{`{}`, "", "field change: expected one of the members count, at_ms, state, names, item, items, blob"},
		{`{"count":null}`, "", "field change: expected one of"},
		{`{"count":1,"state":"paid"}`, "", "field change: "},
		{`{"state":"none"}`, "", "field change.state: expected one of pending, paid, cancelled"},
		{`null`, "", "field change: expected an object, found null"},
		{`{"item":{"sku":"a"}}`, "", "field change.item.qty: required, but missing"},
	}
	var s jsonx.Scratch
	var box Box
	for _, test := range tests {
		err := box.decodeJSON([]byte(`{"before":[],"last":{"count":1},"last":`+test.change+`}`), &s)
		switch {
		case test.err != "":
			if want := strings.Replace(test.err, "field change", "field last", 1); err == nil || !strings.HasPrefix(err.Error(), want) {
				t.Errorf("%s\ngot  %v\nwant %s", test.change, err, want)
			}
		case err != nil:
			t.Errorf("%s: %v", test.change, err)
		default:
			if got := string(box.Last.appendJSON(nil)); got != test.want {
				t.Errorf("%s: read %s", test.change, got)
			}
		}
	}
	for _, test := range []struct{ message, want, err string }{
		{`{"kind":"order.item","sku":"a","qty":1}`, `{"kind":"order.item","sku":"a","qty":1}`, ""},
		{`{"sku":"a","x":{"kind":"nothing"},"qty":1,"kind":"order.item"}`, `{"kind":"order.item","sku":"a","qty":1}`, ""},
		{`{"kind":"nothing","y":2}`, `{"kind":"nothing"}`, ""},
		{`{"sku":"a"}`, "", "field kind: required, but missing"},
		{`{"kind":"item"}`, "", "field kind: expected one of order.item, nothing, box"},
		{`{"kind":1}`, "", "field kind: expected"},
		{`{"kind":"box","before":[],"last":{}}`, "", "field last: expected one of"},
	} {
		var m Message
		err := m.decodeJSON([]byte(test.message), &s)
		switch {
		case test.err != "":
			if err == nil || !strings.HasPrefix(err.Error(), test.err) {
				t.Errorf("%s\ngot  %v\nwant %s", test.message, err, test.err)
			}
		case err != nil:
			t.Errorf("%s: %v", test.message, err)
		default:
			if got := string(m.appendJSON(nil)); got != test.want {
				t.Errorf("%s: read %s", test.message, got)
			}
		}
	}
}
