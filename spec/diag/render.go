package diag

import (
	"fmt"
	"io"
	"strings"

	"github.com/rivo/uniseg"

	"github.com/weirstream/weir/spec/source"
)

// Options say how to print.
type Options struct {
	// Color asks for ANSI colours. Whether the output is a terminal is the caller's to know.
	Color bool
}

const (
	tabWidth = 4
	maxLines = 6 // of a range that are shown
)

// Render prints the list, a blank line between diagnostics:
//
//	orders.weir.yaml:21:12: error[WEIR3002]: nothing is named statsu here
//	   21 |     where: statsu == OrderStatus.paid
//	      |            ^^^^^^
//	   hint: did you mean "status"?
func (l List) Render(w io.Writer, o Options) error {
	var b strings.Builder
	for i := range l {
		if i > 0 {
			b.WriteByte('\n')
		}
		l[i].render(&b, o)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// String is the list as Render prints it, without colours.
func (l List) String() string {
	var b strings.Builder
	_ = l.Render(&b, Options{}) // a strings.Builder never fails
	return b.String()
}

// String is the diagnostic's first line: position, severity, code and summary.
func (d *Diagnostic) String() string {
	var b strings.Builder
	d.headline(&b, Options{})
	return strings.TrimSuffix(b.String(), "\n")
}

func (d *Diagnostic) color() string {
	if d.Severity == Warning {
		return yellow
	}
	return red
}

func (d *Diagnostic) headline(b *strings.Builder, o Options) {
	if at := where(d.Subject); at != "" {
		b.WriteString(o.paint(bold, at+":") + " ")
	}
	b.WriteString(o.paint(d.color(), fmt.Sprintf("%s[%s]", d.Severity, d.Code)) + o.paint(bold, ": "+d.Summary) + "\n")
}

func (d *Diagnostic) render(b *strings.Builder, o Options) {
	d.headline(b, o)
	snippet(b, o, d.Subject, d.color())
	if d.Detail != "" {
		for _, line := range strings.Split(strings.TrimRight(d.Detail, "\n"), "\n") {
			b.WriteString("   " + line + "\n")
		}
	}
	if d.Hint != "" {
		b.WriteString("   " + o.paint(cyan, "hint:") + " " + strings.ReplaceAll(d.Hint, "\n", "\n         ") + "\n")
	}
	for _, r := range d.Related {
		b.WriteString("   " + o.paint(bold, where(r.Span)+":") + " " + r.Message + "\n")
		snippet(b, o, r.Span, cyan)
	}
}

func where(s source.Span) string {
	if s.IsZero() {
		return ""
	}
	p := s.From()
	return fmt.Sprintf("%s:%d:%d", s.File.Name, p.Line, p.Col)
}

// snippet prints the lines of a span with a line of carets under each.
func snippet(b *strings.Builder, o Options, s source.Span, color string) {
	if s.IsZero() || len(s.File.Text) == 0 {
		return
	}
	from, to := s.From().Line, s.To().Line
	if to > from && s.End == s.File.LineStart(to) {
		to-- // the range ends with the line end of the line before
	}
	gutter := max(5, len(fmt.Sprint(to))+2)
	blank := strings.Repeat(" ", gutter)
	for n := from; n <= to; n++ {
		if to-from >= maxLines && n == from+maxLines-2 {
			b.WriteString(blank + o.paint(dim, " ⋮") + "\n")
			n = to
		}
		text, start := s.File.Line(n), s.File.LineStart(n)
		lo := min(max(s.Start-start, 0), len(text))
		hi := min(max(s.End-start, lo), len(text))
		if n > from { // what is only indentation is not underlined
			lo = min(max(lo, len(text)-len(strings.TrimLeft(text, " \t"))), hi)
		}
		b.WriteString(o.paint(dim, fmt.Sprintf("%*d |", gutter, n)))
		if text != "" {
			shown, _ := columns(text)
			b.WriteString(" " + shown)
		}
		b.WriteByte('\n')
		if n > from && lo == hi {
			continue
		}
		_, pad := columns(text[:lo])
		_, end := columns(text[:hi])
		b.WriteString(blank + o.paint(dim, " |") + " " + strings.Repeat(" ", pad) + o.paint(color, strings.Repeat("^", max(1, end-pad))) + "\n")
	}
}

// columns is the beginning of a line as it is shown, and how many columns of a terminal that takes. Tabs become spaces up to the
// next tab stop; what a terminal would act on becomes a replacement character.
func columns(line string) (shown string, width int) {
	var b strings.Builder
	for g := uniseg.NewGraphemes(line); g.Next(); {
		switch c := g.Str(); {
		case c == "\t":
			n := tabWidth - width%tabWidth
			b.WriteString(strings.Repeat(" ", n))
			width += n
		case unprintable(c):
			b.WriteRune('\uFFFD')
			width++
		default:
			b.WriteString(c)
			width += g.Width()
		}
	}
	return b.String(), width
}

// unprintable tells control characters and broken UTF-8.
func unprintable(cluster string) bool {
	for _, r := range cluster {
		if r < 0x20 || r >= 0x7F && r < 0xA0 || r == 0xFFFD {
			return true
		}
	}
	return false
}

const (
	bold   = "\x1b[1m"
	dim    = "\x1b[2m"
	red    = "\x1b[1;31m"
	yellow = "\x1b[1;33m"
	cyan   = "\x1b[1;36m"
)

func (o Options) paint(color, s string) string {
	if !o.Color {
		return s
	}
	return color + s + "\x1b[0m"
}
