package expr

import (
	"fmt"
	"regexp"

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
		"uuid_v5_string_string": try("UUIDv5"), "hash_string": rt("HashString"), "hash_bytes": rt("HashBytes"),
		"hash_int": rt("HashInt"), "hash_uint": rt("HashUint"), "string_trim": helper("strings", "strings.TrimSpace"), "strings_quote": rt("Quote"),
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
	if re, ok := c.pattern(a[1]); ok {
		return call(t, "%s.MatchString(%s)", re, a[0].code)
	}
	return try("Matches")(c, b, t, a)
}

// pattern declares the regular expression of a constant pattern.
func (c *compiler) pattern(v value) (name string, ok bool) {
	p, ok := v.lit.(celtypes.String)
	if !ok {
		return "", false
	}
	if _, err := regexp.Compile(string(p)); err != nil {
		return "", false // a folded constant: it fails when it is run
	}
	c.use("regexp")
	return c.decl(c.o.Prefix+"Regex", func(name string) string {
		return fmt.Sprintf("var %s = regexp.MustCompile(%s)", name, goString(string(p)))
	}), true
}

// patternFuncs are the regular expressions and encodings of CEL's extensions.
func patternFuncs() map[string]function {
	// on gives the pattern first: a declared one, or one that is compiled in front.
	on := func(compiled function) function {
		return func(c *compiler, b *block, t *types.Type, a []value) value {
			re, ok := c.pattern(a[1])
			if !ok {
				c.use(celPath)
				re = c.try(b, nil, "cel.Pattern("+a[1].code+")").code
			}
			return compiled(c, b, t, append([]value{{code: re, prec: primaryPrec, lit: a[1].lit}, a[0]}, a[2:]...))
		}
	}
	// single is for functions that take a pattern with one group at most, which is known of a constant.
	single := func(name string) function {
		return func(c *compiler, b *block, t *types.Type, a []value) value {
			if a[0].lit == nil {
				c.use(celPath)
				a[0] = c.try(b, nil, "cel.SingleGroup("+a[0].code+")")
			}
			return rt(name)(c, b, t, a)
		}
	}
	return map[string]function{
		"regex_extract_string_string":            on(single("Extract")),
		"regex_extractAll_string_string":         on(single("ExtractAll")),
		"regex_replace_string_string_string":     on(try("RegexReplace")),
		"regex_replace_string_string_string_int": regexReplaceN(on(try("RegexReplaceN"))),
		"base64_decode_string":                   try("Base64Decode"),
		"base64_decode_url_string":               try("Base64DecodeURL"),
		"base64_encode_bytes":                    helper("encoding/base64", "base64.StdEncoding.EncodeToString"),
		"base64_encode_url_bytes":                helper("encoding/base64", "base64.URLEncoding.EncodeToString"),
	}
}

// regexReplaceN looks at the number first: to replace nothing never fails.
func regexReplaceN(known function) function {
	return func(c *compiler, b *block, t *types.Type, a []value) value {
		if _, ok := c.pattern(a[1]); ok {
			return known(c, b, t, a)
		}
		return try("RegexReplacePattern")(c, b, t, a)
	}
}
