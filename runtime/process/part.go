package process

import (
	"encoding/binary"
	"errors"
	"slices"
	"strings"
)

// part is what memory knows of one group's map or list. With what the DB has it makes the whole, in order of the keys.
type part struct {
	entries []*entry
	sorted  int // as many of them are in order, the others came since

	next uint64 // of a list: the number for the next element,
	last bool   // if it is known
}

// appendHead appends what the keys of a state's entries begin with.
func appendHead(b []byte, kind byte, name string) []byte {
	return append(binary.AppendUvarint(append(b, kind), uint64(len(name))), name...)
}

// appendPart appends what the keys of a group's map or list begin with: head, and the group with its length.
func (s *Store) appendPart(b, head []byte) []byte {
	return append(binary.AppendUvarint(append(b, head...), uint64(len(s.call.group))), s.call.group...)
}

// partLen is the length of what the key of an element begins with, 0 in a key of another kind.
func partLen(key string) int {
	if key[0] != mapKind && key[0] != listKind {
		return 0
	}
	i := 1
	for range 2 { // the name, the group
		n, size := uvarint(key[i:])
		if size <= 0 || uint64(len(key)-i-size) < n {
			return 0
		}
		i += size + int(n)
	}
	return i
}

// uvarint is [binary.Uvarint] of a string.
func uvarint(s string) (uint64, int) {
	return binary.Uvarint([]byte(s[:min(len(s), binary.MaxVarintLen64)]))
}

// join puts an entry that came into memory into its part, if it is of one.
func (s *Store) join(e *entry) {
	n := partLen(e.key)
	if n == 0 {
		return
	}
	p := s.parts[e.key[:n]]
	if p == nil {
		p = &part{}
		s.parts[e.key[:n]] = p
	}
	p.entries = append(p.entries, e)
}

// forget takes entries that are not in memory any more out of their parts.
func (s *Store) forget() {
	for prefix, p := range s.parts {
		p.entries = slices.DeleteFunc(p.entries, func(e *entry) bool { return s.entries[e.key] != e })
		p.sorted = 0
		if len(p.entries) == 0 {
			delete(s.parts, prefix)
		}
	}
}

// order puts the entries in order of their keys.
func (p *part) order() {
	all, n := p.entries, p.sorted
	if n == len(all) {
		return
	}
	tail := slices.Clone(all[n:])
	slices.SortFunc(tail, byKey)
	for i, e := range slices.Backward(tail) { // of many, those that came since are few: what is behind each moves at once
		at, _ := slices.BinarySearchFunc(all[:n], e, byKey)
		copy(all[at+i+1:], all[at:n])
		all[at+i], n = e, at
	}
	p.sorted = len(all)
}

func byKey(a, b *entry) int { return strings.Compare(a.key, b.key) }

// after is the first entry behind a key, which may be one that says that there is none; nil at the end.
func (p *part) after(key string) *entry {
	p.order()
	i, found := slices.BinarySearchFunc(p.entries, key, func(e *entry, key string) int { return strings.Compare(e.key, key) })
	if found {
		i++
	}
	if i == len(p.entries) {
		return nil
	}
	return p.entries[i]
}

// behind is the first key behind all that begin with prefix, which is not all 0xff since a kind is not.
func behind(prefix []byte) []byte {
	b := slices.Clone(prefix)
	for b[len(b)-1] == 0xff {
		b = b[:len(b)-1]
	}
	b[len(b)-1]++
	return b
}

// walk calls f with the keys that begin with prefix, in their order, and their values, until f returns false. It owns what it is
// given. F may change entries: what it does to those that are still to come is seen.
func (s *Store) walk(prefix string, f func(key string, value []byte) bool) error {
	return s.walkFrom(prefix, prefix, f)
}

// walkFrom is walk for the keys behind one of them.
func (s *Store) walkFrom(prefix, from string, f func(key string, value []byte) bool) error {
	if s.err != nil {
		return s.err
	}
	lo := append(append([]byte{}, s.prefix...), from...)
	hi := behind(lo[:len(s.prefix)+len(prefix)])
	if from != prefix {
		lo = append(lo, 0)
	}
	it, err := s.c.DB.Iter(lo, hi)
	if err != nil {
		return s.fatal(err)
	}
	err = nil
	key, more := from, it.Next() // the key that was visited last; whether the DB stands at one that was not
	for {
		var e *entry
		if p := s.parts[prefix]; p != nil {
			e = p.after(key)
		}
		var value []byte
		switch {
		case more && (e == nil || string(it.Key()[len(s.prefix):]) < e.key):
			key = string(it.Key()[len(s.prefix):])
			if value, err = it.Value(); err == nil {
				value = slices.Clone(value)
				err = checkVersion(value)
			}
			more = err == nil && it.Next()
		case e != nil:
			if key, value = e.key, e.value; more && string(it.Key()[len(s.prefix):]) == key {
				more = it.Next()
			}
		default:
			if err := it.Close(); err != nil {
				return s.fatal(err)
			}
			return s.err
		}
		if err != nil || value != nil && !f(key, value) {
			break
		}
	}
	if err = errors.Join(err, it.Close()); err != nil {
		return s.fatal(err)
	}
	return s.err
}
