package check

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/weirstream/weir/spec/syntax"
	"github.com/weirstream/weir/spec/types"
)

// typeParser reads a type: a name (of a scalar, a declared type or an alias), decimal(p, s), list(T) or map(K, V), with ? behind it for an optional.
type typeParser struct {
	c    *checker
	text *syntax.Text
	pos  int
}

// maxTypeDepth bounds how deep type constructors may be nested.
const maxTypeDepth = 16

// typeOf reads a type. It is nil, and the reason reported, if there is something wrong with it.
func (c *checker) typeOf(text *syntax.Text) *types.Type {
	if text == nil {
		return nil
	}
	p := &typeParser{c: c, text: text}
	t, ok := p.parse(0)
	if !ok {
		return nil
	}
	if p.space(); p.pos < len(text.Value) {
		p.fail(p.pos, len(text.Value), "this does not belong to a type", "")
		return nil
	}
	return t
}

func (p *typeParser) fail(start, end int, summary, hint string) {
	p.c.report(badType(p.text.At(start, end), summary, hint))
}

func (p *typeParser) space() {
	for p.pos < len(p.text.Value) && strings.IndexByte(" \t\n", p.text.Value[p.pos]) >= 0 {
		p.pos++
	}
}

// accept steps over a character if it comes next.
func (p *typeParser) accept(c byte) bool {
	if p.space(); p.pos < len(p.text.Value) && p.text.Value[p.pos] == c {
		p.pos++
		return true
	}
	return false
}

func (p *typeParser) expect(c byte, after string) bool {
	if p.accept(c) {
		return true
	}
	at := min(p.pos, len(p.text.Value))
	p.fail(at, min(at+1, len(p.text.Value)), "expected "+string(c)+" "+after, "")
	return false
}

func (p *typeParser) parse(depth int) (*types.Type, bool) {
	p.space()
	start := p.pos
	for p.pos < len(p.text.Value) && isWord(p.text.Value[p.pos]) {
		p.pos++
	}
	name := p.text.Value[start:p.pos]
	var t *types.Type
	switch {
	case name == "":
		p.fail(start, min(start+1, len(p.text.Value)), "expected a type", "types are written like string, list(int), map(string, Item) or string?")
		return nil, false
	case depth > maxTypeDepth:
		p.fail(start, p.pos, "this type is nested too deeply", "")
		return nil, false
	case name == "list":
		if !p.expect('(', "after list, as in list(string)") {
			return nil, false
		}
		elem, ok := p.parse(depth + 1)
		if !ok || !p.expect(')', "after the type of the elements") {
			return nil, false
		}
		t = types.ListOf(elem)
	case name == "map":
		if !p.expect('(', "after map, as in map(string, int)") {
			return nil, false
		}
		keyStart := p.pos
		key, ok := p.parse(depth + 1)
		if !ok {
			return nil, false
		}
		keyEnd := p.pos
		if !p.expect(',', "after the type of the keys") {
			return nil, false
		}
		elem, ok := p.parse(depth + 1)
		if !ok || !p.expect(')', "after the type of the values") {
			return nil, false
		}
		switch key.Kind {
		case types.Bool, types.Int, types.Uint, types.String:
		default:
			p.c.report(badMapKey(p.text.At(keyStart, keyEnd), key))
			return nil, false
		}
		t = types.MapOf(key, elem)
	case name == "decimal" && p.accept('('):
		var ok bool
		if t, ok = p.decimal(); !ok {
			return nil, false
		}
	case types.Scalars[name] != nil:
		t = types.Scalars[name]
	case p.c.alias(name) != nil:
		t = p.c.alias(name)
	default:
		p.c.report(p.c.unknownType(p.text.At(start, p.pos), name))
		return nil, false
	}
	if p.accept('?') {
		t = types.OptionalOf(t)
		if at := p.pos; p.accept('?') {
			p.fail(at, p.pos, "an optional can't be optional again", "one ? is enough")
			return nil, false
		}
	}
	return t, true
}

// decimal reads what stands behind "decimal(".
func (p *typeParser) decimal() (*types.Type, bool) {
	precision, ok := p.number(1, types.MaxDigits, "the number of digits, as in decimal(12, 2)")
	if !ok || !p.expect(',', "after the number of digits, as in decimal(12, 2)") {
		return nil, false
	}
	scale, ok := p.number(0, precision, "how many of the digits are behind the point, as in decimal(12, 2)")
	if !ok || !p.expect(')', "after the digits behind the point") {
		return nil, false
	}
	return types.DecimalOf(precision, scale), true
}

// number reads a number in a range.
func (p *typeParser) number(least, most int, what string) (int, bool) {
	p.space()
	start := p.pos
	for p.pos < len(p.text.Value) && isWord(p.text.Value[p.pos]) {
		p.pos++
	}
	n, err := strconv.Atoi(p.text.Value[start:p.pos])
	if err != nil {
		p.fail(start, max(p.pos, min(start+1, len(p.text.Value))), "expected "+what, "")
		return 0, false
	}
	if n < least || n > most {
		p.fail(start, p.pos, fmt.Sprintf("%d is not from %d to %d", n, least, most), "this is "+what)
		return 0, false
	}
	return n, true
}

func isWord(b byte) bool {
	return b == '_' || b >= '0' && b <= '9' || b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z'
}
