package want

import (
	"errors"
	"slices"
	"strings"

	"github.com/weirstream/weir/runtime/cel"
)

var (
	errEmpty    = errors.New("an order without items")
	errNegative = errors.New("a negative amount")
)

// Total is what the items cost.
func Total(items []Item) (cents int64, err error) {
	if len(items) == 0 {
		return 0, errEmpty
	}
	for _, i := range items {
		cents += i.Qty * i.Price.Cents
	}
	return cents, nil
}

// Next is the status behind s.
func Next(s Status) Status { return min(s+1, StatusPaid) }

// Cheapest takes a record by its address.
func Cheapest(first *Item, items []Item) Item {
	items[0] = *first // what it is given is its own
	return slices.MinFunc(items, func(a, b Item) int { return int(a.Price.Cents - b.Price.Cents) })
}

// City takes a record by its address and changes nothing.
func City(a *Address) string { return strings.Join(append(a.Lines, a.City), ", ") }

// Charge takes a union, and gives back one that has another member.
func Charge(p Payment) (Payment, error) {
	switch {
	case p.Cash.Valid && p.Cash.Value < 0:
		return p, errNegative
	case p.Cash.Valid:
		p.Cash.Value += 100
		return p, nil
	case p.Card.Valid:
		return Payment{Cash: cel.Some(int64(len(p.Card.Value.Number)))}, nil
	}
	slices.Reverse(p.Parts.Value) // what it is given is its own
	return p, nil
}

// Split takes a union that may be absent, and returns several. Of order e it returns one without a member, of order f one with two.
func Split(p cel.Opt[Payment], id string) []Part {
	voucher, cents := Part{Voucher: cel.Some("v-" + id)}, Part{Cents: cel.Some(int64(1))}
	switch {
	case id == "e":
		return []Part{voucher, {}}
	case id == "f":
		return []Part{{Voucher: voucher.Voucher, Cents: cents.Cents}}
	case !p.Valid:
		return nil
	case p.Value.Parts.Valid:
		return append(slices.Clone(p.Value.Parts.Value), voucher)
	}
	return []Part{voucher, cents}
}

// Refund takes a union by its address, and returns a card that expressions can't have if its number is empty.
func Refund(p *Payment) Payment {
	if p.Card.Valid && p.Card.Value.Number == "" {
		p.Card.Value.Until = 1 << 30
	}
	return *p
}
