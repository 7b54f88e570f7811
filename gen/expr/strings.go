package expr

import (
	"fmt"

	celtypes "cel.dev/cel-go/common/types"

	"github.com/weirstream/weir/spec/types"
)

func conversionFuncs() map[string]function {
	m := map[string]function{
		"double_to_int64": try("DoubleToInt"), "uint64_to_int64": try("UintToInt"), "string_to_int64": try("ParseInt"),
		"timestamp_to_int64": method("Unix"), "duration_to_int64": goConversion("int64"),
		"double_to_uint64": try("DoubleToUint"), "string_to_uint64": try("ParseUint"),
		"int64_to_uint64": func(c *compiler, b *block, t *types.Type, a []value) value {
			if a[0].ranged && a[0].lo >= 0 {
				return call(t, "uint64(%s)", a[0].code)
			}
			return try("IntToUint")(c, b, t, a)
		},
		"int64_to_double": goConversion("float64"), "uint64_to_double": goConversion("float64"), "string_to_double": try("ParseDouble"),
		"string_to_bool": try("ParseBool"), "string_to_bytes": goConversion("[]byte"), "bytes_to_string": try("BytesToString"),
		"bool_to_string": helper("strconv", "strconv.FormatBool"), "double_to_string": rt("DoubleString"),
		"int64_to_string": decimal("FormatInt"), "uint64_to_string": decimal("FormatUint"),
		"timestamp_to_string": rt("TimestampString"), "duration_to_string": rt("DurationString"),
		"string_to_timestamp": try("ParseTimestamp"), "int64_to_timestamp": try("UnixTimestamp"), "string_to_duration": try("ParseDuration"),
	}
	for _, id := range []string{
		"int64_to_int64", "uint64_to_uint64", "double_to_double", "bool_to_bool", "bytes_to_bytes", "string_to_string",
		"timestamp_to_timestamp", "duration_to_duration",
	} {
		m[id] = identity
	}
	return m
}

func goConversion(to string) function {
	return func(_ *compiler, _ *block, t *types.Type, a []value) value { return call(t, "%s(%s)", to, a[0].code) }
}

func method(name string) function {
	return func(_ *compiler, _ *block, t *types.Type, a []value) value {
		return call(t, "%s.%s(%s)", a[0].at(primaryPrec), name, codes(a[1:]))
	}
}

func decimal(fn string) function {
	return func(c *compiler, _ *block, t *types.Type, a []value) value {
		c.use("strconv")
		return call(t, "strconv.%s(%s, 10)", fn, a[0].code)
	}
}

func stringFuncs() map[string]function {
	m := map[string]function{
		"contains_string": helper("strings", "strings.Contains"), "starts_with_string": helper("strings", "strings.HasPrefix"),
		"ends_with_string": helper("strings", "strings.HasSuffix"), "matches": matches, "matches_string": matches,
		"string_char_at_int": try("CharAt"), "string_index_of_string": rt("IndexOf"), "string_index_of_string_int": try("IndexOfFrom"),
		"string_last_index_of_string": rt("LastIndexOf"), "string_last_index_of_string_int": try("LastIndexOfFrom"),
		"string_lower_ascii": rt("LowerASCII"), "string_upper_ascii": rt("UpperASCII"), "string_reverse": rt("Reverse"),
		"string_replace_string_string": helper("strings", "strings.ReplaceAll"), "string_replace_string_string_int": rt("Replace"),
		"string_split_string": helper("strings", "strings.Split"), "string_split_string_int": rt("Split"),
		"string_substring_int": try("Substring"), "string_substring_int_int": try("SubstringRange"),
		"string_trim": helper("strings", "strings.TrimSpace"), "strings_quote": rt("Quote"),
		"list_join": func(c *compiler, _ *block, t *types.Type, a []value) value {
			c.use("strings")
			return call(t, `strings.Join(%s, "")`, a[0].code)
		},
		"list_join_string": helper("strings", "strings.Join"),
	}
	for _, id := range []string{"size_string", "string_size"} {
		m[id] = func(c *compiler, _ *block, t *types.Type, a []value) value {
			c.use(celPath)
			return call(t, "cel.Size(%s)", a[0].code).within(0, 1<<31)
		}
	}
	return m
}

// matches compiles a constant pattern once, at start.
func matches(c *compiler, b *block, t *types.Type, a []value) value {
	p, ok := a[1].lit.(celtypes.String)
	if !ok {
		return try("Matches")(c, b, t, a)
	}
	c.use("regexp")
	name := c.decl(c.o.Prefix+"Regex", func(name string) string {
		return fmt.Sprintf("var %s = regexp.MustCompile(%s)", name, goString(string(p)))
	})
	return call(t, "%s.MatchString(%s)", name, a[0].code)
}
