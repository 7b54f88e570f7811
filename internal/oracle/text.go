package oracle

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"strings"
	"time"

	celtypes "cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"

	"github.com/weirstream/weir/spec/celenv"
	"github.com/weirstream/weir/spec/check"
)

// groupText is a group as a Kafka key: the text of its one component, or a JSON object of several.
func groupText(st *check.Step, group []ref.Val) []byte {
	if len(group) == 1 {
		if b, ok := group[0].(celtypes.Bytes); ok {
			return append([]byte{}, b...)
		}
		return []byte(text(group[0]))
	}
	var b bytes.Buffer
	for i, g := range st.GroupBy {
		b.WriteByte("{,"[min(i, 1)])
		b.WriteString(quote(g.Name) + ":" + jsonOf(group[i]))
	}
	b.WriteByte('}')
	return b.Bytes()
}

// text is the text form of a scalar.
func text(v ref.Val) string {
	switch v := v.(type) {
	case celtypes.String:
		return string(v)
	case *enum:
		return v.Name
	case celtypes.Double:
		return strings.Trim(jsonOf(v), `"`)
	case celtypes.Timestamp:
		return v.Time.UTC().Format("2006-01-02T15:04:05.999999999Z")
	case celtypes.Duration:
		return seconds(v.Duration)
	case celenv.Decimal:
		return v.String()
	case celenv.Date:
		return v.String()
	case celenv.TimeOfDay:
		return v.String()
	}
	return fmt.Sprint(v.Value())
}

// seconds writes a duration as 1.5s.
func seconds(d time.Duration) string {
	sign, n := "", uint64(d)
	if d < 0 {
		sign, n = "-", -n
	}
	s := fmt.Sprintf("%d.%09d", n/1e9, n%1e9)
	return sign + strings.TrimSuffix(strings.TrimRight(s, "0"), ".") + "s"
}

// jsonOf is a scalar in JSON.
func jsonOf(v ref.Val) string {
	switch v := v.(type) {
	case celtypes.Bool, celtypes.Int, celtypes.Uint:
		return fmt.Sprint(v.Value())
	case celtypes.Double:
		f := float64(v)
		switch {
		case math.IsNaN(f):
			return `"NaN"`
		case f == math.Inf(1):
			return `"Infinity"`
		case f == math.Inf(-1):
			return `"-Infinity"`
		}
		b, _ := json.Marshal(f)
		return string(b)
	case celenv.Decimal:
		return v.String()
	case celtypes.Bytes:
		b, _ := json.Marshal([]byte(v))
		return string(b)
	}
	return quote(text(v))
}

func quote(s string) string {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	_ = e.Encode(s) // a string always encodes
	return strings.TrimSpace(b.String())
}
