// Package show prints values of generated code as text that a test can compare: it is linked into the program that the
// conformance test builds.
package show

import (
	"fmt"
	"math"
	"reflect"
	"sort"
	"strconv"
	"strings"
	"time"
)

// Double is a double by its bits, so that 0 and -0 differ; all NaN are the same.
func Double(x float64) string {
	if x != x {
		return "NaN"
	}
	return fmt.Sprintf("%v/%x", x, math.Float64bits(x))
}

// Time is a timestamp in seconds and nanoseconds.
func Time(t time.Time) string { return fmt.Sprintf("time %d.%09d", t.Unix(), t.Nanosecond()) }

// Duration is a duration in nanoseconds.
func Duration(d time.Duration) string { return fmt.Sprintf("duration %d", int64(d)) }

// Bytes is bytes with escapes.
func Bytes(b []byte) string { return fmt.Sprintf("b%q", b) }

// Map is a map of texts, in the order of its entries.
func Map(entries []string) string {
	sort.Strings(entries)
	return "{" + strings.Join(entries, ", ") + "}"
}

// Outcome is what a case gave: a value, "error: ..." or "panic: ...".
func Outcome[T any](f func() (T, error)) (text string) {
	defer func() {
		if p := recover(); p != nil {
			text = fmt.Sprint("panic: ", p)
		}
	}()
	v, err := f()
	if err != nil {
		return "error: " + strings.ReplaceAll(err.Error(), "\n", " ")
	}
	return value(reflect.ValueOf(v))
}

// Pair is the text of a list of two, "a → b", or what [Outcome] gives.
func Pair[T any](f func() ([]T, error)) string {
	var pair []T
	text := Outcome(func() (_ bool, err error) {
		pair, err = f()
		return true, err
	})
	if len(pair) != 2 {
		return text
	}
	return value(reflect.ValueOf(pair[0])) + " → " + value(reflect.ValueOf(pair[1]))
}

func value(v reflect.Value) string {
	switch x := v.Interface().(type) {
	case time.Time:
		return Time(x)
	case time.Duration:
		return Duration(x)
	case []byte:
		return Bytes(x)
	case fmt.Stringer:
		return strconv.Quote(x.String())
	}
	var parts []string
	switch v.Kind() {
	case reflect.Int64:
		return strconv.FormatInt(v.Int(), 10)
	case reflect.Uint64:
		return strconv.FormatUint(v.Uint(), 10) + "u"
	case reflect.Float64:
		return Double(v.Float())
	case reflect.String:
		return strconv.Quote(v.String())
	case reflect.Slice:
		for i := range v.Len() {
			parts = append(parts, value(v.Index(i)))
		}
		return "[" + strings.Join(parts, ", ") + "]"
	case reflect.Map:
		for it := v.MapRange(); it.Next(); {
			parts = append(parts, value(it.Key())+": "+value(it.Value()))
		}
		return Map(parts)
	case reflect.Struct:
		if !v.FieldByName("Valid").IsValid() { // no optional but a record
			for i := range v.NumField() {
				parts = append(parts, value(v.Field(i)))
			}
			return "{" + strings.Join(parts, ", ") + "}"
		}
		if !v.FieldByName("Valid").Bool() {
			return "none"
		}
		return "some " + value(v.FieldByName("Value"))
	}
	return fmt.Sprint(v.Interface())
}
