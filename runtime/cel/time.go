package cel

import (
	"fmt"
	"regexp"
	"time"
)

// Seconds of the first second of year 1 and the last of year 9999.
const (
	minUnix = -62135596800
	maxUnix = 253402300799
)

var rfc3339 = regexp.MustCompile(
	`^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])[Tt]([01]\d|2[0-3]):[0-5]\d:([0-5]\d|60)(\.\d+)?([Zz]|[+-]([01]\d|2[0-3]):[0-5]\d)$`)

// ParseTimestamp reads an RFC 3339 timestamp of the years 1 to 9999.
func ParseTimestamp(s string) (time.Time, error) {
	if !rfc3339.MatchString(s) {
		return time.Time{}, fmt.Errorf("invalid RFC 3339 timestamp %q", s)
	}
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		return time.Time{}, errToTimestamp
	}
	return inRange(t.UTC())
}

func inRange(t time.Time) (time.Time, error) {
	if s := t.Unix(); s < minUnix || s > maxUnix {
		return time.Time{}, ErrTimestampOverflow
	}
	return t, nil
}

// UnixTimestamp is the timestamp some seconds after the epoch.
func UnixTimestamp(seconds int64) (time.Time, error) {
	if seconds < minUnix || seconds > maxUnix {
		return time.Time{}, ErrTimestampOverflow
	}
	return time.Unix(seconds, 0).UTC(), nil
}

// TimestampString is t in RFC 3339 with the fraction that it needs.
func TimestampString(t time.Time) string { return t.UTC().Format(time.RFC3339Nano) }

// AddTime is t + d.
func AddTime(t time.Time, d time.Duration) (time.Time, error) { return inRange(t.Add(d)) }

// SubTime is t - d.
func SubTime(t time.Time, d time.Duration) (time.Time, error) {
	d, err := NegDuration(d)
	if err != nil {
		return time.Time{}, err
	}
	return AddTime(t, d)
}

// TimeBetween is a - b, which overflows at 292 years.
func TimeBetween(a, b time.Time) (time.Duration, error) {
	ns, err := MulInt(a.Unix()-b.Unix(), int64(time.Second))
	if err != nil {
		return 0, err
	}
	ns, err = AddInt(ns, int64(a.Nanosecond()-b.Nanosecond()))
	return time.Duration(ns), err
}

// AddDuration is a + b.
func AddDuration(a, b time.Duration) (time.Duration, error) {
	d, err := AddInt(int64(a), int64(b))
	return time.Duration(d), err
}

// SubDuration is a - b.
func SubDuration(a, b time.Duration) (time.Duration, error) {
	d, err := SubInt(int64(a), int64(b))
	return time.Duration(d), err
}

// NegDuration is -d.
func NegDuration(d time.Duration) (time.Duration, error) {
	n, err := NegInt(int64(d))
	return time.Duration(n), err
}
