package celenv

import (
	"fmt"
	"net/netip"
	"regexp"
	"strings"

	celast "cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/operators"
	"cel.dev/cel-go/common/overloads"
	celtypes "cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"

	"github.com/weirstream/weir/spec/diag"
	"github.com/weirstream/weir/spec/types"
)

// refuse finds what the checker accepts and gen/expr cannot compile: parts whose type is not known, functions that are not
// supported, and constants that are malformed and could only fail.
func (r *reporter) refuse(a *celast.AST) []Issue {
	w := &refuser{reporter: r, ast: a}
	w.walk(a.Expr())
	return sorted(w.issues)
}

// unusedVar is the iteration variable of the comprehensions that optMap and optFlatMap expand to.
const unusedVar = "#unused"

type refuser struct {
	*reporter
	ast    *celast.AST
	issues []Issue
}

func (w *refuser) add(is Issue) { w.issues = append(w.issues, is) }

// walk reports a node's own problem only if nothing below it has one: an unknown type comes from below.
func (w *refuser) walk(e celast.Expr) {
	before := len(w.issues)
	switch e.Kind() {
	case celast.CallKind:
		c := e.AsCall()
		if c.IsMemberFunction() {
			w.walk(c.Target())
		}
		args := c.Args()
		switch fn := c.FunctionName(); {
		case fn == operators.OptSelect:
			args = args[:1] // the field's name has no type
		case (fn == "format" || fn == "cel.@block") && args[0].Kind() == celast.ListKind:
			// A list of values of different types, which is no value itself.
			args = append(append([]celast.Expr(nil), args[0].AsList().Elements()...), args[1:]...)
		}
		for _, a := range args {
			w.walk(a)
		}
	case celast.SelectKind:
		w.walk(e.AsSelect().Operand())
	case celast.ListKind:
		for _, x := range e.AsList().Elements() {
			w.walk(x)
		}
	case celast.MapKind:
		for _, x := range e.AsMap().Entries() {
			w.walk(x.AsMapEntry().Key())
			w.walk(x.AsMapEntry().Value())
		}
	case celast.StructKind:
		for _, x := range e.AsStruct().Fields() {
			w.walk(x.AsStructField().Value())
		}
	case celast.ComprehensionKind:
		c := e.AsComprehension()
		if c.IterVar() != unusedVar { // optMap and optFlatMap run over an empty list that has no type
			w.walk(c.IterRange())
		}
		w.walk(c.AccuInit())
		w.walk(c.LoopStep())
		w.walk(c.Result())
	}
	if len(w.issues) == before {
		w.node(e)
	}
}

func (w *refuser) node(e celast.Expr) {
	if e.Kind() == celast.StructKind {
		w.record(e)
		return
	}
	ct := w.ast.GetType(e.ID())
	if _, ok := w.env.TypeOf(ct); !ok {
		is := w.issue(e.ID(), Type, "the type of this is not known when the spec is compiled")
		switch {
		case ct.Kind() == celtypes.NullTypeKind:
			is.Message, is.Hint = "there is no null", "an absent value is optional.none(); test with .hasValue()"
		case ct.Kind() == celtypes.TypeKind:
			is.Message, is.Kind = "a type is not a value here", Unsupported
		case e.Kind() == celast.ListKind:
			is.Message = "the type of this list's elements is not known"
		case e.Kind() == celast.MapKind:
			is.Message = "the types of this map's keys and values are not known"
		case e.Kind() == celast.CallKind && e.AsCall().FunctionName() == "optional.none":
			is.Message = "the type of this optional is not known"
		case e.Kind() == celast.CallKind && (e.AsCall().FunctionName() == "math.@min" || e.AsCall().FunctionName() == "math.@max"):
			is.Message, is.Hint = "the arguments have different types", "convert them to one type"
		}
		w.add(is)
		return
	}
	if e.Kind() == celast.MapKind {
		key := ct.Parameters()[0].Kind()
		if key != celtypes.BoolKind && key != celtypes.IntKind && key != celtypes.UintKind && key != celtypes.StringKind {
			w.add(w.issue(e.ID(), Type, "a map's keys are bool, int, uint or string, not %s", typeText(ct.Parameters()[0])))
		}
	}
	if e.Kind() == celast.CallKind {
		w.call(e)
	}
}

func (w *refuser) call(e celast.Expr) {
	c := e.AsCall()
	ids := w.ast.GetOverloadIDs(e.ID())
	if len(ids) != 1 {
		w.add(w.issue(e.ID(), Type, "which %s is meant is not known when the spec is compiled", c.FunctionName()))
		return
	}
	if strings.HasPrefix(ids[0], "math_@") && !Supported(ids[0]) {
		is := w.issue(e.ID(), Type, "the arguments have different types")
		is.Hint = "convert them to one type"
		w.add(is)
		return
	}
	if !Supported(ids[0]) {
		w.add(w.issue(e.ID(), Unsupported, "%s is not supported", c.FunctionName()))
		return
	}
	args := c.Args()
	if c.IsMemberFunction() {
		args = append([]celast.Expr{c.Target()}, args...)
	}
	if len(args) == 0 {
		return
	}
	if c.FunctionName() == "format" {
		w.format(e, args)
		return
	}
	if t, _ := w.env.TypeOf(w.ast.GetType(args[0].ID())); ids[0] == jsonOverload && within(t) {
		is := w.issue(args[0].ID(), Type, "JSON has no form for %s", typeText(w.ast.GetType(args[0].ID())))
		is.Hint = "addresses become texts by string(...)"
		w.add(is)
		return
	}
	if strings.HasPrefix(ids[0], "regex_") {
		w.pattern(args[1], strings.HasPrefix(ids[0], "regex_extract"))
		return
	}
	last, ok := "", false
	if args[len(args)-1].Kind() == celast.LiteralKind {
		if s, isString := args[len(args)-1].AsLiteral().(celtypes.String); isString {
			last, ok = string(s), true
		}
	}
	if !ok {
		return
	}
	at := args[len(args)-1].ID()
	switch id := ids[0]; {
	case id == "matches" || id == "matches_string":
		w.pattern(args[1], false)
	case strings.HasPrefix(id, "string_to_ip"), strings.HasPrefix(id, "string_to_cidr"), strings.HasSuffix(id, "_ip_string"),
		strings.HasSuffix(id, "_cidr_string"), id == "ip_is_canonical":
		if err := checkNetwork(last, strings.Contains(id, "to_cidr") || strings.HasSuffix(id, "cidr_string")); err != nil {
			w.add(w.issue(at, Literal, "%v", err))
		}
	case len(args) == 2 && WithZone(id) || strings.HasSuffix(id, "_in_zone"):
		zone := celtypes.String(last)
		if celtypes.IsError(celtypes.Timestamp{}.Receive(overloads.TimeGetHours, overloads.TimestampToHoursWithTz, []ref.Val{zone})) {
			is := w.issue(at, Literal, "there is no time zone %q", last)
			switch names := ZoneNames(); {
			case diag.Nearest(last, names) == "" || strings.Contains(last, ":"):
				is.Hint = `time zones are written like "Europe/Paris", "UTC" or "+05:30"`
			case w.src.text[is.Start+1:is.End-1] == last: // between plain quotes
				is.Start, is.End, is.Name, is.Candidates = is.Start+1, is.End-1, last, names
			default:
				is.Hint = diag.DidYouMean(last, names)
			}
			w.add(is)
		}
	case id == "string_to_decimal":
		if _, err := ParseDecimal(last); err != nil {
			is := w.issue(at, Literal, "%q is not a decimal", last)
			is.Hint = fmt.Sprintf(`decimals are written like "12.50", with up to %d digits`, types.MaxDigits)
			w.add(is)
		}
	case id == "string_to_date":
		if _, err := ParseDate(last); err != nil {
			is := w.issue(at, Literal, "%q is not a date of the years 1 to 9999", last)
			is.Hint = `dates are written like "2026-01-31"`
			w.add(is)
		}
	case id == "string_to_time":
		if _, err := ParseTimeOfDay(last); err != nil {
			is := w.issue(at, Literal, "%q is not a time of day", last)
			is.Hint = `times are written like "13:45:00" or "13:45:00.5"`
			w.add(is)
		}
	case id == "string_to_timestamp":
		if celtypes.IsError(celtypes.String(last).ConvertToType(celtypes.TimestampType)) {
			is := w.issue(at, Literal, "%q is not a timestamp of the years 1 to 9999", last)
			is.Hint = `write it as RFC 3339, for example "2026-01-31T13:00:00Z"`
			w.add(is)
		}
	case id == "string_to_duration":
		if celtypes.IsError(celtypes.String(last).ConvertToType(celtypes.DurationType)) {
			is := w.issue(at, Literal, "%q is not a duration", last)
			is.Hint = `durations are written like "90s", "1h30m" or "1.5ms"`
			w.add(is)
		}
	}
}

// pattern checks a constant regular expression; those that extract have one group at most.
func (w *refuser) pattern(e celast.Expr, extracts bool) {
	if e.Kind() != celast.LiteralKind {
		return
	}
	s, _ := e.AsLiteral().(celtypes.String)
	re, err := regexp.Compile(string(s))
	switch {
	case err != nil:
		w.add(w.issue(e.ID(), Literal, "%s", strings.TrimPrefix(fmt.Sprint(err), "error parsing regexp: ")))
	case extracts && re.NumSubexp() > 1:
		is := w.issue(e.ID(), Literal, "the regular expression has more than one group: which one is meant?")
		is.Hint = "groups that only hold something together are written (?:...)"
		w.add(is)
	}
}

// checkNetwork checks a constant address or range.
func checkNetwork(s string, cidr bool) error {
	if cidr {
		p, err := netip.ParsePrefix(s)
		if err != nil || p.Addr().Zone() != "" || p.Addr().Is4In6() {
			return fmt.Errorf("%q is not a range of addresses such as \"10.0.0.0/8\"", s)
		}
		return nil
	}
	a, err := netip.ParseAddr(s)
	if err != nil || a.Zone() != "" || a.Is4In6() {
		return fmt.Errorf("%q is not an address", s)
	}
	return nil
}

// WithZone tells whether an overload reads a part of a timestamp in a time zone.
func WithZone(overload string) bool {
	switch overload {
	case "timestamp_to_year_with_tz", "timestamp_to_month_with_tz", "timestamp_to_day_of_year_with_tz",
		"timestamp_to_day_of_month_with_tz", "timestamp_to_day_of_month_1_based_with_tz", "timestamp_to_day_of_week_with_tz",
		"timestamp_to_hours_with_tz", "timestamp_to_minutes_with_tz", "timestamp_to_seconds_tz", "timestamp_to_milliseconds_with_tz":
		return true
	}
	return false
}
