package feed

import (
	"encoding/base64"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/weirstream/weir/spec/types"
)

// keyText turns the text of a field's value, as it stands in JSON or CSV, into the text of a key: the same, except for bytes
// (a key has them raw) and timestamps written as numbers (a key has RFC 3339).
func keyText(f *types.Field, text string) ([]byte, error) {
	t := f.Type
	if t.Kind == types.Optional {
		t = t.Elem
	}
	switch {
	case t.Kind == types.Bytes:
		b, err := base64.StdEncoding.DecodeString(text)
		if err != nil {
			return nil, fmt.Errorf("key field %s: %w", f.Name, err)
		}
		return b, nil
	case t.Kind == types.Timestamp && f.As == types.EpochMillis:
		ms, err := strconv.ParseInt(text, 10, 64)
		if err != nil {
			return nil, fmt.Errorf("key field %s: %q is no number of milliseconds", f.Name, text)
		}
		return time.UnixMilli(ms).UTC().AppendFormat(nil, time.RFC3339Nano), nil
	case t.Kind == types.Timestamp && f.As == types.EpochSeconds:
		sec, err := epochSeconds(text)
		if err != nil {
			return nil, fmt.Errorf("key field %s: %q is no number of seconds", f.Name, text)
		}
		return sec.AppendFormat(nil, time.RFC3339Nano), nil
	}
	return []byte(text), nil
}

// epochSeconds reads a decimal number of seconds without going through a float, which would round nanoseconds.
func epochSeconds(text string) (time.Time, error) {
	whole, frac, _ := strings.Cut(text, ".")
	sec, err := strconv.ParseInt(whole, 10, 64)
	if err != nil {
		return time.Time{}, err
	}
	var nanos int64
	if frac != "" {
		nanos, err = strconv.ParseInt((frac + "000000000")[:9], 10, 64)
		if err != nil || nanos < 0 {
			return time.Time{}, strconv.ErrSyntax
		}
	}
	if strings.HasPrefix(whole, "-") {
		nanos = -nanos
	}
	return time.Unix(sec, nanos).UTC(), nil
}
