package cel

import (
	"encoding/base64"
	"errors"
	"fmt"
	"regexp"
	"strings"
)

// Pattern compiles a regular expression that is not known when the spec is compiled.
func Pattern(pattern string) (*regexp.Regexp, error) { return regexp.Compile(pattern) }

var errGroups = errors.New("regular expression has more than one capturing group")

// SingleGroup makes sure that a regular expression has one group at most.
func SingleGroup(re *regexp.Regexp) (*regexp.Regexp, error) {
	if re.NumSubexp() > 1 {
		return nil, errGroups
	}
	return re, nil
}

// Extract is the first match in s, or its group if the regular expression has one. A group that is empty counts as no match.
func Extract(re *regexp.Regexp, s string) Opt[string] {
	m := re.FindStringSubmatchIndex(s)
	switch {
	case m == nil:
		return Opt[string]{}
	case len(m) > 2:
		if m[2] == m[3] {
			return Opt[string]{}
		}
		return Some(s[m[2]:m[3]])
	}
	return Some(s[m[0]:m[1]])
}

// ExtractAll is all matches in s, or their groups that are not empty.
func ExtractAll(re *regexp.Regexp, s string) []string {
	all := re.FindAllStringSubmatchIndex(s, -1)
	found := make([]string, 0, len(all))
	for _, m := range all {
		switch {
		case len(m) == 2:
			found = append(found, s[m[0]:m[1]])
		case m[2] != m[3]:
			found = append(found, s[m[2]:m[3]])
		}
	}
	return found
}

// RegexReplace replaces all matches; \1 in the replacement is the first group, \\ a backslash.
func RegexReplace(re *regexp.Regexp, s, with string) (string, error) {
	return RegexReplaceN(re, s, with, -1)
}

// RegexReplacePattern is [RegexReplaceN] for a pattern that is not known when the spec is compiled.
func RegexReplacePattern(s, pattern, with string, n int64) (string, error) {
	if n == 0 {
		return s, nil
	}
	re, err := regexp.Compile(pattern)
	if err != nil {
		return "", err
	}
	return RegexReplaceN(re, s, with, n)
}

// RegexReplaceN replaces the first n matches, or with a negative n all.
func RegexReplaceN(re *regexp.Regexp, s, with string, n int64) (string, error) {
	if n == 0 {
		return s, nil
	}
	all := re.FindAllStringSubmatchIndex(s, int(max(n, -1)))
	if len(all) == 0 {
		return s, nil
	}
	var b strings.Builder
	last := 0
	for _, m := range all {
		b.WriteString(s[last:m[0]])
		if err := expand(&b, re, s, with, m); err != nil {
			return "", err
		}
		last = m[1]
	}
	b.WriteString(s[last:])
	return b.String(), nil
}

// expand writes a replacement.
func expand(b *strings.Builder, re *regexp.Regexp, s, with string, m []int) error {
	for {
		i := strings.IndexByte(with, '\\')
		if i < 0 {
			b.WriteString(with)
			return nil
		}
		b.WriteString(with[:i])
		if i+1 == len(with) {
			return errors.New(`invalid replacement string: \ not allowed at end`)
		}
		switch c := with[i+1]; {
		case c == '\\':
			b.WriteByte('\\')
		case c < '0' || c > '9':
			return errors.New(`invalid replacement string: \ must be followed by a digit or \`)
		case int(c-'0') > re.NumSubexp():
			return fmt.Errorf("replacement string references group %c but regex has only %d group(s)", c, re.NumSubexp())
		default:
			if g := 2 * int(c-'0'); m[g] >= 0 {
				b.WriteString(s[m[g]:m[g+1]])
			}
		}
		with = with[i+2:]
	}
}

// Base64Decode reads base64, with or without the = at its end.
func Base64Decode(s string) ([]byte, error) {
	if b, err := base64.StdEncoding.DecodeString(s); err == nil {
		return b, nil
	}
	return base64.RawStdEncoding.DecodeString(s)
}

// Base64DecodeURL is [Base64Decode] for the alphabet of URLs.
func Base64DecodeURL(s string) ([]byte, error) {
	if b, err := base64.URLEncoding.DecodeString(s); err == nil {
		return b, nil
	}
	return base64.RawURLEncoding.DecodeString(s)
}
