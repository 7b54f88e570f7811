// Package civil is dates and times of day, without a time zone: what a calendar and a clock on the wall show.
//
// Dates are those of the Gregorian calendar, also before it was introduced, in the years 1 to 9999.
package civil

import (
	"errors"
	"time"
)

// Date is a day, counted from 1970-01-01.
type Date int32

// The first and the last date: 0001-01-01 and 9999-12-31.
const (
	MinDate Date = -719162
	MaxDate Date = 2932896
)

// Time is a time of day, in nanoseconds from midnight: from 0 to less than [Day].
type Time int64

// Day is the length of a day without leaps.
const Day = Time(24 * time.Hour)

// The errors of arithmetic and conversions.
var (
	ErrDate      = errors.New("date out of range")
	ErrTime      = errors.New("time out of range")
	ErrTimestamp = errors.New("timestamp overflow")
)

const secondsOfDay = 24 * 60 * 60

// MakeDate is the day of a month (1 to 12) of a year; false if there is none.
func MakeDate(year, month, day int64) (Date, bool) {
	if year < 1 || year > 9999 || month < 1 || month > 12 || day < 1 || day > 31 {
		return 0, false
	}
	t := time.Date(int(year), time.Month(month), int(day), 0, 0, 0, 0, time.UTC)
	return Date(t.Unix() / secondsOfDay), t.Day() == int(day)
}

// DateOf is the date that a calendar shows at t, where t is.
func DateOf(t time.Time) Date {
	_, offset := t.Zone()
	return Date(floorDiv(t.Unix()+int64(offset), secondsOfDay))
}

func floorDiv(a, b int64) int64 {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}

// InRange is d, or an error if its year is not from 1 to 9999: at the end of time a zone can show a date outside of it.
func (d Date) InRange() (Date, error) {
	if d < MinDate || d > MaxDate {
		return 0, ErrDate
	}
	return d, nil
}

// InRange is t, or an error if that is not a time of a day.
func (t Time) InRange() (Time, error) {
	if t < 0 || t >= Day {
		return 0, ErrTime
	}
	return t, nil
}

// Midnight is the start of the date in UTC.
func (d Date) Midnight() time.Time { return time.Unix(int64(d)*secondsOfDay, 0).UTC() }

// Add is the date so many days after d.
func (d Date) Add(days int64) (Date, error) {
	if days < int64(MinDate)-int64(MaxDate) || days > int64(MaxDate)-int64(MinDate) {
		return 0, ErrDate
	}
	return Date(int64(d) + days).InRange()
}

// Sub is the date so many days before d.
func (d Date) Sub(days int64) (Date, error) {
	if days < int64(MinDate)-int64(MaxDate) {
		return 0, ErrDate
	}
	return d.Add(-days)
}

// Days is how many days d is after e.
func (d Date) Days(e Date) int64 { return int64(d) - int64(e) }

// AddMonths is the same day so many months later, or the month's last day where it has no such day.
func (d Date) AddMonths(months int64) (Date, error) {
	const most = 12 * 10_000
	if months < -most || months > most {
		return 0, ErrDate
	}
	year, month, day := d.Midnight().Date()
	n := int64(year)*12 + int64(month) - 1 + months
	y, m := floorDiv(n, 12), n-12*floorDiv(n, 12)+1
	for ; day >= 28; day-- {
		if e, ok := MakeDate(y, m, int64(day)); ok {
			return e, nil
		}
	}
	e, ok := MakeDate(y, m, int64(day))
	if !ok {
		return 0, ErrDate
	}
	return e, nil
}

// At is the moment at which calendar and clock show d and t in a zone. A time that a zone skips, when its clocks go forward, is
// taken as if they had not gone yet; of a time that comes twice, the first is taken. The moment must be in the years 1 to 9999 in UTC.
func (d Date) At(t Time, zone *time.Location) (time.Time, error) {
	clock := d.Midnight().Add(time.Duration(t)) // were the zone UTC
	before, after := offset(clock.Add(-time.Duration(Day)), zone), offset(clock.Add(time.Duration(Day)), zone)
	at := clock.Add(-before)
	if early := clock.Add(-max(before, after)); offset(early, zone) == max(before, after) {
		at = early
	} else if late := clock.Add(-min(before, after)); offset(late, zone) == min(before, after) {
		at = late
	}
	if DateOf(at) < MinDate || DateOf(at) > MaxDate {
		return time.Time{}, ErrTimestamp
	}
	return at, nil
}

// offset is how far the clocks of a zone are ahead of UTC at a moment.
func offset(at time.Time, zone *time.Location) time.Duration {
	_, seconds := at.In(zone).Zone()
	return time.Duration(seconds) * time.Second
}

// String is the date as 2006-01-02.
func (d Date) String() string { return string(AppendDate(nil, d)) }

// AppendDate appends a date as 2006-01-02.
func AppendDate(b []byte, d Date) []byte {
	year, month, day := d.Midnight().Date()
	b = append(b, byte('0'+year/1000%10), byte('0'+year/100%10), byte('0'+year/10%10), byte('0'+year%10))
	return append(b, '-', byte('0'+month/10), byte('0'+month%10), '-', byte('0'+day/10), byte('0'+day%10))
}

// MakeTime is a time of day; false if there is none.
func MakeTime(hour, minute, second int64) (Time, bool) {
	if hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 59 {
		return 0, false
	}
	return Time((hour*3600 + minute*60 + second) * int64(time.Second)), true
}

// TimeOf is the time that a clock shows at t, where t is.
func TimeOf(t time.Time) Time {
	hour, minute, second := t.Clock()
	return Time(int64(hour*3600+minute*60+second)*int64(time.Second) + int64(t.Nanosecond()))
}

// Clock is what a clock shows at t.
func (t Time) Clock() (hour, minute, second, nano int) {
	s := int(t / Time(time.Second))
	return s / 3600, s / 60 % 60, s % 60, int(t % Time(time.Second))
}

// Add is the time d after t, on the next day or any other if need be.
func (t Time) Add(d time.Duration) Time {
	sum := (t + Time(d)%Day) % Day
	if sum < 0 {
		sum += Day
	}
	return sum
}

// Sub is the time d before t.
func (t Time) Sub(d time.Duration) Time { return t.Add(-(d % time.Duration(Day))) }

// Since is how long after u t is on the same day.
func (t Time) Since(u Time) time.Duration { return time.Duration(t - u) }

// String is the time as 15:04:05, with as many digits of a fraction as it needs.
func (t Time) String() string { return string(AppendTime(nil, t)) }

// AppendTime appends a time as 15:04:05, with as many digits of a fraction as it needs.
func AppendTime(b []byte, t Time) []byte {
	hour, minute, second, nano := t.Clock()
	b = append(b, byte('0'+hour/10), byte('0'+hour%10), ':', byte('0'+minute/10), byte('0'+minute%10), ':', byte('0'+second/10), byte('0'+second%10))
	if nano == 0 {
		return b
	}
	b = append(b, '.')
	for unit := 100_000_000; nano > 0; unit /= 10 {
		b = append(b, byte('0'+nano/unit))
		nano %= unit
	}
	return b
}

// Hour is the hour that a clock shows, 0 to 23.
func (t Time) Hour() int64 { return int64(t / Time(time.Hour)) }

// Minute is the minute that a clock shows.
func (t Time) Minute() int64 { return int64(t / Time(time.Minute) % 60) }

// Second is the second that a clock shows.
func (t Time) Second() int64 { return int64(t / Time(time.Second) % 60) }

// Millisecond is how many whole milliseconds are past the second.
func (t Time) Millisecond() int64 { return int64(t / Time(time.Millisecond) % 1000) }
