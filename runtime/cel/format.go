package cel

import (
	"math"
	"slices"
	"strconv"
	"strings"
)

// FormatDouble writes a double with a number of digits behind the point, or as many as it needs if that is -1. verb is 'f' or 'e'.
func FormatDouble(v float64, verb byte, precision int) string {
	switch {
	case v != v:
		return "NaN"
	case math.IsInf(v, 1):
		return "Infinity"
	case math.IsInf(v, -1):
		return "-Infinity"
	}
	return strconv.FormatFloat(v, verb, precision, 64)
}

// FormatBit writes a bool as 1 or 0.
func FormatBit(v bool) string {
	if v {
		return "1"
	}
	return "0"
}

// FormatList writes a list as [a, b].
func FormatList[T any](list []T, text func(T) string) string {
	var b strings.Builder
	b.WriteByte('[')
	for i, v := range list {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(text(v))
	}
	b.WriteByte(']')
	return b.String()
}

// FormatMap writes a map as {k: v, l: w}, in the order of the keys' texts.
func FormatMap[K comparable, V any](m map[K]V, key func(K) string, text func(V) string) string {
	type entry struct{ key, text string }
	entries := make([]entry, 0, len(m))
	for k, v := range m {
		entries = append(entries, entry{key(k), text(v)})
	}
	slices.SortFunc(entries, func(a, b entry) int { return strings.Compare(a.key, b.key) })
	var b strings.Builder
	b.WriteByte('{')
	for i, e := range entries {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(e.key + ": " + e.text)
	}
	b.WriteByte('}')
	return b.String()
}
