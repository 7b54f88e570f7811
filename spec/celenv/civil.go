package celenv

import (
	"fmt"
	"reflect"
	"strings"
	"time"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/operators"
	"cel.dev/cel-go/common/overloads"
	celtypes "cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
	"cel.dev/cel-go/common/types/traits"
)

// The CEL types of dates and times of day.
var (
	dateType      = cel.OpaqueType("date")
	timeOfDayType = cel.OpaqueType("time")
)

// Date is a date to cel-go.
type Date struct{ at time.Time } // midnight, UTC

// TimeOfDay is a time of day to cel-go.
type TimeOfDay struct{ Since time.Duration } // midnight

// ParseDate reads a date written as 2006-01-02, of the years 1 to 9999.
func ParseDate(s string) (Date, error) {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil || t.Year() < 1 {
		return Date{}, fmt.Errorf("invalid date %q", s)
	}
	return Date{t}, nil
}

// ParseTimeOfDay reads a time written as 15:04:05, with or without a fraction; digits behind the ninth are cut off.
func ParseTimeOfDay(s string) (TimeOfDay, error) {
	t, err := time.Parse("15:04:05.999999999", s)
	if err != nil || len(s) < len("15:04:05") || strings.Contains(s, ",") {
		return TimeOfDay{}, fmt.Errorf("invalid time %q", s)
	}
	return timeOfDay(t), nil
}

func timeOfDay(t time.Time) TimeOfDay {
	return TimeOfDay{time.Duration(t.Hour())*time.Hour + time.Duration(t.Minute())*time.Minute + time.Duration(t.Second())*time.Second + time.Duration(t.Nanosecond())}
}

// String is the date as 2006-01-02.
func (d Date) String() string { return d.at.Format(time.DateOnly) }

// Ymd is the date in numbers.
func (d Date) Ymd() (year int, month time.Month, day int) { return d.at.Date() }

// String is the time as 15:04:05 with the fraction that it needs.
func (t TimeOfDay) String() string { return time.Time{}.Add(t.Since).Format("15:04:05.999999999") }

func dateResult(t time.Time) ref.Val {
	if t.Year() < 1 || t.Year() > 9999 {
		return celtypes.NewErr("date out of range")
	}
	return Date{time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, time.UTC)}
}

func (d Date) addDays(n int64) ref.Val {
	const most = 4_000_000 // more than there are
	if n > most || n < -most {
		return celtypes.NewErr("date out of range")
	}
	return dateResult(d.at.AddDate(0, 0, int(n)))
}

// Add implements traits.Adder: a number of days.
func (d Date) Add(days ref.Val) ref.Val { return d.addDays(int64(days.(celtypes.Int))) }

// Subtract implements traits.Subtractor: a number of days, or another date, which gives the days between.
func (d Date) Subtract(other ref.Val) ref.Val {
	if o, ok := other.(Date); ok {
		return celtypes.Int((d.at.Unix() - o.at.Unix()) / (24 * 60 * 60))
	}
	return d.addDays(-int64(max(other.(celtypes.Int), -1<<62)))
}

// addMonths keeps the day of the month, or takes the month's last.
func (d Date) addMonths(n int64) ref.Val {
	const most = 12 * 10_000
	if n > most || n < -most {
		return celtypes.NewErr("date out of range")
	}
	first := time.Date(d.at.Year(), d.at.Month()+time.Month(n), 1, 0, 0, 0, 0, time.UTC)
	last := first.AddDate(0, 1, -1).Day()
	return dateResult(first.AddDate(0, 0, min(d.at.Day(), last)-1))
}

// at is the moment at which calendar and clock of a zone show d and t: the first if there are two, and if there is none, what
// the clock that is put forward would have shown.
func (d Date) in(t TimeOfDay, zone *time.Location) ref.Val {
	clock := d.at.Add(t.Since)
	var found []time.Time
	for h := -36; h <= 36; h++ { // the offsets in force around that time
		_, offset := clock.Add(time.Duration(h) * time.Hour).In(zone).Zone()
		at := clock.Add(-time.Duration(offset) * time.Second)
		if _, o := at.In(zone).Zone(); o == offset {
			found = append(found, at)
		}
	}
	_, before := clock.AddDate(0, 0, -1).In(zone).Zone()
	at := clock.Add(-time.Duration(before) * time.Second)
	for i, f := range found {
		if i == 0 || f.Before(at) {
			at = f
		}
	}
	if at = at.UTC(); at.Year() < 1 || at.Year() > 9999 {
		return celtypes.NewErr("timestamp overflow")
	}
	return celtypes.Timestamp{Time: at}
}

// Add implements traits.Adder: a duration, around the clock.
func (t TimeOfDay) Add(d ref.Val) ref.Val {
	const day = 24 * time.Hour
	return TimeOfDay{((t.Since+d.(celtypes.Duration).Duration%day)%day + day) % day}
}

// Subtract implements traits.Subtractor: a duration, around the clock, or another time, which gives the duration between.
func (t TimeOfDay) Subtract(other ref.Val) ref.Val {
	if o, ok := other.(TimeOfDay); ok {
		return celtypes.Duration{Duration: t.Since - o.Since}
	}
	return t.Add(celtypes.Duration{Duration: -(other.(celtypes.Duration).Duration % (24 * time.Hour))})
}

// Compare implements traits.Comparer.
func (d Date) Compare(other ref.Val) ref.Val { return celtypes.Int(d.at.Compare(other.(Date).at)) }

// Compare implements traits.Comparer.
func (t TimeOfDay) Compare(other ref.Val) ref.Val {
	return celtypes.Int(t.Since).Compare(celtypes.Int(other.(TimeOfDay).Since))
}

// Equal implements ref.Val.
func (d Date) Equal(other ref.Val) ref.Val {
	o, ok := other.(Date)
	return celtypes.Bool(ok && d.at.Equal(o.at))
}

// Equal implements ref.Val.
func (t TimeOfDay) Equal(other ref.Val) ref.Val { return celtypes.Bool(other == ref.Val(t)) }

// ConvertToNative implements ref.Val. Nothing asks for a Go form.
func (d Date) ConvertToNative(t reflect.Type) (any, error) {
	return nil, fmt.Errorf("a date has no form as %v", t)
}

// ConvertToNative implements ref.Val. Nothing asks for a Go form.
func (t TimeOfDay) ConvertToNative(to reflect.Type) (any, error) {
	return nil, fmt.Errorf("a time has no form as %v", to)
}

// ConvertToType implements ref.Val, for string(d).
func (d Date) ConvertToType(t ref.Type) ref.Val {
	if t == celtypes.StringType {
		return celtypes.String(d.String())
	}
	return celtypes.NewErr("type conversion error from 'date' to '%s'", t.TypeName())
}

// ConvertToType implements ref.Val, for string(t).
func (t TimeOfDay) ConvertToType(to ref.Type) ref.Val {
	if to == celtypes.StringType {
		return celtypes.String(t.String())
	}
	return celtypes.NewErr("type conversion error from 'time' to '%s'", to.TypeName())
}

var (
	dateValueType      = celtypes.NewObjectType("date", traits.AdderType|traits.SubtractorType|traits.ComparerType)
	timeOfDayValueType = celtypes.NewObjectType("time", traits.AdderType|traits.SubtractorType|traits.ComparerType)
)

// Type implements ref.Val. The traits are what CEL's operators look for.
func (d Date) Type() ref.Type { return dateValueType }

// Type implements ref.Val. The traits are what CEL's operators look for.
func (t TimeOfDay) Type() ref.Type { return timeOfDayValueType }

// Value implements ref.Val.
func (d Date) Value() any { return d.at }

// Value implements ref.Val.
func (t TimeOfDay) Value() any { return t.Since }

// location is a time zone by its name or offset, as CEL's accessors of timestamps have it.
func location(zone ref.Val) (*time.Location, ref.Val) {
	name := string(zone.(celtypes.String))
	if i := strings.IndexByte(name, ':'); i >= 0 {
		var hours, minutes int
		if _, err := fmt.Sscanf(name, "%d:%d", &hours, &minutes); err != nil {
			return nil, celtypes.WrapErr(err)
		}
		if strings.HasPrefix(name, "-") {
			minutes = -minutes
		}
		return time.FixedZone(name, (hours*60+minutes)*60), nil
	}
	loc, err := time.LoadLocation(name)
	if err != nil {
		return nil, celtypes.WrapErr(err)
	}
	return loc, nil
}

// zoned is a function of some arguments and a zone; args are those without the zone.
func zoned(f func(args []ref.Val, zone *time.Location) ref.Val) cel.OverloadOpt {
	return cel.FunctionBinding(func(args ...ref.Val) ref.Val {
		zone, err := location(args[len(args)-1])
		if err != nil {
			return err
		}
		return f(args[:len(args)-1], zone)
	})
}

// civil declares the functions and operators of dates and times of day.
func civil() []cel.EnvOption {
	ts, str, i := cel.TimestampType, cel.StringType, cel.IntType
	args := func(t ...*cel.Type) []*cel.Type { return t }
	dateAt := func(v []ref.Val, zone *time.Location) ref.Val { return dateResult(v[0].(celtypes.Timestamp).In(zone)) }
	timeAt := func(v []ref.Val, zone *time.Location) ref.Val { return timeOfDay(v[0].(celtypes.Timestamp).In(zone)) }
	moment := func(v []ref.Val, zone *time.Location) ref.Val { return v[0].(Date).in(v[1].(TimeOfDay), zone) }
	opts := []cel.EnvOption{
		cel.Function("date",
			cel.Overload("string_to_date", args(str), dateType, cel.UnaryBinding(func(v ref.Val) ref.Val {
				d, err := ParseDate(string(v.(celtypes.String)))
				if err != nil {
					return celtypes.WrapErr(err)
				}
				return d
			})),
			cel.Overload("date_of_int_int_int", args(i, i, i), dateType, cel.FunctionBinding(func(v ...ref.Val) ref.Val {
				d, err := ParseDate(fmt.Sprintf("%04d-%02d-%02d", v[0].Value(), v[1].Value(), v[2].Value()))
				if err != nil {
					return celtypes.NewErr("date out of range")
				}
				return d
			})),
			cel.Overload("timestamp_to_date", args(ts), dateType, cel.UnaryBinding(func(v ref.Val) ref.Val { return dateAt([]ref.Val{v}, time.UTC) })),
			cel.Overload("timestamp_to_date_in_zone", args(ts, str), dateType, zoned(dateAt))),
		cel.Function("time",
			cel.Overload("string_to_time", args(str), timeOfDayType, cel.UnaryBinding(func(v ref.Val) ref.Val {
				t, err := ParseTimeOfDay(string(v.(celtypes.String)))
				if err != nil {
					return celtypes.WrapErr(err)
				}
				return t
			})),
			cel.Overload("time_of_int_int_int", args(i, i, i), timeOfDayType, cel.FunctionBinding(func(v ...ref.Val) ref.Val {
				t, err := ParseTimeOfDay(fmt.Sprintf("%02d:%02d:%02d", v[0].Value(), v[1].Value(), v[2].Value()))
				if err != nil {
					return celtypes.NewErr("time out of range")
				}
				return t
			})),
			cel.Overload("timestamp_to_time", args(ts), timeOfDayType, cel.UnaryBinding(func(v ref.Val) ref.Val { return timeAt([]ref.Val{v}, time.UTC) })),
			cel.Overload("timestamp_to_time_in_zone", args(ts, str), timeOfDayType, zoned(timeAt))),
		cel.Function("at",
			cel.MemberOverload("date_at_time", args(dateType, timeOfDayType), ts, cel.BinaryBinding(func(d, t ref.Val) ref.Val { return moment([]ref.Val{d, t}, time.UTC) })),
			cel.MemberOverload("date_at_time_in_zone", args(dateType, timeOfDayType, str), ts, zoned(moment))),
		cel.Function("addMonths", cel.MemberOverload("date_add_months", args(dateType, i), dateType,
			cel.BinaryBinding(func(d, n ref.Val) ref.Val { return d.(Date).addMonths(int64(n.(celtypes.Int))) }))),
		cel.Function(operators.Add,
			cel.Overload("add_date_int64", args(dateType, i), dateType),
			cel.Overload("add_time_duration", args(timeOfDayType, cel.DurationType), timeOfDayType)),
		cel.Function(operators.Subtract,
			cel.Overload("subtract_date_int64", args(dateType, i), dateType),
			cel.Overload("subtract_date_date", args(dateType, dateType), i),
			cel.Overload("subtract_time_duration", args(timeOfDayType, cel.DurationType), timeOfDayType),
			cel.Overload("subtract_time_time", args(timeOfDayType, timeOfDayType), cel.DurationType)),
	}
	for _, t := range []*cel.Type{dateType, timeOfDayType} {
		opts = append(opts, ordered(t.TypeName(), t)...)
		opts = append(opts, cel.Function(overloads.TypeConvertString, cel.Overload(t.TypeName()+"_to_string", args(t), str,
			cel.UnaryBinding(func(v ref.Val) ref.Val { return v.ConvertToType(celtypes.StringType) }))))
	}
	part := func(name, id string, t *cel.Type, f func(v ref.Val) int) {
		opts = append(opts, cel.Function(name, cel.MemberOverload(id, args(t), i, cel.UnaryBinding(func(v ref.Val) ref.Val { return celtypes.Int(f(v)) }))))
	}
	for name, f := range map[string]func(time.Time) int{
		"getFullYear": time.Time.Year, "getMonth": func(t time.Time) int { return int(t.Month()) - 1 }, "getDate": time.Time.Day,
		"getDayOfMonth": func(t time.Time) int { return t.Day() - 1 }, "getDayOfYear": func(t time.Time) int { return t.YearDay() - 1 },
		"getDayOfWeek": func(t time.Time) int { return int(t.Weekday()) },
	} {
		part(name, "date_"+name, dateType, func(v ref.Val) int { return f(v.(Date).at) })
	}
	for name, f := range map[string]func(time.Time) int{
		"getHours": time.Time.Hour, "getMinutes": time.Time.Minute, "getSeconds": time.Time.Second,
		"getMilliseconds": func(t time.Time) int { return t.Nanosecond() / 1e6 },
	} {
		part(name, "time_"+name, timeOfDayType, func(v ref.Val) int { return f(time.Time{}.Add(v.(TimeOfDay).Since)) })
	}
	return opts
}

func init() {
	for _, id := range strings.Fields(`string_to_date date_of_int_int_int timestamp_to_date timestamp_to_date_in_zone
string_to_time time_of_int_int_int timestamp_to_time timestamp_to_time_in_zone date_at_time date_at_time_in_zone date_add_months
add_date_int64 add_time_duration subtract_date_int64 subtract_date_date subtract_time_duration subtract_time_time
less_date less_equals_date greater_date greater_equals_date less_time less_equals_time greater_time greater_equals_time
date_to_string time_to_string date_getFullYear date_getMonth date_getDate date_getDayOfMonth date_getDayOfYear date_getDayOfWeek
time_getHours time_getMinutes time_getSeconds time_getMilliseconds`) {
		supported[id] = true
	}
}
