package position

import (
	"errors"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// MaxText is how much metadata a Kafka broker takes with a committed offset, in bytes.
const MaxText = 4096

// ErrEmpty says that a committed offset carries no position: a tool wrote it, not a service.
var ErrEmpty = errors.New("position: the committed offset carries none")

// Metadata is a position as the offset metadata holds it; the input offset is the commit's own.
type Metadata struct {
	Watermark  int64
	Writer     string // common prefix of the transactional ids that write for the task
	Changelogs map[string]int64
}

// Metadata of a position, written by the transactional ids that begin with writer.
func (p Position) Metadata(writer string) Metadata {
	return Metadata{p.Watermark, writer, p.Changelogs}
}

// Encode is the text of m. It is an error when it is longer than [MaxText].
func (m Metadata) Encode() (string, error) {
	var b strings.Builder
	b.WriteString("w1 ")
	if m.Watermark == None {
		b.WriteString("-")
	} else {
		b.WriteString(strconv.FormatInt(m.Watermark, 10))
	}
	b.WriteString(" ")
	b.WriteString(escape(m.Writer))
	for _, name := range slices.Sorted(maps.Keys(m.Changelogs)) {
		fmt.Fprintf(&b, " %s:%d", escape(name), m.Changelogs[name])
	}
	if b.Len() > MaxText {
		return "", fmt.Errorf("position: %d bytes of metadata, more than the %d that Kafka takes: the sub-topology has too many stores", b.Len(), MaxText)
	}
	return b.String(), nil
}

// escape leaves names of a spec as they are. A name that is "-" or empty is told apart from none by its escape.
func escape(s string) string {
	switch s {
	case "":
		return "-"
	case "-":
		return "%2D"
	}
	return url.QueryEscape(s)
}

// Parse reads the metadata of a committed offset.
func Parse(text string) (Metadata, error) {
	m := Metadata{Watermark: None}
	if text == "" {
		return m, ErrEmpty
	}
	f := strings.Split(text, " ")
	if f[0] != "w1" {
		return m, fmt.Errorf("position: metadata %q is of no known version (this service writes w1)", shorten(f[0]))
	}
	if len(f) < 3 {
		return m, fmt.Errorf("position: metadata %q is cut short", shorten(text))
	}
	var err error
	if f[1] != "-" {
		if m.Watermark, err = strconv.ParseInt(f[1], 10, 64); err != nil {
			return m, fmt.Errorf("position: bad watermark %q", shorten(f[1]))
		}
	}
	if f[2] != "-" {
		if m.Writer, err = url.QueryUnescape(f[2]); err != nil {
			return m, fmt.Errorf("position: bad writer %q", shorten(f[2]))
		}
	}
	m.Changelogs = map[string]int64{}
	for _, s := range f[3:] {
		name, end, _ := strings.Cut(s, ":")
		n, err := url.QueryUnescape(name)
		if err != nil || name == "" {
			return m, fmt.Errorf("position: bad store %q", shorten(s))
		}
		if name == "-" {
			n = ""
		}
		o, err := strconv.ParseInt(end, 10, 64)
		if err != nil || o < 0 {
			return m, fmt.Errorf("position: bad changelog offset %q", shorten(s))
		}
		if _, twice := m.Changelogs[n]; twice {
			return m, fmt.Errorf("position: store %q twice", shorten(n))
		}
		m.Changelogs[n] = o
	}
	return m, nil
}

func shorten(s string) string {
	if len(s) > 40 {
		return s[:40] + "…"
	}
	return s
}
