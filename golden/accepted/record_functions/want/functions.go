package want

import (
	"errors"
	"slices"
	"strings"
)

var errEmpty = errors.New("an order without items")

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
