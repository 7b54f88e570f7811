// Package risk is what a user would write: functions that the case's spec calls.
package risk

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/weirstream/weir/runtime/cel"
	"github.com/weirstream/weir/runtime/civil"
	"github.com/weirstream/weir/runtime/dec"
)

var errNegative = errors.New("a negative amount")

// Score fails for negative amounts.
func Score(customer string, cents int64) (float64, error) {
	if cents < 0 {
		return 0, errNegative
	}
	return float64(cents)/100 + float64(len(customer)), nil
}

// Band is pure.
func Band(score float64) string {
	if score >= 50 {
		return "high"
	}
	return "low"
}

// Known is not declared pure, so it is called once wherever an expression gets to it.
func Known(customer string) bool { return strings.HasPrefix(customer, "a") }

// Labels takes and returns what else there is.
func Labels(tags []string, counts map[string]int64, raw []byte, coupon *string, limit cel.Opt[uint64]) []string {
	out := []string{fmt.Sprintf("%d bytes", len(raw))}
	if coupon != nil {
		out = append(out, *coupon)
	}
	if limit.Valid {
		out = append(out, fmt.Sprint(limit.Value))
	}
	for _, t := range tags {
		out = append(out, fmt.Sprint(strings.ToUpper(t), counts[t]))
	}
	slices.Sort(out)
	return out
}

// Due is a time that a customer never sees.
func Due(at time.Time, after time.Duration) time.Time { return at.Add(after).Local() }

// Next is the day and the time of day of the next try.
func Next(fee dec.Decimal, days []civil.Date, opens civil.Time) (civil.Date, error) {
	if fee == (dec.Decimal{}) {
		return 0, errNegative
	}
	return days[0].Add(int64(len(days)))
}

// Opens is never a time of a day if it is late.
func Opens(at civil.Time) civil.Time { return at + civil.Day/2 }

// Shorter is the coupon if it is short.
func Shorter(coupon *string) *string {
	if coupon == nil || len(*coupon) > 4 {
		return nil
	}
	return coupon
}
