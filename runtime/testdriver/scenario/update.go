package scenario

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// outcome is what came out of one topic in one case, paired with what was expected.
type outcome struct {
	name  string
	want  *Expectation // nil: the case does not name the topic
	pairs []pair
}

// outcomes is what came out in one case.
type outcomes struct {
	topics []outcome
	counts map[string]int64
}

func (o *outcome) fine() bool {
	return !slices.ContainsFunc(o.pairs, func(p pair) bool { return !p.fine() })
}

// edit replaces the lines [from, to) of a file, counted from 0.
type edit struct {
	from, to int
	lines    []string
}

// otherBreaks are line ends to YAML besides \n and \r\n. With them line numbers would not be what they seem.
var otherBreaks = regexp.MustCompile("\r([^\n]|$)|[\u0085\u2028\u2029]")

// updated returns the file's text with what came out in place of what was expected. Only the lines of records that are not as
// expected change; comments, and the records that are right, stay as they are written.
func (f *File) updated(outcomes map[*Case]*outcomes) ([]byte, error) {
	lines := strings.Split(strings.TrimSuffix(string(f.text), "\n"), "\n")
	if otherBreaks.Match(f.text) {
		return nil, fmt.Errorf("%s can't be updated: some of its lines end in what only YAML takes for a line end", f.Path)
	}
	u := &updater{lines: lines}
	for _, c := range f.Cases {
		if out := outcomes[c]; out != nil {
			u.counts(c, out.counts)
			u.oneCase(c, out.topics)
		}
	}
	// From the end, so that line numbers in front of an edit stay right; of two at one place the second comes first.
	slices.Reverse(u.edits)
	// What is put in front of lines that are replaced has its place when those have theirs.
	slices.SortStableFunc(u.edits, func(a, b edit) int { return cmp.Or(b.from-a.from, b.to-a.to) })
	end := len(lines)
	for _, e := range u.edits {
		if e.from > e.to || e.to > end {
			return nil, fmt.Errorf("%s can't be updated as it is laid out; write each case and each record on lines of its own", f.Path)
		}
		lines = slices.Replace(lines, e.from, e.to, e.lines...)
		end = e.from
	}
	text := []byte(strings.Join(lines, "\n") + "\n")
	// A file that could not be read again would be worse than one that is out of date.
	if _, err := Parse(f.Path, text); err != nil {
		return nil, fmt.Errorf("%s: the updated file would not be right: %w", f.Path, err)
	}
	return text, nil
}

type updater struct {
	lines []string
	edits []edit
}

// counts corrects numbers in place: they are words of a line, which may hold several.
func (u *updater) counts(c *Case, got map[string]int64) {
	for _, n := range c.Counts {
		if got[n.Name] == n.Want {
			continue
		}
		line := &u.lines[n.At.Line-1]
		number := regexp.MustCompile(`\b` + n.Name + `:\s*\d+`)
		*line = number.ReplaceAllString(*line, fmt.Sprintf("%s: %d", n.Name, got[n.Name]))
	}
}

func (u *updater) oneCase(c *Case, outcomes []outcome) {
	if !slices.ContainsFunc(outcomes, func(o outcome) bool { return !o.fine() }) {
		return
	}
	if c.expect == nil || c.expect.Kind != yaml.MappingNode || c.expect.Style&yaml.FlowStyle != 0 || len(c.expect.Content) == 0 {
		u.wholeExpect(c, outcomes)
		return
	}
	pad := c.expect.Column - 1
	end := u.blockEnd(c.expect.Content[len(c.expect.Content)-2].Line-1, pad)
	for _, o := range outcomes {
		switch {
		case o.fine():
		case o.want == nil:
			u.edits = append(u.edits, edit{end, end, o.block(pad)})
		case o.want.list == nil || o.want.list.Style&yaml.FlowStyle != 0 || len(o.kept()) == 0:
			from := o.want.At.Line - 1
			u.edits = append(u.edits, edit{from, u.blockEnd(from, pad), o.block(pad)})
		default:
			u.records(&o)
		}
	}
}

// wholeExpect writes the expectations of a case anew, below its last member if it has none.
func (u *updater) wholeExpect(c *Case, outcomes []outcome) {
	pad := c.node.Column - 1
	from, to := -1, -1
	for i := 0; i+1 < len(c.node.Content); i += 2 {
		k := c.node.Content[i]
		if k.Value == "expect" {
			from = k.Line - 1
			to = u.blockEnd(from, pad)
		}
	}
	if from < 0 {
		from = u.blockEnd(c.node.Content[len(c.node.Content)-2].Line-1, pad)
		to = from
	}
	lines := []string{strings.Repeat(" ", pad) + "expect:"}
	for _, o := range outcomes {
		lines = append(lines, o.block(pad+2)...)
	}
	if len(lines) == 1 {
		lines[0] += " {}"
	}
	u.edits = append(u.edits, edit{from, to, lines})
}

// kept are the records that stand in the updated list, in order: the expected ones in their places, changed or not, then those
// that nobody expected.
func (o *outcome) kept() (out []*Record) {
	for _, p := range o.pairs {
		if p.got != nil {
			out = append(out, p.got)
		}
	}
	return out
}

// block is the topic's whole entry under expect.
func (o *outcome) block(pad int) []string {
	space := strings.Repeat(" ", pad)
	lines := []string{space + scalarText(o.name) + ":"}
	if o.want != nil && o.want.Match != Ordered {
		for name, m := range matches {
			if m == o.want.Match {
				pad += 2
				lines = append(lines, strings.Repeat(" ", pad)+name+":")
			}
		}
	}
	kept := o.kept()
	if len(kept) == 0 {
		lines[len(lines)-1] += " []"
	}
	for _, r := range kept {
		lines = append(lines, r.lines(pad+2)...)
	}
	return lines
}

// records edits the items of a block sequence that are not as expected.
func (u *updater) records(o *outcome) {
	pad := o.want.list.Column - 1
	items := o.want.list.Content
	end := u.blockEnd(items[len(items)-1].Line-1, pad)
	for i, p := range o.pairs {
		switch {
		case p.fine():
		case p.want == nil:
			at := u.place(o.pairs, i, pad, end)
			u.edits = append(u.edits, edit{at, at, p.got.lines(pad)})
		default:
			from := p.want.At.Line - 1
			e := edit{from: from, to: u.blockEnd(from, pad)}
			if p.got != nil {
				e.lines = p.got.lines(pad)
			}
			u.edits = append(u.edits, e)
		}
	}
}

// place is the line in front of which a record is written that was not expected: behind the one of its key that came before it, or else
// in front of the one behind it. End is the line behind all.
func (u *updater) place(pairs []pair, i, pad, end int) int {
	key := keyID(pairs[i].got.Key)
	for j := i - 1; j >= 0 && pairs[j].of(key); j-- {
		if w := pairs[j].want; w != nil {
			return u.blockEnd(w.At.Line-1, pad)
		}
	}
	for j := i + 1; j < len(pairs) && pairs[j].of(key); j++ {
		if w := pairs[j].want; w != nil {
			return w.At.Line - 1
		}
	}
	return end
}

// blockEnd returns the line behind what begins in line from and is indented deeper than pad spaces. Comments and blank lines
// at its end don't belong to it.
func (u *updater) blockEnd(from, pad int) int {
	end := from + 1
	for i := from + 1; i < len(u.lines); i++ {
		text := strings.TrimLeft(u.lines[i], " ")
		if text == "" || text[0] == '#' {
			continue
		}
		if len(u.lines[i])-len(text) <= pad {
			// A sequence may stand at its key's own indentation.
			if !(strings.HasPrefix(text, "- ") && len(u.lines[i])-len(text) == pad && !strings.HasPrefix(strings.TrimLeft(u.lines[from], " "), "- ")) {
				break
			}
		}
		end = i + 1
	}
	return end
}
