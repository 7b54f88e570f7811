package oracle

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"math/big"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode/utf16"
	"unicode/utf8"

	celtypes "cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"

	"github.com/weirstream/weir/spec/celenv"
	"github.com/weirstream/weir/spec/check"
	"github.com/weirstream/weir/spec/types"
)

// decode reads an input record: value, key and event time. need are the fields that are decoded.
func (ev *evaluator) decode(s *check.Source, need Fields, in Record) (elem, error) {
	e := elem{kafkaKey: in.Key, source: s, in: &in}
	var err error
	if e.rec, err = decodeValue(s, need, in.Value); err == nil {
		err = ev.conforms(s.Value, e.rec)
	}
	if err != nil {
		return e, err
	}
	if s.Key != nil {
		k, err := decodeKey(s.Key, in.Key)
		if err == nil {
			err = ev.conforms(s.Key, k)
		}
		if err != nil {
			return e, fmt.Errorf("key: %w", err)
		}
		if s.KeyField != "" && k.Equal(e.rec.Fields[s.KeyField]) != celtypes.True {
			return e, fmt.Errorf("key %s is not the field %s, %s", show(k), s.KeyField, show(e.rec.Fields[s.KeyField]))
		}
		e.key = []ref.Val{k}
	}
	e.time, err = ev.eventTime(s, e.rec, in.Timestamp.UnixMilli())
	return e, err
}

func decodeValue(s *check.Source, need Fields, value []byte) (*record, error) {
	if s.Format == check.CSV {
		return decodeCSV(s.Value, s.CSV, need, value)
	}
	return decodeJSON(s.Value, need, value)
}

// eventTime is the event time of a record that Kafka has another one for.
func (ev *evaluator) eventTime(s *check.Source, rec *record, timestamp int64) (int64, error) {
	if s.EventTime == nil {
		return timestamp, nil
	}
	v, err := ev.eval(s.EventTime, &vars{rec: rec, time: timestamp})
	if err != nil {
		return 0, fmt.Errorf("event_time: %w", err)
	}
	t := v.(celtypes.Timestamp).Time
	if y := t.UTC().Year(); y < 1 || y > 9999 {
		return 0, fmt.Errorf("event_time: year %d", y)
	}
	return t.UnixMilli(), nil
}

// complete is up to when a record says that its partition is complete, noTime if it says nothing.
func (ev *evaluator) complete(s *check.Source, e *elem) (int64, error) {
	if s.WatermarkFrom == nil {
		return e.time, nil
	}
	v, err := ev.eval(s.WatermarkFrom, &vars{rec: e.rec, key: e.key, time: e.time})
	if err != nil {
		return 0, fmt.Errorf("watermark.from: %w", err)
	}
	if o, ok := v.(*celtypes.Optional); ok {
		if !o.HasValue() {
			return noTime, nil
		}
		v = o.GetValue()
	}
	t := v.(celtypes.Timestamp).Time
	if y := t.UTC().Year(); y < 1 || y > 9999 {
		return 0, fmt.Errorf("watermark.from: year %d", y)
	}
	return t.UnixMilli(), nil
}

// decodeKey reads a Kafka key, which is written as text.
func decodeKey(t *types.Type, b []byte) (ref.Val, error) {
	if t.Kind == types.Optional {
		if b == nil {
			return celtypes.OptionalNone, nil
		}
		v, err := decodeKey(t.Elem, b)
		if err != nil {
			return nil, err
		}
		return celtypes.OptionalOf(v), nil
	}
	if b == nil {
		return nil, errors.New("null")
	}
	if t.Kind == types.Bytes {
		return celtypes.Bytes(b), nil
	}
	return fromText(t, types.RFC3339, string(b))
}

// decodeJSON reads a record from a JSON object.
func decodeJSON(t *types.Type, need Fields, b []byte) (*record, error) {
	v, err := unmarshal(b)
	if err != nil {
		return nil, err
	}
	return recordFromJSON(t, need, v)
}

// unmarshal reads one JSON value.
func unmarshal(b []byte) (v any, err error) {
	d := json.NewDecoder(bytes.NewReader(markBroken(b)))
	d.UseNumber()
	if err := d.Decode(&v); err != nil {
		return nil, err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("more than one JSON value")
	}
	return v, nil
}

// broken stands for what is no character in a JSON text, which package json would read as U+FFFD: a string with it can't be read, and
// where nobody reads it, it does no harm. It is a private character, which inputs do not have otherwise.
const broken = '\uf8ff'

// markBroken puts broken in place of bytes that are not UTF-8 and of escapes of half a character.
func markBroken(b []byte) []byte {
	var out []byte
	for len(b) > 0 {
		r, n := utf8.DecodeRune(b)
		switch first, second := half(b), half(b[min(6, len(b)):]); {
		case r == utf8.RuneError && n == 1:
			out = utf8.AppendRune(out, broken)
		case r == '\\' && utf16.DecodeRune(first, second) != utf8.RuneError:
			n = 12
			out = append(out, b[:n]...)
		case r == '\\' && utf16.IsSurrogate(first):
			n = 6
			out = utf8.AppendRune(out, broken)
		case r == '\\' && len(b) > 1 && b[1] < utf8.RuneSelf:
			n = 2
			out = append(out, b[:n]...)
		default:
			out = append(out, b[:n]...)
		}
		b = b[n:]
	}
	return out
}

// half is the code unit that a text begins with as an escape, 0 if it doesn't.
func half(b []byte) rune {
	if len(b) < 6 || b[0] != '\\' || b[1] != 'u' {
		return 0
	}
	n, err := strconv.ParseUint(string(b[2:6]), 16, 16)
	if err != nil {
		return 0
	}
	return rune(n)
}

// recordFromJSON builds a record; of which need are read.
func recordFromJSON(t *types.Type, need Fields, v any) (*record, error) {
	obj, ok := v.(map[string]any)
	if !ok {
		return nil, fmt.Errorf("expected an object, found %T", v)
	}
	if t.Union {
		return unionFromJSON(t, need, obj)
	}
	r := &record{Of: t, Fields: map[string]ref.Val{}}
	for _, f := range t.Fields {
		if !need.has(t, f) {
			continue
		}
		x, present := member(obj, f)
		if f.Default != nil && (!present || x == nil && f.Type.Kind != types.Optional) {
			r.Fields[f.Name] = written(f.Type, f.Default)
			continue
		}
		if !present && f.Type.Kind != types.Optional {
			return nil, fmt.Errorf("field %s: missing", f.Name)
		}
		val, err := fromJSON(f.Type, need, f.As, x)
		if err != nil {
			return nil, fmt.Errorf("field %s: %w", f.Name, err)
		}
		r.Fields[f.Name] = val
	}
	return r, nil
}

// member is what an object has for a field, under the name that the field has or one that it had.
func member(obj map[string]any, f *types.Field) (v any, present bool) {
	for _, name := range f.Wires() {
		if v, present = obj[name]; present {
			break
		}
	}
	return v, present
}

func fromJSON(t *types.Type, need Fields, as types.TimeAs, v any) (ref.Val, error) {
	wrong := fmt.Errorf("expected %s, found %T %v", t, v, v)
	switch t.Kind {
	case types.Optional:
		if v == nil {
			return celtypes.OptionalNone, nil
		}
		val, err := fromJSON(t.Elem, need, as, v)
		if err != nil {
			return nil, err
		}
		return celtypes.OptionalOf(val), nil
	case types.Record:
		return recordFromJSON(t, need, v)
	case types.List:
		l, ok := v.([]any)
		if !ok {
			return nil, wrong
		}
		vals := make([]ref.Val, len(l))
		for i, x := range l {
			var err error
			if vals[i], err = fromJSON(t.Elem, need, as, x); err != nil {
				return nil, fmt.Errorf("[%d]: %w", i, err)
			}
		}
		return celtypes.NewRefValList(celtypes.DefaultTypeAdapter, vals), nil
	case types.Map:
		m, ok := v.(map[string]any)
		if !ok {
			return nil, wrong
		}
		vals := map[ref.Val]ref.Val{}
		for k, x := range m {
			key, err := fromText(t.Key, types.RFC3339, k)
			if err != nil {
				return nil, fmt.Errorf("key %q: %w", k, err)
			}
			if vals[key], err = fromJSON(t.Elem, need, as, x); err != nil {
				return nil, fmt.Errorf("[%q]: %w", k, err)
			}
		}
		return celtypes.NewRefValMap(celtypes.DefaultTypeAdapter, vals), nil
	case types.Bool:
		if b, ok := v.(bool); ok {
			return celtypes.Bool(b), nil
		}
		return nil, wrong
	}
	switch v := v.(type) {
	case json.Number:
		switch t.Kind {
		case types.Int, types.Uint, types.Double, types.Decimal:
			return fromText(t, as, string(v))
		case types.Timestamp:
			if as != types.RFC3339 {
				return fromText(t, as, string(v))
			}
		}
	case string:
		switch t.Kind {
		case types.String, types.Duration, types.Enum, types.Decimal, types.Date, types.TimeOfDay:
			return fromText(t, as, v)
		case types.Bytes:
			b, err := base64.StdEncoding.Strict().DecodeString(v)
			return celtypes.Bytes(b), err
		case types.Timestamp:
			if as == types.RFC3339 {
				return fromText(t, as, v)
			}
		case types.Double:
			if nonFinite[v] {
				return fromText(t, as, v)
			}
		}
	}
	return nil, wrong
}

var (
	nonFinite = map[string]bool{"NaN": true, "Infinity": true, "-Infinity": true}
	rfc3339   = regexp.MustCompile(`^\d{4}-\d\d-\d\dT([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d+)?(Z|[+-]([01]\d|2[0-3]):[0-5]\d)$`)
	number    = regexp.MustCompile(`^[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?$`)
)

// fromText reads a scalar or an enum from its text form, which keys, CSV cells and map keys use.
func fromText(t *types.Type, as types.TimeAs, s string) (ref.Val, error) {
	wrong := fmt.Errorf("expected %s, found %q", t, s)
	switch t.Kind {
	case types.String:
		if !utf8.ValidString(s) || strings.ContainsRune(s, broken) {
			return nil, errors.New("not UTF-8")
		}
		return celtypes.String(s), nil
	case types.Bytes:
		b, err := base64.StdEncoding.Strict().DecodeString(s)
		return celtypes.Bytes(b), err
	case types.Bool:
		switch s {
		case "true", "True", "TRUE":
			return celtypes.True, nil
		case "false", "False", "FALSE":
			return celtypes.False, nil
		}
	case types.Enum:
		for _, v := range t.Values {
			if v == s {
				return &enum{Of: t, Name: s}, nil
			}
		}
	case types.Int, types.Uint:
		n, ok := exact(s)
		if !ok || !n.IsInt() {
			return nil, wrong
		}
		if t.Kind == types.Int && n.Num().IsInt64() {
			return celtypes.Int(n.Num().Int64()), nil
		}
		if t.Kind == types.Uint && n.Num().IsUint64() {
			return celtypes.Uint(n.Num().Uint64()), nil
		}
	case types.Double:
		if !nonFinite[s] && !number.MatchString(s) {
			return nil, wrong
		}
		f, err := strconv.ParseFloat(s, 64)
		if err != nil {
			return nil, err
		}
		return celtypes.Double(f), nil
	case types.Duration:
		d, err := time.ParseDuration(s)
		return celtypes.Duration{Duration: d}, err
	case types.Timestamp:
		return timeFromText(as, s)
	case types.Decimal:
		d, err := celenv.ParseDecimal(s)
		if err == nil && t.Precision > 0 && !d.Fits(t.Precision, t.Scale) {
			err = wrong
		}
		return d, err
	case types.Date:
		return celenv.ParseDate(s)
	case types.TimeOfDay:
		return celenv.ParseTimeOfDay(s)
	}
	return nil, wrong
}

func timeFromText(as types.TimeAs, s string) (ref.Val, error) {
	var at time.Time
	if as == types.RFC3339 {
		if !rfc3339.MatchString(s) {
			return nil, fmt.Errorf("%q is not RFC 3339", s)
		}
		var err error
		if at, err = time.Parse(time.RFC3339Nano, s); err != nil {
			return nil, err
		}
	} else {
		n, ok := exact(s)
		if !ok || as == types.EpochMillis && !n.IsInt() {
			return nil, fmt.Errorf("%q is no count of time", s)
		}
		scale := int64(1e6)
		if as == types.EpochSeconds {
			scale = 1e9
		}
		n.Mul(n, big.NewRat(scale, 1))
		nanos := new(big.Int).Quo(n.Num(), n.Denom()) // what is finer than nanoseconds is cut off
		secs, rest := new(big.Int).DivMod(nanos, big.NewInt(1e9), new(big.Int))
		if !secs.IsInt64() || secs.Int64() > math.MaxInt32*1000 || secs.Int64() < -math.MaxInt32*1000 {
			return nil, fmt.Errorf("time %s out of range", s)
		}
		at = time.Unix(secs.Int64(), rest.Int64())
	}
	if y := at.UTC().Year(); y < 1 || y > 9999 {
		return nil, fmt.Errorf("year %d", y)
	}
	return timestamp(at), nil
}

// exact is the exact value of a decimal number.
func exact(s string) (*big.Rat, bool) {
	if !number.MatchString(s) {
		return nil, false
	}
	if i := strings.IndexAny(s, "eE"); i >= 0 { // keeps a huge exponent from filling the memory
		if e, err := strconv.Atoi(s[i+1:]); err != nil || e > 400 || e < -400 {
			return nil, false
		}
	}
	return new(big.Rat).SetString(s)
}
