package generated

import (
	"testing"

	"github.com/weirstream/weir/runtime/stateenc"
)

func TestStateErrors(t *testing.T) {
	o := Order{CustomerID: "c", AmountCents: 5, OrderID: "o"}
	var got Order
	if err := got.decodeStatePerCustomer(o.appendStatePerCustomer(nil)); err != nil || got.CustomerID != "c" || got.AmountCents != 5 || got.OrderID != "" {
		t.Errorf("%+v, %v", got, err)
	}
	bare := o.appendStateBare(nil)
	if err := got.decodeStateBare(bare); err != nil || got.OrderID != "o" {
		t.Errorf("%+v, %v", got, err)
	}
	if err := got.decodeStatePerCustomer(new(Item).appendFields([]byte{1, 0, 0})); err != stateenc.ErrLayout {
		t.Errorf("another layout: %v", err)
	}
	if err := got.decodeStatePerCustomer([]byte{2, 0, 0}); err != stateenc.ErrVersion {
		t.Errorf("another version: %v", err)
	}
}
