package celenv

import (
	"fmt"
	"strconv"
	"strings"

	celast "cel.dev/cel-go/common/ast"
	celtypes "cel.dev/cel-go/common/types"

	"github.com/weirstream/weir/spec/types"
)

// Clause is a piece of a format: text, and then the argument at Arg written as Verb says. The last piece has no verb.
type Clause struct {
	Text string
	// Verb is one of s d f e b o x X, 0 for none.
	Verb byte
	// Precision is the number of digits behind the point, for f and e.
	Precision int
	Arg       int
}

// The default and the greatest precision of CEL's format.
const (
	defaultPrecision = 6
	maxPrecision     = 100
)

// ParseFormat reads a format as CEL does: %% is a percent sign, everything else after a % takes the next argument.
func ParseFormat(format string) ([]Clause, error) {
	var clauses []Clause
	var text strings.Builder
	args := 0
	for i := 0; i < len(format); i++ {
		if format[i] != '%' {
			text.WriteByte(format[i])
			continue
		}
		i++
		if i < len(format) && format[i] == '%' {
			text.WriteByte('%')
			continue
		}
		c := Clause{Text: text.String(), Precision: defaultPrecision, Arg: args}
		if i < len(format) && format[i] == '.' {
			digits := i + 1
			for i++; i < len(format) && format[i] >= '0' && format[i] <= '9'; i++ {
			}
			p, err := strconv.Atoi(format[digits:i])
			if err != nil || p > maxPrecision {
				return nil, fmt.Errorf("a precision is a number up to %d", maxPrecision)
			}
			c.Precision = p
		}
		if i >= len(format) {
			return nil, fmt.Errorf("the format ends after a %%; a percent sign is written %%%%")
		}
		if c.Verb = format[i]; !strings.ContainsRune("sdfebxXo", rune(c.Verb)) {
			return nil, fmt.Errorf("there is no %%%c: a format has %%s, %%d, %%f, %%e, %%b, %%x, %%X and %%o", c.Verb)
		}
		args++
		text.Reset()
		clauses = append(clauses, c)
	}
	return append(clauses, Clause{Text: text.String()}), nil
}

// format checks a call of format: a constant format, and arguments of types that their verbs can write.
func (w *refuser) format(e celast.Expr, args []celast.Expr) {
	if args[0].Kind() != celast.LiteralKind {
		w.add(w.issue(args[0].ID(), Unsupported, "the format must be a constant"))
		return
	}
	s, _ := args[0].AsLiteral().(celtypes.String)
	clauses, err := ParseFormat(string(s))
	if err != nil {
		w.add(w.issue(args[0].ID(), Literal, "%v", err))
		return
	}
	literal := args[1].Kind() == celast.ListKind && len(args[1].AsList().OptionalIndices()) == 0
	for _, c := range clauses {
		if c.Verb == 0 {
			continue
		}
		at, ct := args[1], w.ast.GetType(args[1].ID())
		if literal {
			if c.Arg >= args[1].AsList().Size() {
				w.add(w.issue(args[1].ID(), Literal, "the format takes more than %d arguments", args[1].AsList().Size()))
				return
			}
			at = args[1].AsList().Elements()[c.Arg]
			ct = w.ast.GetType(at.ID())
		} else {
			ct = ct.Parameters()[0]
		}
		if t, ok := w.env.TypeOf(ct); ok && !verbTakes(c.Verb, t) {
			w.add(w.issue(at.ID(), Type, "%%%c does not write a %s", c.Verb, t))
		}
	}
}

// verbTakes tells whether a verb can write values of a type.
func verbTakes(verb byte, t *types.Type) bool {
	switch verb {
	case 's':
		switch t.Kind {
		case types.List:
			return verbTakes(verb, t.Elem)
		case types.Map:
			return verbTakes(verb, t.Elem)
		}
		return t.Kind >= types.Bool && t.Kind <= types.Duration
	case 'd', 'f', 'e':
		return t.Kind == types.Int || t.Kind == types.Uint || t.Kind == types.Double
	case 'b':
		return t.Kind == types.Bool || t.Kind == types.Int || t.Kind == types.Uint
	case 'o':
		return t.Kind == types.Int || t.Kind == types.Uint
	}
	return t.Kind == types.Int || t.Kind == types.Uint || t.Kind == types.String || t.Kind == types.Bytes
}
