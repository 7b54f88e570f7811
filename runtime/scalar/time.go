package scalar

import (
	"strconv"
	"time"
)

// The first second of the year 1 and the last of the year 9999.
const (
	minSecond = -62135596800
	maxSecond = 253402300799
)

// Time reads a timestamp of RFC 3339: 2006-01-02T15:04:05.999999999Z, or with an offset such as +01:00 for the Z. T and Z are
// upper case; digits behind the ninth of a fraction are cut off. The result is in UTC.
func Time(b []byte) (time.Time, Problem) {
	if len(b) < len("2006-01-02T15:04:05Z") || b[4] != '-' || b[7] != '-' || b[10] != 'T' || b[13] != ':' || b[16] != ':' {
		return time.Time{}, Syntax
	}
	century, ok1 := two(b[0], b[1])
	year, ok2 := two(b[2], b[3])
	month, ok3 := two(b[5], b[6])
	day, ok4 := two(b[8], b[9])
	hour, ok5 := two(b[11], b[12])
	minute, ok6 := two(b[14], b[15])
	second, ok7 := two(b[17], b[18])
	if !(ok1 && ok2 && ok3 && ok4 && ok5 && ok6 && ok7) {
		return time.Time{}, Syntax
	}
	year += century * 100
	if month < 1 || month > 12 || day < 1 || day > daysIn(year, month) || hour > 23 || minute > 59 || second > 59 {
		return time.Time{}, Range
	}
	b = b[19:]
	nanos := int64(0)
	if b[0] == '.' {
		i := 1
		for scale := int64(1e8); i < len(b) && b[i]-'0' <= 9; i++ {
			nanos += int64(b[i]-'0') * scale
			scale /= 10
		}
		if i == 1 {
			return time.Time{}, Syntax
		}
		b = b[i:]
	}
	offset, p := zone(b)
	if p != OK {
		return time.Time{}, p
	}
	return FromSeconds(daysSinceEpoch(year, month, day)*86400+hour*3600+minute*60+second-offset, nanos)
}

// two reads two digits.
func two(a, b byte) (int64, bool) {
	a -= '0'
	b -= '0'
	return int64(a)*10 + int64(b), a <= 9 && b <= 9
}

// zone reads Z or ±hh:mm, in seconds.
func zone(b []byte) (int64, Problem) {
	if len(b) == 1 && b[0] == 'Z' {
		return 0, OK
	}
	if len(b) != len("+01:00") || b[0] != '+' && b[0] != '-' || b[3] != ':' {
		return 0, Syntax
	}
	hours, ok1 := two(b[1], b[2])
	minutes, ok2 := two(b[4], b[5])
	if !ok1 || !ok2 {
		return 0, Syntax
	}
	if hours > 23 || minutes > 59 {
		return 0, Range
	}
	offset := hours*3600 + minutes*60
	if b[0] == '-' {
		offset = -offset
	}
	return offset, OK
}

func daysIn(year, month int64) int64 {
	if month == 2 && year%4 == 0 && (year%100 != 0 || year%400 == 0) {
		return 29
	}
	return int64([...]uint8{0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31}[month])
}

// daysSinceEpoch counts the days from 1970-01-01 in the Gregorian calendar; years start in March, so that the leap day is the
// last of a year, and eras of 400 years have equally many days.
func daysSinceEpoch(year, month, day int64) int64 {
	if month <= 2 {
		year--
		month += 12
	}
	year += 400 // year 0, January, is year -1 here: no division of negatives
	era := year / 400
	inEra := year - era*400
	inYear := (153*(month-3)+2)/5 + day - 1
	return era*146097 + inEra*365 + inEra/4 - inEra/100 + inYear - 719468 - 146097
}

// FromSeconds is the time so many seconds and nanoseconds (0 to 999,999,999) after the Unix epoch.
func FromSeconds(seconds, nanos int64) (time.Time, Problem) {
	if seconds < minSecond || seconds > maxSecond {
		return time.Time{}, Range
	}
	return time.Unix(seconds, nanos).UTC(), OK
}

// FromMillis is the time so many milliseconds after the Unix epoch.
func FromMillis(ms int64) (time.Time, Problem) {
	if ms < minSecond*1000 || ms > maxSecond*1000+999 {
		return time.Time{}, Range
	}
	return time.UnixMilli(ms).UTC(), OK
}

// Time is the time so many seconds after the Unix epoch; digits behind the ninth of the fraction are cut off.
func (d Decimal) Time() (time.Time, Problem) {
	if d.Whole > maxSecond {
		return time.Time{}, Range
	}
	seconds, nanos := int64(d.Whole), int64(d.Nanos)
	if d.Negative {
		seconds = -seconds
		if nanos > 0 {
			seconds, nanos = seconds-1, 1e9-nanos
		}
	}
	return FromSeconds(seconds, nanos)
}

// Millis reads milliseconds since the Unix epoch, a whole number.
func Millis(b []byte) (time.Time, Problem) {
	ms, p := Int(b)
	if p != OK {
		return time.Time{}, p
	}
	return FromMillis(ms)
}

// Seconds reads seconds since the Unix epoch, with or without a fraction.
func Seconds(b []byte) (time.Time, Problem) {
	d, p := ParseDecimal(b)
	if p != OK {
		return time.Time{}, p
	}
	return d.Time()
}

// AppendTime appends a timestamp of RFC 3339 in UTC with as many digits of a fraction as it needs.
func AppendTime(b []byte, t time.Time) []byte {
	t = t.UTC()
	year, month, day := t.Date()
	hour, minute, second := t.Clock()
	b = append(b, byte('0'+year/1000%10), byte('0'+year/100%10))
	b = appendTwo(b, year%100, '-')
	b = appendTwo(b, int(month), '-')
	b = appendTwo(b, day, 'T')
	b = appendTwo(b, hour, ':')
	b = appendTwo(b, minute, ':')
	b = append(b, byte('0'+second/10), byte('0'+second%10))
	return append(appendFraction(b, uint32(t.Nanosecond())), 'Z')
}

func appendTwo(b []byte, v int, then byte) []byte {
	return append(b, byte('0'+v/10), byte('0'+v%10), then)
}

// AppendMillis appends the milliseconds since the Unix epoch, rounded down.
func AppendMillis(b []byte, t time.Time) []byte { return strconv.AppendInt(b, t.UnixMilli(), 10) }

// AppendSeconds appends the seconds since the Unix epoch, with as many digits of a fraction as they need.
func AppendSeconds(b []byte, t time.Time) []byte {
	seconds, nanos := t.Unix(), uint32(t.Nanosecond())
	if seconds < 0 && nanos > 0 { // 1.75 s before the epoch is second -2 plus 0.25 s
		seconds++
		nanos = 1e9 - nanos
		if seconds == 0 {
			b = append(b, '-')
		}
	}
	return appendFraction(strconv.AppendInt(b, seconds, 10), nanos)
}
