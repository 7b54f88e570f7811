package check

import (
	"strings"

	"github.com/weirstream/weir/spec/syntax"
	"github.com/weirstream/weir/spec/types"
)

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
	f := functionNamed(name)
	if f == 0 {
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
	sig := signatures[f]
	args := arguments(text, paren+1, end, commas)
	switch {
	case f == Fold && len(args) != 3 && len(args) != 5:
		c.report(foldArguments(d.Expr.At(start, end+1)))
		return nil
	case f == Fold:
		return c.fold(d, args, scope, at)
	case f == Count && len(args) > 0:
		c.report(countArgument(d.Expr.At(args[0].lo, args[len(args)-1].hi)))
		return nil
	case len(args) < len(sig.takes):
		c.report(fewArguments(d.Expr.At(start, end+1), sig))
		return nil
	case len(args) > len(sig.takes):
		c.report(manyArguments(d.Expr.At(args[len(sig.takes)-1].hi, args[len(args)-1].hi), sig))
		return nil
	}
	a := &Aggregate{Name: d.Name.Value, Span: d.Name.Span, Func: f}
	var of []*types.Type
	fits := true
	for i, arg := range args {
		text := d.Expr.Sub(arg.lo, arg.hi)
		e := c.expr(text, scope, at)
		switch {
		case e == nil:
			fits = false
		case !sig.takes[i].fits(e.Type):
			c.report(badAggregateType(text, sig, sig.takes[i], e.Type))
			fits = false
		case sig.takes[i].constant != nil:
			k, ok := c.constant(text, e, sig, sig.takes[i])
			fits = fits && ok
			a.Constants = append(a.Constants, k)
			continue
		default:
			of = append(of, e.Type)
		}
		a.Args = append(a.Args, e)
	}
	if !fits {
		return nil
	}
	if f == Histogram && !types.Equal(a.Constants[0].Type.Elem, of[0]) {
		c.report(boundsMisfit(d.Expr.Sub(args[1].lo, args[1].hi), a.Constants[0].Type, of[0]))
		return nil
	}
	a.Type = sig.gives(of)
	return a
}

// part is a part of a text.
type part struct{ lo, hi int }

// arguments are the parts between parentheses, or none, without the space around them.
func arguments(text string, lo, hi int, commas []int) []part {
	var args []part
	for _, end := range append(commas, hi) {
		p := part{lo, end}
		for p.lo < p.hi && strings.IndexByte(" \t\n", text[p.lo]) >= 0 {
			p.lo++
		}
		for p.lo < p.hi && strings.IndexByte(" \t\n", text[p.hi-1]) >= 0 {
			p.hi--
		}
		args = append(args, p)
		lo = end + 1
	}
	if len(args) == 1 && args[0].lo == args[0].hi {
		return nil
	}
	return args
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
