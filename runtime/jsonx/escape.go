package jsonx

import (
	"unicode/utf16"
	"unicode/utf8"
)

// unescape reads the string whose opening quote is at i and whose plain start ends at end, into the scratch. With lax, what
// Go strings can't hold becomes U+FFFD or stays as it is; otherwise it is a fault.
func (s *Scratch) unescape(b []byte, i, end int, lax bool) (text []byte, next int) {
	start := len(s.buf)
	p := i + 1
	for {
		s.buf = append(s.buf, b[p:end]...)
		p = end
		if p >= len(b) || b[p] < ' ' {
			return nil, fault(badString, p)
		}
		if b[p] == '"' {
			break
		}
		r, n := escape(b, p)
		if n == 0 {
			return nil, fault(badString, p)
		}
		if utf16.IsSurrogate(r) {
			low, m := rune(0), 0
			if p+n < len(b) && b[p+n] == '\\' {
				low, m = escape(b, p+n)
			}
			if pair := utf16.DecodeRune(r, low); pair != utf8.RuneError {
				r, n = pair, n+m
			} else if !lax {
				return nil, fault(badUTF8, p)
			} else {
				r = utf8.RuneError
			}
		}
		s.buf = utf8.AppendRune(s.buf, r)
		p += n
		end = stringEnd(b, p)
	}
	text = s.buf[start:len(s.buf):len(s.buf)]
	if !lax && !utf8.Valid(text) {
		return nil, fault(badUTF8, i)
	}
	return text, p + 1
}

// escape reads one escape sequence, whose backslash is b[i], and its length, 0 when it is malformed.
func escape(b []byte, i int) (r rune, n int) {
	if i+1 >= len(b) {
		return 0, 0
	}
	switch c := b[i+1]; c {
	case '"', '\\', '/':
		return rune(c), 2
	case 'b':
		return '\b', 2
	case 'f':
		return '\f', 2
	case 'n':
		return '\n', 2
	case 'r':
		return '\r', 2
	case 't':
		return '\t', 2
	case 'u':
		if i+6 > len(b) {
			return 0, 0
		}
		for _, c := range b[i+2 : i+6] {
			switch {
			case c-'0' <= 9:
				r = r<<4 | rune(c-'0')
			case c|0x20 >= 'a' && c|0x20 <= 'f':
				r = r<<4 | rune(c|0x20-'a'+10)
			default:
				return 0, 0
			}
		}
		return r, 6
	}
	return 0, 0
}
