// Package risk is what the manual's examples call.
package risk

import "errors"

// Score says how risky an order is, from 0 to 1.
func Score(customer string, cents int64, coupon *string) (float64, error) {
	if cents < 0 {
		return 0, errors.New("a negative amount")
	}
	score := float64(cents) / 1e6
	if coupon != nil || customer == "" {
		score += 0.5
	}
	return min(score, 1), nil
}

// Band names a score.
func Band(score float64) string {
	if score >= 0.5 {
		return "high"
	}
	return "low"
}
