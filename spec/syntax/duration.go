package syntax

import (
	"errors"
	"fmt"
	"math"
	"regexp"
	"strconv"
	"time"
)

var (
	durationShape = regexp.MustCompile(`^([0-9]+(ms|s|m|h|d))+$`)
	durationPart  = regexp.MustCompile(`([0-9]+)(ms|s|m|h|d)`)
	units         = map[string]time.Duration{"d": 24 * time.Hour, "h": time.Hour, "m": time.Minute, "s": time.Second, "ms": time.Millisecond}
)

// DurationPattern is what durations look like; the units must also come in order, each once.
const DurationPattern = `^([0-9]+d)?([0-9]+h)?([0-9]+m)?([0-9]+s)?([0-9]+ms)?$`

// ParseDuration reads a duration of a spec: whole numbers, each with one of the units d, h, m, s and ms, larger units first. A
// day has 24 hours.
func ParseDuration(s string) (time.Duration, error) {
	if s == "" {
		return 0, errors.New("is empty")
	}
	if _, err := strconv.ParseFloat(s, 64); err == nil {
		return 0, errors.New("has no unit")
	}
	if !durationShape.MatchString(s) {
		return 0, errors.New("is no duration")
	}
	var total time.Duration
	last := time.Duration(math.MaxInt64)
	for _, m := range durationPart.FindAllStringSubmatch(s, -1) {
		unit := units[m[2]]
		if unit >= last {
			return 0, errors.New("has its units out of order")
		}
		last = unit
		n, err := strconv.ParseInt(m[1], 10, 64)
		if err != nil || n > int64(math.MaxInt64/unit) || time.Duration(n)*unit > math.MaxInt64-total {
			return 0, errors.New("is too long")
		}
		total += time.Duration(n) * unit
	}
	return total, nil
}

// FormatDuration is the shortest way to write d, which is not negative, in a spec.
func FormatDuration(d time.Duration) string {
	if d < time.Millisecond {
		return "0s"
	}
	s := ""
	for _, u := range []string{"d", "h", "m", "s", "ms"} {
		if n := d / units[u]; n > 0 {
			s += fmt.Sprint(int64(n)) + u
			d -= n * units[u]
		}
	}
	return s
}
