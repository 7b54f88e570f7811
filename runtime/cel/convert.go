package cel

import (
	"math"
	"strconv"
	"time"
	"unicode/utf8"
)

// DoubleToInt cuts off the fraction.
func DoubleToInt(v float64) (int64, error) {
	if !(v > math.MinInt64 && v < math.MaxInt64) {
		return 0, ErrIntOverflow
	}
	return int64(v), nil
}

// DoubleToUint cuts off the fraction.
func DoubleToUint(v float64) (uint64, error) {
	if !(v >= 0 && v < 1<<64) {
		return 0, ErrUintOverflow
	}
	return uint64(v), nil
}

// UintToInt is v as an int.
func UintToInt(v uint64) (int64, error) {
	if v > math.MaxInt64 {
		return 0, ErrIntOverflow
	}
	return int64(v), nil
}

// IntToUint is v as a uint.
func IntToUint(v int64) (uint64, error) {
	if v < 0 {
		return 0, ErrUintOverflow
	}
	return uint64(v), nil
}

// ParseInt reads a decimal int.
func ParseInt(s string) (int64, error) {
	v, err := strconv.ParseInt(s, 10, 64)
	if err != nil {
		return 0, errToInt
	}
	return v, nil
}

// ParseUint reads a decimal uint.
func ParseUint(s string) (uint64, error) {
	v, err := strconv.ParseUint(s, 10, 64)
	if err != nil {
		return 0, errToUint
	}
	return v, nil
}

// ParseDouble reads a double as strconv.ParseFloat does.
func ParseDouble(s string) (float64, error) {
	v, err := strconv.ParseFloat(s, 64)
	if err != nil {
		return 0, errToDouble
	}
	return v, nil
}

// ParseBool reads "true", "false" and the other spellings of strconv.ParseBool.
func ParseBool(s string) (bool, error) {
	v, err := strconv.ParseBool(s)
	if err != nil {
		return false, errToBool
	}
	return v, nil
}

// DoubleString is the shortest text that reads back as v.
func DoubleString(v float64) string { return strconv.FormatFloat(v, 'g', -1, 64) }

// BytesToString copies bytes that are UTF-8.
func BytesToString(b []byte) (string, error) {
	if !utf8.Valid(b) {
		return "", ErrInvalidUTF8
	}
	return string(b), nil
}

// ParseDuration reads a duration such as "1h30m" or "1.5s".
func ParseDuration(s string) (time.Duration, error) {
	d, err := time.ParseDuration(s)
	if err != nil {
		return 0, errToDuration
	}
	return d, nil
}

// DurationString is a duration in seconds with the fraction that it needs: "90s", "0.5s".
func DurationString(d time.Duration) string {
	return strconv.FormatFloat(d.Seconds(), 'f', -1, 64) + "s"
}
