// Package expressions holds ten typical expressions compiled to Go (expressions_gen.go, which go test -update writes) beside the same
// written by hand. Its tests hold the two against cel-go and against each other, in their results and in what they allocate; its
// benchmarks compare all three.
package expressions

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/weirstream/weir/runtime/cel"
)

// Order is the record that the expressions read.
type Order struct {
	ID          string
	Email       string
	Country     string
	AmountCents int64
	Status      Status
	Coupon      cel.Opt[string]
	Items       []Item
	Tags        map[string]string
	PlacedAt    time.Time
}

// Item is a line of an order.
type Item struct {
	SKU string
	Qty int64
}

// Status is where an order stands.
type Status uint8

// The values of Status.
const (
	_ Status = iota
	StatusPending
	StatusPaid
)

var (
	exampleAddress = regexp.MustCompile(`^[a-z.]+@example\.com$`)
	paris          = func() *time.Location {
		l, err := time.LoadLocation("Europe/Paris")
		if err != nil {
			panic(err)
		}
		return l
	}()
)

func filterByHand(o *Order) bool { return o.Status == StatusPaid && o.AmountCents > 10_000 }

func amongByHand(o *Order) bool {
	switch o.Country {
	case "FR", "DE", "ES", "IT", "NL", "BE", "PT", "AT":
		return true
	}
	return false
}

// arithmeticByHand looks for overflows, as an expression does.
func arithmeticByHand(o *Order) (int64, error) {
	tax, err := cel.MulInt(o.AmountCents, 20)
	if err != nil {
		return 0, err
	}
	return cel.AddInt(o.AmountCents, tax/100)
}

func optionalByHand(o *Order) string {
	if o.Coupon.Valid {
		return o.Coupon.Value
	}
	return "none"
}

func textByHand(o *Order) string {
	return o.Country + "/" + o.ID + "/" + strconv.FormatInt(o.AmountCents, 10)
}

func patternByHand(o *Order) bool { return exampleAddress.MatchString(o.Email) }

func existsByHand(o *Order) bool {
	return slices.ContainsFunc(o.Items, func(i Item) bool { return strings.HasPrefix(i.SKU, "b-") && i.Qty > 2 })
}

func listByHand(o *Order) []string {
	skus := []string{}
	for _, i := range o.Items {
		if i.Qty > 1 {
			skus = append(skus, i.SKU)
		}
	}
	return skus
}

func clockByHand(o *Order) bool { return o.PlacedAt.In(paris).Hour() < 9 }

func lookupByHand(o *Order) bool {
	tier, ok := o.Tags["tier"]
	return ok && tier == "gold"
}
