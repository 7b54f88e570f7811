// Package naming turns the names of a spec into Go identifiers, the same way everywhere.
//
// Spec names are lower case with underscores. An exported name joins the words in camel case and keeps the initialisms that Go
// programmers write in capitals: customer_id becomes CustomerID. Two spec names can meet in one Go name (a_b and ab do not, but
// id and i_d do); the checker refuses fields of one record that do, and [Set] tells package-level names apart.
package naming

import (
	"go/token"
	"strconv"
	"strings"
	"unicode"
)

var initialisms = map[string]string{
	"api": "API", "cpu": "CPU", "csv": "CSV", "db": "DB", "dns": "DNS", "html": "HTML", "http": "HTTP", "https": "HTTPS",
	"id": "ID", "ids": "IDs", "ip": "IP", "json": "JSON", "sku": "SKU", "sql": "SQL", "ssh": "SSH", "tcp": "TCP", "tls": "TLS",
	"ttl": "TTL", "udp": "UDP", "ui": "UI", "uri": "URI", "url": "URL", "utc": "UTC", "utf8": "UTF8", "uuid": "UUID", "vm": "VM",
	"xml": "XML",
}

// Exported is the exported Go name of a spec name.
func Exported(name string) string {
	var b strings.Builder
	for _, w := range words(name) {
		if s, ok := initialisms[strings.ToLower(w)]; ok {
			b.WriteString(s)
			continue
		}
		r := []rune(w)
		b.WriteRune(unicode.ToUpper(r[0]))
		b.WriteString(string(r[1:]))
	}
	s := b.String()
	if s == "" || !unicode.IsLetter([]rune(s)[0]) {
		return "X" + s
	}
	return s
}

// Local is the unexported Go name of a spec name; it is never a keyword or a predeclared name.
func Local(name string) string {
	ws := words(name)
	if len(ws) == 0 {
		return "x"
	}
	first := strings.ToLower(ws[0])
	s := first
	if len(ws) > 1 {
		s += Exported(strings.Join(ws[1:], "_"))
	}
	if !unicode.IsLetter([]rune(s)[0]) {
		s = "x" + s
	}
	if token.IsKeyword(s) || predeclared[s] {
		s += "_"
	}
	return s
}

// Package is the Go package name of a service.
func Package(service string) string {
	s := strings.ToLower(strings.Map(func(r rune) rune {
		if r == '-' || r == '_' {
			return -1
		}
		return r
	}, service))
	if token.IsKeyword(s) || predeclared[s] || s == "main" {
		s += "svc"
	}
	return s
}

// words splits at underscores and dashes; a name written in camel case stays one word and keeps its capitals.
func words(name string) []string {
	return strings.FieldsFunc(name, func(r rune) bool { return r == '_' || r == '-' })
}

var predeclared = map[string]bool{}

func init() {
	for _, n := range strings.Fields("any append bool byte cap clear close comparable complex complex64 complex128 copy delete error false float32 float64 imag int int8 int16 int32 int64 iota len make max min new nil panic print println real recover rune string true uint uint8 uint16 uint32 uint64 uintptr init") {
		predeclared[n] = true
	}
}

// Set hands out names that are unique within it.
type Set map[string]bool

// Take returns name, or name with the lowest number behind it that makes it unique.
func (s Set) Take(name string) string {
	n := name
	for i := 2; s[n]; i++ {
		n = name + strconv.Itoa(i)
	}
	s[n] = true
	return n
}
