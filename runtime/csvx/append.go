package csvx

import (
	"encoding/base64"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/weirstream/weir/runtime/scalar"
)

// AppendNull appends a cell that is null.
func (f *Format) AppendNull(b []byte) []byte {
	if len(f.Nulls) == 0 {
		return b
	}
	return append(b, f.Nulls[0]...)
}

// AppendString appends a cell, in quotes where it would be read as something else without them.
func (f *Format) AppendString(b []byte, v string) []byte {
	plain := !slices.Contains(f.Nulls, v)
	for i := 0; plain && i < len(v); i++ {
		plain = v[i] != f.Delimiter && v[i] != '"' && v[i] != '\n' && v[i] != '\r'
	}
	if plain {
		return append(b, v...)
	}
	b = append(b, '"')
	for {
		i := strings.IndexByte(v, '"')
		if i < 0 {
			break
		}
		b = append(append(b, v[:i+1]...), '"')
		v = v[i+1:]
	}
	return append(append(b, v...), '"')
}

// finish puts the cell b[start:], which was written plainly, in quotes where it needs them: where a null or the delimiter looks
// like a number.
func (f *Format) finish(b []byte, start int) []byte {
	for _, null := range f.Nulls {
		if string(b[start:]) == null {
			return append(slices.Insert(b, start, '"'), '"')
		}
	}
	if slices.Contains(b[start:], f.Delimiter) {
		return append(slices.Insert(b, start, '"'), '"')
	}
	return b
}

// AppendBool appends a cell.
func (f *Format) AppendBool(b []byte, v bool) []byte {
	return f.finish(strconv.AppendBool(b, v), len(b))
}

// AppendInt appends a cell.
func (f *Format) AppendInt(b []byte, v int64) []byte {
	return f.finish(strconv.AppendInt(b, v, 10), len(b))
}

// AppendUint appends a cell.
func (f *Format) AppendUint(b []byte, v uint64) []byte {
	return f.finish(strconv.AppendUint(b, v, 10), len(b))
}

// AppendDouble appends a cell.
func (f *Format) AppendDouble(b []byte, v float64) []byte {
	return f.finish(scalar.AppendDouble(b, v), len(b))
}

// AppendBase64 appends a cell.
func (f *Format) AppendBase64(b, v []byte) []byte {
	return f.finish(base64.StdEncoding.AppendEncode(b, v), len(b))
}

// AppendTime appends a cell, a timestamp of RFC 3339 in UTC.
func (f *Format) AppendTime(b []byte, v time.Time) []byte {
	return f.finish(scalar.AppendTime(b, v), len(b))
}

// AppendMillis appends a cell, a timestamp in milliseconds since the Unix epoch, rounded down.
func (f *Format) AppendMillis(b []byte, v time.Time) []byte {
	return f.finish(scalar.AppendMillis(b, v), len(b))
}

// AppendSeconds appends a cell, a timestamp in seconds since the Unix epoch.
func (f *Format) AppendSeconds(b []byte, v time.Time) []byte {
	return f.finish(scalar.AppendSeconds(b, v), len(b))
}

// AppendDuration appends a cell.
func (f *Format) AppendDuration(b []byte, v time.Duration) []byte {
	return f.finish(scalar.AppendDuration(b, v), len(b))
}
