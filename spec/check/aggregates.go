package check

import (
	"strings"

	"github.com/weirstream/weir/spec/syntax"
	"github.com/weirstream/weir/spec/types"
)

// functions are the aggregate functions by their names.
var functions = map[string]Func{"count": Count, "sum": Sum, "min": Min, "max": Max, "avg": Avg}

var functionNames = []string{"count", "sum", "min", "max", "avg"}

// aggregate checks an entry of aggregate: one call of an aggregate function, with a CEL expression between the parentheses.
func (c *checker) aggregate(d *syntax.Entry, scope *Scope, at place) *Aggregate {
	if d.Expr == nil {
		return nil
	}
	text := d.Expr.Value
	start := len(text) - len(strings.TrimLeft(text, " \t\n"))
	open := start
	for open < len(text) && isWord(text[open]) {
		open++
	}
	name := text[start:open]
	paren := open + len(text[open:]) - len(strings.TrimLeft(text[open:], " \t\n"))
	if name == "" || paren == len(text) || text[paren] != '(' {
		c.report(noAggregate(d.Expr))
		return nil
	}
	f, ok := functions[name]
	if !ok {
		c.report(unknownAggregate(d.Expr.At(start, open), name))
		return nil
	}
	end, commas := matching(text, paren)
	if end < 0 {
		c.report(openParen(d.Expr.At(paren, paren+1)))
		return nil
	}
	if rest := strings.TrimSpace(text[end+1:]); rest != "" {
		c.report(behindAggregate(d.Expr.At(end+1, len(strings.TrimRight(text, " \t\n"))), name))
		return nil
	}
	lo, hi := paren+1, end
	for lo < hi && strings.IndexByte(" \t\n", text[lo]) >= 0 {
		lo++
	}
	for lo < hi && strings.IndexByte(" \t\n", text[hi-1]) >= 0 {
		hi--
	}
	a := &Aggregate{Name: d.Name.Value, Span: d.Name.Span, Func: f}
	switch {
	case f == Count && lo < hi:
		c.report(countArgument(d.Expr.At(lo, hi)))
		return nil
	case f == Count:
		a.Type = types.IntType
		return a
	case lo == hi:
		c.report(noArgument(d.Expr.At(start, end+1), name))
		return nil
	case len(commas) > 0:
		c.report(manyArguments(d.Expr.At(commas[0], hi), name))
		return nil
	}
	arg := d.Expr.Sub(lo, hi)
	a.Arg = c.expr(arg, scope, at)
	if a.Arg == nil {
		return nil
	}
	if a.Type = resultType(f, a.Arg.Type); a.Type == nil {
		c.report(badAggregateType(arg, name, a.Arg.Type))
		return nil
	}
	return a
}

// resultType is the type of a function over values of t, nil if it does not take them.
func resultType(f Func, t *types.Type) *types.Type {
	switch {
	case f == Sum && (t.Kind == types.Int || t.Kind == types.Uint || t.Kind == types.Double || t.Kind == types.Decimal || t.Kind == types.Duration):
		return t
	case f == Avg && (t.Kind == types.Int || t.Kind == types.Uint || t.Kind == types.Double):
		return types.DoubleType
	case f == Avg && t.Kind == types.Decimal:
		return types.DecimalType
	case (f == Min || f == Max) && t.Scalar():
		return t
	}
	return nil
}

// matching finds the parenthesis that closes the one at open, -1 if there is none, and the commas directly within. Strings are
// stepped over as CEL writes them: in one or three quotes of either kind, raw or with escapes.
func matching(text string, open int) (end int, commas []int) {
	depth := 0
	for i := open; i < len(text); i++ {
		switch text[i] {
		case '(', '[', '{':
			depth++
		case ')', ']', '}':
			if depth--; depth == 0 {
				return i, commas
			}
		case ',':
			if depth == 1 {
				commas = append(commas, i)
			}
		case '"', '\'':
			quote := text[i : i+1]
			if three := strings.Repeat(quote, 3); strings.HasPrefix(text[i:], three) {
				quote = three
			}
			raw := i > 0 && (text[i-1]|0x20 == 'r') || i > 1 && text[i-2]|0x20 == 'r' && text[i-1]|0x20 == 'b'
			i += len(quote)
			for i < len(text) && !strings.HasPrefix(text[i:], quote) {
				if text[i] == '\\' && !raw {
					i++
				}
				i++
			}
			i += len(quote) - 1
		}
	}
	return -1, nil
}
