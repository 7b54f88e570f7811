package expr

import (
	celtypes "cel.dev/cel-go/common/types"

	"github.com/weirstream/weir/spec/types"
)

// civilFuncs are the operators and functions of dates and times of day, which are numbers in Go.
func civilFuncs() map[string]function {
	fallible := func(name string) function {
		return func(c *compiler, b *block, t *types.Type, a []value) value {
			return c.tryIn(b, t, civilPath, "civil."+name+"("+codes(a)+")")
		}
	}
	method := func(name string) function {
		return func(_ *compiler, _ *block, t *types.Type, a []value) value {
			return call(t, "%s.%s(%s)", a[0].at(primaryPrec), name, codes(a[1:]))
		}
	}
	tried := func(name string) function {
		return func(c *compiler, b *block, t *types.Type, a []value) value {
			return c.try(b, t, a[0].at(primaryPrec)+"."+name+"("+codes(a[1:])+")")
		}
	}
	m := map[string]function{
		"string_to_date": fallible("DateFromString"), "date_of_int_int_int": fallible("NewDate"),
		"string_to_time": fallible("TimeFromString"), "time_of_int_int_int": fallible("NewTime"),
		"timestamp_to_date":         helper(civilPath, "civil.DateOf"),
		"timestamp_to_time":         helper(civilPath, "civil.TimeOf"),
		"timestamp_to_date_in_zone": dateInZone,
		"timestamp_to_time_in_zone": func(c *compiler, b *block, t *types.Type, a []value) value {
			c.use(civilPath)
			return call(t, "civil.TimeOf(%s)", c.inZone(a, b))
		},
		"date_at_time": func(c *compiler, b *block, t *types.Type, a []value) value {
			c.use("time")
			return c.try(b, t, a[0].at(primaryPrec)+".At("+a[1].code+", time.UTC)")
		},
		"date_at_time_in_zone": func(c *compiler, b *block, t *types.Type, a []value) value {
			return c.try(b, t, a[0].at(primaryPrec)+".At("+a[1].code+", "+c.location(a[2], b)+")")
		},
		"date_add_months": tried("AddMonths"), "add_date_int64": tried("Add"), "subtract_date_int64": tried("Sub"), "subtract_date_date": method("Days"),
		"add_time_duration": method("Add"), "subtract_time_duration": method("Sub"), "subtract_time_time": method("Since"),
		"date_to_string": method("String"), "time_to_string": method("String"),
	}
	for name, op := range comparisons {
		m[name+"_date"], m[name+"_time"] = comparison(op), comparison(op)
	}
	for name, part := range map[string]string{
		"getFullYear": "year", "getMonth": "month", "getDate": "day_of_month_1_based", "getDayOfMonth": "day_of_month", "getDayOfYear": "day_of_year",
		"getDayOfWeek": "day_of_week",
	} {
		m["date_"+name] = func(c *compiler, _ *block, _ *types.Type, a []value) value {
			return c.accessor("timestamp_to_"+part, a[0], a[0].at(primaryPrec)+".Midnight()")
		}
	}
	for name, part := range map[string]struct {
		method string
		hi     int64
	}{"getHours": {"Hour", 23}, "getMinutes": {"Minute", 59}, "getSeconds": {"Second", 59}, "getMilliseconds": {"Millisecond", 999}} {
		m["time_"+name] = func(_ *compiler, _ *block, t *types.Type, a []value) value {
			return call(t, "%s.%s()", a[0].at(primaryPrec), part.method).within(0, part.hi)
		}
	}
	return m
}

// dateInZone is the date of a time in a zone, where at the ends of time a year can be the year 0 or 10000.
func dateInZone(c *compiler, b *block, t *types.Type, a []value) value {
	return c.tryIn(b, t, civilPath, "civil.DateOf("+c.inZone(a, b)+").InRange()")
}

// location is the Go expression of a zone.
func (c *compiler) location(zone value, b *block) string {
	name, ok := zone.lit.(celtypes.String)
	if ok && (name == "UTC" || name == "") {
		c.use("time")
		return "time.UTC"
	}
	if ok {
		return c.zoneVar(string(name))
	}
	c.use(zonePath)
	return c.try(b, nil, "zone.Load("+zone.code+")").code
}
