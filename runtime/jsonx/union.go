package jsonx

import (
	"math/bits"
	"strings"
)

// Tag finds the field of the object at cursor i that names the member of a union, whose fields stand beside it. It gives the name
// and the cursor on it, or a fault with its path. If the field stands there twice, the first one counts.
func (s *Scratch) Tag(b []byte, i int, name string) (tag []byte, at int) {
	key, i := FirstKey(b, i, s)
	for ; key != nil; key, i = NextKey(b, i, s) {
		if string(key) == name {
			tag, next := Text(b, i, s)
			if next < 0 {
				return nil, s.In(next, name)
			}
			return tag, i
		}
		if i = Skip(b, i); i < 0 {
			return nil, s.In(i, string(key))
		}
	}
	if i < 0 {
		return nil, i
	}
	return nil, s.In(s.Bad(i-1, "required, but missing"), name)
}

// NotOne is the fault of the object at cursor i that has none or several of the members names[n] of a union, those with bit n in
// seen.
func (s *Scratch) NotOne(i int, seen uint64, names ...string) int {
	if seen == 0 {
		const most = 8
		if len(names) > most {
			names = append(names[:most:most], "...")
		}
		return s.Bad(i, "expected one of the members "+strings.Join(names, ", "))
	}
	first := bits.TrailingZeros64(seen)
	second := bits.TrailingZeros64(seen &^ (1 << first))
	return s.Bad(i, "expected one member, found "+names[first]+" and "+names[second])
}

// Beside makes one object of two: of the one that begins in b, without its closing brace and with a member, and of the one that
// b[n:] is.
func Beside(b []byte, n int) []byte {
	if b[n+1] == '}' {
		return append(b[:n], '}')
	}
	b[n] = ','
	return b
}
