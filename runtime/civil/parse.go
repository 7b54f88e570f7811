package civil

import (
	"fmt"
	"time"
)

// ParseDate reads a date written as 2006-01-02. Of what is no date, form says whether it is at least written like one.
func ParseDate[T string | []byte](s T) (d Date, form, ok bool) {
	if len(s) != len("2006-01-02") || s[4] != '-' || s[7] != '-' {
		return 0, false, false
	}
	century, ok1 := two(s[0], s[1])
	year, ok2 := two(s[2], s[3])
	month, ok3 := two(s[5], s[6])
	day, ok4 := two(s[8], s[9])
	if !ok1 || !ok2 || !ok3 || !ok4 {
		return 0, false, false
	}
	d, ok = MakeDate(century*100+year, month, day)
	return d, true, ok
}

// ParseTime reads a time of day written as 15:04:05, with or without a fraction, whose digits behind the ninth are cut off. Of
// what is no time, form says whether it is at least written like one.
func ParseTime[T string | []byte](s T) (t Time, form, ok bool) {
	const plain = len("15:04:05")
	if len(s) < plain || s[2] != ':' || s[5] != ':' {
		return 0, false, false
	}
	hour, ok1 := two(s[0], s[1])
	minute, ok2 := two(s[3], s[4])
	second, ok3 := two(s[6], s[7])
	if !ok1 || !ok2 || !ok3 {
		return 0, false, false
	}
	nanos := Time(0)
	if len(s) > plain {
		if s[plain] != '.' || len(s) == plain+1 {
			return 0, false, false
		}
		unit := Time(100 * time.Millisecond)
		for i := plain + 1; i < len(s); i++ {
			c := s[i] - '0'
			if c > 9 {
				return 0, false, false
			}
			nanos += Time(c) * unit
			unit /= 10
		}
	}
	t, ok = MakeTime(hour, minute, second)
	return t + nanos, true, ok
}

// two reads two digits.
func two(a, b byte) (int64, bool) {
	a -= '0'
	b -= '0'
	return int64(a)*10 + int64(b), a <= 9 && b <= 9
}

// NewDate is MakeDate with an error.
func NewDate(year, month, day int64) (Date, error) {
	d, ok := MakeDate(year, month, day)
	if !ok {
		return 0, ErrDate
	}
	return d, nil
}

// NewTime is MakeTime with an error.
func NewTime(hour, minute, second int64) (Time, error) {
	t, ok := MakeTime(hour, minute, second)
	if !ok {
		return 0, ErrTime
	}
	return t, nil
}

// DateFromString is date(s) in CEL.
func DateFromString(s string) (Date, error) {
	d, _, ok := ParseDate(s)
	if !ok {
		return 0, fmt.Errorf("invalid date %q", s)
	}
	return d, nil
}

// TimeFromString is time(s) in CEL.
func TimeFromString(s string) (Time, error) {
	t, _, ok := ParseTime(s)
	if !ok {
		return 0, fmt.Errorf("invalid time %q", s)
	}
	return t, nil
}

// MustDate is DateFromString for constants.
func MustDate(s string) Date {
	d, err := DateFromString(s)
	if err != nil {
		panic(err)
	}
	return d
}

// MustTime is TimeFromString for constants.
func MustTime(s string) Time {
	t, err := TimeFromString(s)
	if err != nil {
		panic(err)
	}
	return t
}
