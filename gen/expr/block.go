package expr

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/weirstream/weir/spec/types"
)

// block is a run of Go statements that is being written.
type block struct {
	lines []string
	// fail gives the statements that leave this block with an error.
	fail  func(from *block, errExpr string) string
	fails bool // an error can leave it
	loops int  // how many loops of this function it stands in

	parent   *block           // that it is inside of
	computed map[string]value // what its statements so far have computed of what is said repeatedly, by [compiler.meaning]
}

func (b *block) add(lines ...string) { b.lines = append(b.lines, lines...) }

// child is a block inside b, to be put in with [block.nest].
func (b *block) child() *block { return &block{fail: b.fail, loops: b.loops, parent: b} }

// nest puts a child's statements into b, between a line that opens and one that closes.
func (b *block) nest(open string, child *block, close string) {
	b.add(open)
	for _, l := range child.lines {
		b.add("\t" + l)
	}
	b.add(close)
	b.fails = b.fails || child.fails
}

// try computes a call that returns a value and an error.
func (c *compiler) try(b *block, t *types.Type, callExpr string) value {
	name := c.temp()
	b.add(name+", err := "+callExpr, "if err != nil {")
	b.leave("err", 1)
	b.add("}")
	return value{code: name, prec: primaryPrec, typ: t, cheap: true}
}

// leave adds the statements that leave b with an error.
func (b *block) leave(errExpr string, indent int) {
	b.fails = true
	for _, l := range strings.Split(b.fail(b, errExpr), "\n") {
		b.add(strings.Repeat("\t", indent) + l)
	}
}

// keep makes v cheap by putting it into a variable if needed.
func (c *compiler) keep(b *block, v value) value {
	if v.cheap {
		return v
	}
	name := c.temp()
	code := v.typed()
	if v.product { // Go may fuse it with a sum of another statement, too
		code = "float64(" + code + ")"
	}
	b.add(name + " := " + code)
	k := value{code: name, prec: primaryPrec, typ: v.typ, cheap: true}
	if v.ranged {
		k = k.within(v.lo, v.hi)
	}
	return k
}

// discard says that nothing reads v, which was computed only because that can fail.
func (c *compiler) discard(b *block, v value) {
	if tempName.FindString(v.code) == v.code {
		b.add("_ = " + v.code)
	}
}

// jumpsTo tells whether the statements continue a labelled loop.
func (b *block) jumpsTo(label string) bool {
	for _, l := range b.lines {
		if strings.TrimLeft(l, "\t") == "continue "+label {
			return true
		}
	}
	return false
}

// mentions tells whether the statements name a Go variable.
func (b *block) mentions(name string) bool {
	word := regexp.MustCompile(`(^|[^\w.])` + name + `\b`)
	for _, l := range b.lines {
		if word.MatchString(stripStrings(l)) {
			return true
		}
	}
	return false
}

var (
	tempName  = regexp.MustCompile(`\bv[0-9]+\b`)
	heldDef   = regexp.MustCompile(`^(\t*)(v[0-9]+)(, v[0-9]+Err := func\(\) .*)$`)
	tempDef   = regexp.MustCompile(`^(\t*)(v[0-9]+)(, err)? := (.*)$`)
	tempDecl  = regexp.MustCompile(`^(\t*)(?:var (v[0-9]+) |(v[0-9]+)(?:, \w+)* := )`)
	tempWrite = regexp.MustCompile(`^\t*(v[0-9]+)(?:\+\+$|(?:, \w+)* = )`)
	ifErrLine = "if err != nil {"
)

// finish joins the statements, without the variables that nothing reads: an operand may have to be computed only because it can
// fail.
func (c *compiler) finish(b *block, value string) string {
	lines := b.lines
	for {
		uses := map[string]int{}
		for _, l := range append(lines, value) {
			if strings.HasPrefix(strings.TrimLeft(l, "\t"), "_ = ") {
				continue
			}
			for _, n := range tempName.FindAllString(stripStrings(l), -1) {
				uses[n]++
			}
		}
		changed := false
		var kept []string
		gone := map[string]bool{}
		for i := 0; i < len(lines); i++ {
			if m := heldDef.FindStringSubmatch(lines[i]); m != nil && uses[m[2]] == 1 {
				lines[i], changed = m[1]+"_"+m[3], true
			}
			m := tempDef.FindStringSubmatch(lines[i])
			if m != nil && m[3] == "" && uses[m[2]] == 2 && i+1 < len(lines) {
				if to, ok := strings.CutSuffix(lines[i+1], " = "+m[2]); ok { // the only reader is the next line, which only moves it
					lines[i+1], changed = to+" = "+m[4], true
					continue
				}
			}
			if m == nil || uses[m[2]] > 1 || m[3] != "" && strings.TrimLeft(lines[i+1], "\t") != ifErrLine {
				kept = append(kept, lines[i])
				continue
			}
			changed = true
			gone["_ = "+m[2]] = true
			if m[3] != "" {
				kept = append(kept, m[1]+"if _, err := "+m[4]+"; err != nil {")
				i++
				continue
			}
			if c.calls[m[4]] {
				kept = append(kept, m[1]+m[4])
				continue
			}
			// A value that cannot fail and that nothing reads: its statement may run on over several lines (a function literal).
			for depth := brackets(lines[i]); depth > 0; {
				i++
				depth += brackets(lines[i])
			}
		}
		lines = slices.DeleteFunc(kept, func(l string) bool { return gone[strings.TrimLeft(l, "\t")] })
		if !changed {
			return strings.Join(readAll(lines, value), "\n")
		}
	}
}

// readAll reads the variables that are only written, in branches for instance whose value nobody wants in the end: Go insists.
func readAll(lines []string, value string) []string {
	reads := map[string]int{}
	for _, l := range append(slices.Clip(lines), value) {
		for _, n := range tempName.FindAllString(stripStrings(l), -1) {
			reads[n]++
		}
		if m := tempDecl.FindStringSubmatch(l); m != nil {
			reads[m[2]+m[3]]--
		} else if m := tempWrite.FindStringSubmatch(l); m != nil {
			reads[m[1]]--
		}
	}
	var all []string
	for i := 0; i < len(lines); i++ {
		all = append(all, lines[i])
		m := tempDecl.FindStringSubmatch(lines[i])
		if m == nil || reads[m[2]+m[3]] > 0 {
			continue
		}
		for depth := brackets(lines[i]); depth > 0; {
			i++
			all = append(all, lines[i])
			depth += brackets(lines[i])
		}
		all = append(all, m[1]+"_ = "+m[2]+m[3])
	}
	return all
}

// brackets is how many more brackets a line opens than it closes.
func brackets(line string) int {
	n := 0
	for _, r := range stripStrings(line) {
		switch r {
		case '(', '[', '{':
			n++
		case ')', ']', '}':
			n--
		}
	}
	return n
}

// stripStrings empties the string literals of a line of Go.
func stripStrings(line string) string {
	var out strings.Builder
	for {
		i := strings.IndexAny(line, "\"`'")
		if i < 0 {
			return out.String() + line
		}
		out.WriteString(line[:i] + `""`)
		q, err := strconv.QuotedPrefix(line[i:])
		if err != nil {
			return out.String()
		}
		line = line[i+len(q):]
	}
}
