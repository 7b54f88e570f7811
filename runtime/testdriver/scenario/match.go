package scenario

import (
	"fmt"
	"slices"
	"strings"
)

// pair is an expected record and the one that came for it; one of them is nil if the other stands alone.
type pair struct {
	want  *Expected
	got   *Record
	diffs []difference // between the two
}

func (p *pair) fine() bool { return p.want != nil && p.got != nil && len(p.diffs) == 0 }

// of tells whether the record is one of a key, whose text is right: match has read all of them.
func (p *pair) of(key string) bool {
	if p.got != nil {
		return keyID(p.got.Key) == key
	}
	k, err := encodeKey(p.want.Key)
	return err == nil && keyID(k) == key
}

// match pairs what was expected of a topic with what came, key by key: first the keys in the order in which they are expected,
// then the others in the order in which they came.
func match(t *Topic, how Match, want []*Expected, got []Record) ([]pair, error) {
	type group struct {
		want []*Expected
		got  []*Record
	}
	groups := map[string]*group{}
	var keys []string
	of := func(key []byte) *group {
		id := keyID(key)
		if groups[id] == nil {
			groups[id] = &group{}
			keys = append(keys, id)
		}
		return groups[id]
	}
	for _, w := range want {
		key, err := encodeKey(w.Key)
		if err != nil {
			return nil, &Error{w.At, err.Error()}
		}
		g := of(key)
		g.want = append(g.want, w)
	}
	for i := range got {
		g := of(got[i].Key)
		if how == Latest {
			g.got = g.got[:0]
		}
		g.got = append(g.got, &got[i])
	}
	var out []pair
	for _, k := range keys {
		g := groups[k]
		if how == Unordered {
			out = append(out, pairAnywhere(t, g.want, g.got)...)
		} else {
			out = append(out, align(t, g.want, g.got)...)
		}
	}
	return out, nil
}

// keyID tells keys apart; two JSON objects of equal content are the same key however they are written.
func keyID(key []byte) string {
	if key == nil {
		return "null"
	}
	if len(key) > 0 && key[0] == '{' {
		if v, ok := decodeJSON(key); ok {
			return "=" + jsonText(v)
		}
	}
	return "=" + string(key)
}

// pairAnywhere pairs equal records wherever they stand, and what is left over in order.
func pairAnywhere(t *Topic, want []*Expected, got []*Record) []pair {
	var out []pair
	var missing []*Expected
	rest := slices.Clone(got)
	for _, w := range want {
		i := slices.IndexFunc(rest, func(r *Record) bool { return len(w.compare(t, r)) == 0 })
		if i < 0 {
			missing = append(missing, w)
			continue
		}
		out = append(out, pair{want: w, got: rest[i]})
		rest = slices.Delete(rest, i, i+1)
	}
	return append(out, side(t, missing, rest)...)
}

// align pairs two sequences so that as many records as possible are equal (a longest common subsequence); what stands between
// two equal ones is paired in order.
func align(t *Topic, want []*Expected, got []*Record) []pair {
	n, m := len(want), len(got)
	same := make([][]bool, n)
	for i := range same {
		same[i] = make([]bool, m)
		for j := range same[i] {
			same[i][j] = len(want[i].compare(t, got[j])) == 0
		}
	}
	best := make([][]int, n+1) // best[i][j]: equal pairs in want[i:], got[j:]
	for i := range best {
		best[i] = make([]int, m+1)
	}
	for i := n - 1; i >= 0; i-- {
		for j := m - 1; j >= 0; j-- {
			best[i][j] = max(best[i+1][j], best[i][j+1])
			if same[i][j] {
				best[i][j] = max(best[i][j], best[i+1][j+1]+1)
			}
		}
	}
	var out []pair
	i, j, fromI, fromJ := 0, 0, 0, 0
	for i < n && j < m {
		switch {
		case same[i][j] && best[i][j] == best[i+1][j+1]+1:
			out = append(out, side(t, want[fromI:i], got[fromJ:j])...)
			out = append(out, pair{want: want[i], got: got[j]})
			i, j = i+1, j+1
			fromI, fromJ = i, j
		case best[i][j] == best[i+1][j]:
			i++
		default:
			j++
		}
	}
	return append(out, side(t, want[fromI:], got[fromJ:])...)
}

// side pairs two sequences in order, as far as both go.
func side(t *Topic, want []*Expected, got []*Record) []pair {
	var out []pair
	for i := range max(len(want), len(got)) {
		var p pair
		if i < len(want) {
			p.want = want[i]
		}
		if i < len(got) {
			p.got = got[i]
		}
		if p.want != nil && p.got != nil {
			p.diffs = p.want.compare(t, p.got)
		}
		out = append(out, p)
	}
	return out
}

// Problem is one way in which a case failed. Lines that start with - show what was expected, lines that start with + what came.
type Problem struct {
	At  Pos
	Msg string
}

func (p Problem) String() string { return p.At.String() + ": " + p.Msg }

// problems tells what is wrong with the pairs of a topic. Records that came unexpectedly are reported at the position at.
func problems(topic string, at Pos, pairs []pair) []Problem {
	var out []Problem
	for _, p := range pairs {
		switch {
		case p.fine():
		case p.got == nil:
			key, _ := encodeKey(p.want.Key) // encoded before
			text := "key: " + keyText(key)
			if p.want.Value != nil {
				text += "\nvalue: " + nodeText(p.want.Value)
			}
			out = append(out, Problem{p.want.At, topic + ": expected, but it did not come:\n" + indent("- ", text)})
		case p.want == nil:
			text := "key: " + keyText(p.got.Key) + "\nvalue: " + show(p.got.Value)
			for _, h := range p.got.Headers {
				text += fmt.Sprintf("\nheader %s: %s", h.Key, h.Value)
			}
			out = append(out, Problem{at, topic + ": came, but was not expected:\n" + indent("+ ", text)})
		default:
			for _, d := range p.diffs {
				out = append(out, Problem{d.at, fmt.Sprintf("%s, key %s: %s:\n- %s\n+ %s", topic, keyText(p.got.Key), d.path, d.want, d.got)})
			}
		}
	}
	return out
}

// indent puts mark in front of every line.
func indent(mark, text string) string {
	return mark + strings.ReplaceAll(text, "\n", "\n"+mark)
}

func keyText(key []byte) string {
	if key == nil {
		return "null"
	}
	return scalarText(string(key))
}
