package jsonx

import (
	"encoding/base64"
	"strconv"
	"time"
	"unicode/utf8"
	"unsafe"

	"github.com/weirstream/weir/runtime/scalar"
)

// AppendString appends a string as encoding/json writes it without HTML escaping: invalid UTF-8 becomes \ufffd, and the line
// separators U+2028 and U+2029 are escaped for the sake of JavaScript.
func AppendString[T string | []byte](b []byte, v T) []byte {
	b = append(b, '"')
	start := 0
	for i := 0; i < len(v); {
		c := v[i]
		if c >= ' ' && c != '"' && c != '\\' && c < utf8.RuneSelf {
			i++
			continue
		}
		if c >= utf8.RuneSelf {
			r, n := utf8.DecodeRuneInString(string(v[i:min(len(v), i+utf8.UTFMax)]))
			if !(r == utf8.RuneError && n == 1) && r != '\u2028' && r != '\u2029' {
				i += n
				continue
			}
			b = appendEscape(append(b, v[start:i]...), r)
			i += n
		} else {
			b = appendEscape(append(b, v[start:i]...), rune(c))
			i++
		}
		start = i
	}
	b = append(b, v[start:]...)
	return append(b, '"')
}

func appendEscape(b []byte, r rune) []byte {
	switch r {
	case '"', '\\':
		return append(b, '\\', byte(r))
	case '\b':
		return append(b, `\b`...)
	case '\f':
		return append(b, `\f`...)
	case '\n':
		return append(b, `\n`...)
	case '\r':
		return append(b, `\r`...)
	case '\t':
		return append(b, `\t`...)
	}
	const hex = "0123456789abcdef"
	return append(b, '\\', 'u', hex[r>>12&15], hex[r>>8&15], hex[r>>4&15], hex[r&15])
}

// AppendBool appends true or false.
func AppendBool(b []byte, v bool) []byte { return strconv.AppendBool(b, v) }

// AppendInt appends a number.
func AppendInt(b []byte, v int64) []byte { return strconv.AppendInt(b, v, 10) }

// AppendUint appends a number.
func AppendUint(b []byte, v uint64) []byte { return strconv.AppendUint(b, v, 10) }

// AppendDouble appends a number as encoding/json writes it, or one of the strings "NaN", "Infinity" and "-Infinity".
func AppendDouble(b []byte, v float64) []byte {
	if v-v != 0 { // neither NaN nor an infinity is equal to itself less itself
		return append(scalar.AppendDouble(append(b, '"'), v), '"')
	}
	return scalar.AppendDouble(b, v)
}

// AppendBase64 appends bytes in standard base64 with padding.
func AppendBase64(b, v []byte) []byte {
	return append(base64.StdEncoding.AppendEncode(append(b, '"'), v), '"')
}

// AppendTime appends a timestamp of RFC 3339 in UTC.
func AppendTime(b []byte, v time.Time) []byte {
	return append(scalar.AppendTime(append(b, '"'), v), '"')
}

// AppendMillis appends a timestamp in milliseconds since the Unix epoch, rounded down.
func AppendMillis(b []byte, v time.Time) []byte { return scalar.AppendMillis(b, v) }

// AppendSeconds appends a timestamp in seconds since the Unix epoch, with a fraction as needed.
func AppendSeconds(b []byte, v time.Time) []byte { return scalar.AppendSeconds(b, v) }

// AppendDuration appends a duration as a string of seconds, "90s".
func AppendDuration(b []byte, v time.Duration) []byte {
	return append(scalar.AppendDuration(append(b, '"'), v), '"')
}

// Own is a string that takes over the memory of a text that was appended: nothing may change b from then on.
func Own(b []byte) string { return view(b) }

// View is the bytes of a text, which nothing may change.
func View(text string) []byte { return unsafe.Slice(unsafe.StringData(text), len(text)) }

// Close ends an object or a list whose members each end in a comma, with the bracket end: the last comma becomes it.
func Close(b []byte, end byte) []byte {
	if n := len(b) - 1; b[n] == ',' {
		b[n] = end
		return b
	}
	return append(b, end)
}
