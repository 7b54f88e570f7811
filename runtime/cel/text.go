package cel

import (
	"fmt"
	"regexp"
	"strings"
	"unicode/utf8"
)

// Strings are counted in code points. The fast paths are for ASCII, where a code point is a byte.

// Size is the number of code points.
func Size(s string) int64 { return int64(utf8.RuneCountInString(s)) }

// ascii tells whether every code point of s is one byte.
func ascii(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// offset is the byte at which code point i of s begins, i may be the size of s; ok is false if i lies outside.
func offset(s string, i int64) (at int, ok bool) {
	if i < 0 || i > int64(len(s)) {
		return 0, false
	}
	if ascii(s) {
		return int(i), true
	}
	for at = range s {
		if i == 0 {
			return at, true
		}
		i--
	}
	return len(s), i == 0
}

// CharAt is the code point at i, or "" just behind the last one.
func CharAt(s string, i int64) (string, error) {
	at, ok := offset(s, i)
	if !ok {
		return "", RangeError(i)
	}
	_, n := utf8.DecodeRuneInString(s[at:])
	return s[at : at+n], nil
}

// Substring is s from code point start on.
func Substring(s string, start int64) (string, error) {
	at, ok := offset(s, start)
	if !ok {
		return "", RangeError(start)
	}
	return s[at:], nil
}

// SubstringRange is s from code point start up to end.
func SubstringRange(s string, start, end int64) (string, error) {
	if start > end {
		return "", fmt.Errorf("invalid substring range. start: %d, end: %d", start, end)
	}
	from, ok := offset(s, start)
	if !ok {
		return "", RangeError(start)
	}
	to, ok := offset(s, end)
	if !ok {
		return "", RangeError(end)
	}
	return s[from:to], nil
}

// IndexOf is the position of the first sub in s, -1 if there is none.
func IndexOf(s, sub string) int64 {
	i := strings.Index(s, sub)
	if i < 0 {
		return -1
	}
	return Size(s[:i])
}

// IndexOfFrom is the position of the first sub in s that begins at from or later, -1 if there is none. An empty sub is found
// at from, but not behind the end of s.
func IndexOfFrom(s, sub string, from int64) (int64, error) {
	if from < 0 {
		return -1, RangeError(from)
	}
	at, ok := offset(s, from)
	if sub == "" {
		return min(from, Size(s)), nil
	}
	if !ok {
		return -1, nil
	}
	i := strings.Index(s[at:], sub)
	if i < 0 {
		return -1, nil
	}
	return from + Size(s[at:at+i]), nil
}

// LastIndexOf is the position of the last sub in s, -1 if there is none. An empty sub is found at the end.
func LastIndexOf(s, sub string) int64 {
	i := strings.LastIndex(s, sub)
	if i < 0 {
		return -1
	}
	return Size(s[:i])
}

// LastIndexOfFrom is the position of the last sub in s that begins at from or earlier, -1 if there is none, and also if from
// lies behind the last code point of s. An empty sub is found at from, but not behind the end of s.
func LastIndexOfFrom(s, sub string, from int64) (int64, error) {
	if from < 0 {
		return -1, RangeError(from)
	}
	if sub == "" {
		return min(from, Size(s)), nil
	}
	at, ok := offset(s, from)
	if !ok || at >= len(s) {
		return -1, nil
	}
	i := strings.LastIndex(s[:min(len(s), at+len(sub))], sub)
	if i < 0 {
		return -1, nil
	}
	return Size(s[:i]), nil
}

// LowerASCII changes A to Z only.
func LowerASCII(s string) string { return mapASCII(s, 'A', 'Z', 'a'-'A') }

// UpperASCII changes a to z only.
func UpperASCII(s string) string { return mapASCII(s, 'a', 'z', 'A'-'a') }

func mapASCII(s string, from, to byte, by int) string {
	for i := range len(s) {
		if s[i] >= from && s[i] <= to {
			b := []byte(s)
			for j := i; j < len(b); j++ {
				if b[j] >= from && b[j] <= to {
					b[j] = byte(int(b[j]) + by)
				}
			}
			return string(b)
		}
	}
	return s
}

// Reverse turns the order of the code points around.
func Reverse(s string) string {
	r := []rune(s)
	for i, j := 0, len(r)-1; i < j; i, j = i+1, j-1 {
		r[i], r[j] = r[j], r[i]
	}
	return string(r)
}

var quoter = strings.NewReplacer("\a", `\a`, "\b", `\b`, "\f", `\f`, "\n", `\n`, "\r", `\r`, "\t", `\t`, "\v", `\v`, `\`, `\\`, `"`, `\"`)

// Quote puts s into double quotes, with CEL's escapes.
func Quote(s string) string {
	return `"` + quoter.Replace(strings.ToValidUTF8(s, string(utf8.RuneError))) + `"`
}

// Replace replaces the first n, or with a negative n all.
func Replace(s, old, with string, n int64) string { return strings.Replace(s, old, with, int(n)) }

// Split splits into at most n parts, or with a negative n into all.
func Split(s, sep string, n int64) []string { return strings.SplitN(s, sep, int(n)) }

// Matches is for patterns that are not known when the spec is compiled; it compiles the pattern each time.
func Matches(s, pattern string) (bool, error) {
	re, err := regexp.Compile(pattern)
	if err != nil {
		return false, err
	}
	return re.MatchString(s), nil
}
