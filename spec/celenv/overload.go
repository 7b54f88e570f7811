package celenv

import (
	"fmt"
	"strings"
)

var operatorNames = map[string]string{"_[_]": "[ ]", "_?_:_": "? :", "!_": "!", "-_": "-", "@in": "in", "_[?_]": "[? ]"}

// absentHint is for an optional that stands where a plain value has to.
const absentHint = "the value may be absent: give it a default with .orValue(...)"

// overload says which types an operator or function got.
func (r *reporter) overload(id int64, fn, args string) Issue {
	args = plainTypes(args)
	if strings.HasPrefix(args, "(") { // of a method it is "target.(args)"
		args = strings.TrimSuffix(strings.TrimPrefix(args, "("), ")")
	}
	op := operatorNames[fn]
	if op == "" && strings.HasPrefix(fn, "_") && strings.HasSuffix(fn, "_") {
		op = strings.Trim(fn, "_")
	}
	is := r.issue(id, Overload, "")
	switch {
	case op == "? :" || op == "[ ]" || op == "[? ]":
		is.Message = fmt.Sprintf("%s does not work with %s", op, args)
	case op != "":
		is.Message = fmt.Sprintf("%s does not work with %s", op, strings.Join(splitArgs(args), " and "))
		if h := numericHint(splitArgs(args)); h != "" {
			is.Hint = h
		}
	default:
		is.Message = fmt.Sprintf("%s does not work with (%s)", fn, args)
		if i := strings.LastIndex(args, ".("); i >= 0 {
			is.Message = fmt.Sprintf("%s of %s does not work with %s", fn, args[:i], args[i+1:])
		}
	}
	if strings.Contains(args, "?") {
		is.Hint = absentHint
	}
	if f, user := r.env.userFunc(fn); user && is.Hint == "" {
		if is.Hint = fn + " takes " + f.parameters(); strings.Contains(args, ".(") {
			is.Hint = "it is no method: write " + fn + "(…)"
		}
	}
	r.misfit(&is, id)
	return is
}

// splitArgs splits at commas outside parentheses.
func splitArgs(s string) []string {
	var parts []string
	depth, start := 0, 0
	for i, c := range s {
		switch c {
		case '(':
			depth++
		case ')':
			depth--
		case ',':
			if depth == 0 {
				parts = append(parts, strings.TrimSpace(s[start:i]))
				start = i + 1
			}
		}
	}
	return append(parts, strings.TrimSpace(s[start:]))
}

func numericHint(args []string) string {
	if len(args) != 2 || args[0] == args[1] {
		return ""
	}
	for i, a := range args {
		if other := args[1-i]; a == "decimal" && (other == "int" || other == "uint" || other == "double") {
			return "decimals do not mix with other numbers: convert the other side, for example with decimal(...)"
		}
	}
	for _, a := range args {
		if a != "int" && a != "uint" && a != "double" {
			return ""
		}
	}
	to := args[0]
	if args[1] == "double" {
		to = args[1] // a double holds what an int does, as far as that matters, and not the other way round
	}
	return "CEL does not mix number types: convert one side, for example with " + to + "(...)"
}
