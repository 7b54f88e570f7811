package run

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/weirstream/weir/internal/cli"
	"github.com/weirstream/weir/spec/check"
	"github.com/weirstream/weir/spec/types"
)

// sink is a sink whose records are printed.
type sink struct {
	*check.Sink
	columns []string // of a table: the fields of its records
}

func newSink(s *check.Sink) *sink {
	out := &sink{Sink: s}
	for _, f := range s.From.Type.Fields {
		out.columns = append(out.columns, f.Wire)
	}
	return out
}

// printer prints the records of sinks on standard output.
type printer interface {
	record(s *sink, r *kgo.Record) error
	// flush is called when no more records are at hand.
	flush() error
	// finish is called at the end.
	finish() error
}

func newPrinter(u *cli.UI, o Options, bounded bool) (printer, error) {
	format := o.Format
	if format == "" && u.OutTerminal {
		format = "table"
	}
	switch format {
	case "table":
		return &tablePrinter{w: u.Out, width: u.Width(), atEnd: bounded, limit: o.Limit, color: u.OutColor, rows: map[*sink][]table.Row{}, total: map[*sink]int{}}, nil
	case "json", "":
		return &jsonPrinter{w: u.Out}, nil
	}
	return nil, cli.Usagef("--format %q: there are table and json", format)
}

// jsonPrinter prints a value a line: as it is from a JSON topic, as an object from a CSV topic.
type jsonPrinter struct {
	w   io.Writer
	buf bytes.Buffer
}

func (p *jsonPrinter) record(s *sink, r *kgo.Record) error {
	switch {
	case r.Value == nil:
		p.buf.WriteString("null")
	case s.Format == check.CSV:
		text, err := json.Marshal(rowObject(s, r.Value))
		if err != nil {
			return err
		}
		p.buf.Write(text)
	default:
		p.buf.Write(r.Value)
	}
	p.buf.WriteByte('\n')
	return nil
}

func (p *jsonPrinter) flush() error {
	_, err := p.buf.WriteTo(p.w)
	return err
}

func (p *jsonPrinter) finish() error { return p.flush() }

// rowObject is a CSV row with its cells typed as far as JSON has the type.
func rowObject(s *sink, row []byte) map[string]any {
	out := map[string]any{}
	for i, cell := range cells(s, row) {
		if i >= len(s.CSV.Columns) || slices.Contains(s.CSV.Nulls, cell) {
			continue
		}
		out[s.CSV.Columns[i]] = typed(fieldOf(s, s.CSV.Columns[i]), unquote(cell))
	}
	return out
}

func fieldOf(s *sink, wire string) *types.Field {
	for _, f := range s.From.Type.Fields {
		if f.Wire == wire {
			return f
		}
	}
	return nil
}

func typed(f *types.Field, cell string) any {
	if f == nil {
		return cell
	}
	t := f.Type
	if t.Kind == types.Optional {
		t = t.Elem
	}
	switch t.Kind {
	case types.Bool, types.Int, types.Uint, types.Double, types.Decimal:
		if json.Valid([]byte(cell)) {
			return json.RawMessage(cell)
		}
	}
	return cell
}

// cells splits a row, quotes kept.
func cells(s *sink, row []byte) []string {
	delim := s.CSV.Delimiter
	if delim == 0 {
		delim = ','
	}
	var out []string
	start, inside := 0, false
	for i, b := range row {
		switch {
		case b == '"':
			inside = !inside
		case b == delim && !inside:
			out = append(out, string(row[start:i]))
			start = i + 1
		}
	}
	return append(out, string(row[start:]))
}

func unquote(cell string) string {
	if len(cell) < 2 || cell[0] != '"' || cell[len(cell)-1] != '"' {
		return cell
	}
	return strings.ReplaceAll(cell[1:len(cell)-1], `""`, `"`)
}

// tablePrinter prints a table for each sink: at the end of a bounded run, or of what came at a time in an endless one.
type tablePrinter struct {
	w     io.Writer
	width int // of the terminal; 0: unknown
	color bool
	atEnd bool
	limit int // rows of a sink's table; 0: all
	rows  map[*sink][]table.Row
	total map[*sink]int
	order []*sink
}

func (p *tablePrinter) record(s *sink, r *kgo.Record) error {
	if p.total[s] == 0 {
		p.order = append(p.order, s)
	}
	p.total[s]++
	p.rows[s] = append(p.rows[s], tableRow(s, r))
	return nil
}

// tableRow is a row: one cell a field, or the record's text if it is not what the sink's type says.
func tableRow(s *sink, r *kgo.Record) table.Row {
	members := map[string]any{}
	if s.Format == check.CSV {
		members = rowObject(s, r.Value)
	} else {
		d := json.NewDecoder(bytes.NewReader(r.Value))
		d.UseNumber()
		if d.Decode(&members) != nil {
			return table.Row{string(r.Value)}
		}
	}
	row := make(table.Row, len(s.columns))
	for i, c := range s.columns {
		switch v := members[c].(type) {
		case nil:
			row[i] = ""
		case json.Number:
			row[i] = number(s, c, string(v))
		case json.RawMessage:
			row[i] = number(s, c, string(v))
		case string:
			row[i] = v
		default:
			text, err := json.Marshal(v)
			if err != nil {
				text = fmt.Append(nil, v)
			}
			row[i] = string(text)
		}
	}
	return row
}

// number writes doubles with two decimals, so that they stand below each other: a table is for reading, --format json has them
// all. Very large and very small ones stay as they are.
func number(s *sink, column, text string) string {
	f := fieldOf(s, column)
	if f == nil || f.Type.Kind != types.Double && (f.Type.Kind != types.Optional || f.Type.Elem.Kind != types.Double) || strings.ContainsAny(text, "eE") {
		return text
	}
	v, err := strconv.ParseFloat(text, 64)
	if err != nil || v != 0 && math.Abs(v) < 0.005 {
		return text
	}
	return strconv.FormatFloat(v, 'f', 2, 64)
}

func (p *tablePrinter) flush() error {
	if p.atEnd {
		return nil
	}
	return p.print()
}

func (p *tablePrinter) finish() error { return p.print() }

func (p *tablePrinter) print() error {
	for _, s := range p.order {
		rows := p.rows[s]
		if len(rows) == 0 {
			continue
		}
		p.rows[s] = nil
		if p.atEnd {
			sortRows(s, rows)
		}
		hidden := 0
		if p.atEnd && p.limit > 0 && len(rows) > p.limit {
			hidden = len(rows) - p.limit
			rows = rows[:p.limit]
		}
		if _, err := fmt.Fprintln(p.w, p.render(s, rows)); err != nil {
			return err
		}
		if hidden > 0 {
			if _, err := fmt.Fprintf(p.w, "… and %s more\n", cli.Grouped(int64(hidden))); err != nil {
				return err
			}
		}
	}
	return nil
}

func (p *tablePrinter) render(s *sink, rows []table.Row) string {
	t := table.NewWriter()
	style := table.StyleLight
	style.Format.Header = text.FormatDefault
	if p.color {
		style.Color.Header = text.Colors{text.Bold}
	}
	if p.width > 0 {
		style.Size.WidthMax = p.width
	}
	t.SetStyle(style)
	t.SetTitle(s.Name)
	header := table.Row{}
	var configs []table.ColumnConfig
	for i, c := range s.columns {
		header = append(header, c)
		if f := fieldOf(s, c); f != nil && numeric(f.Type) {
			configs = append(configs, table.ColumnConfig{Number: i + 1, Align: text.AlignRight, AlignHeader: text.AlignRight})
		}
	}
	t.AppendHeader(header)
	t.SetColumnConfigs(configs)
	t.AppendRows(rows)
	return t.Render()
}

func numeric(t *types.Type) bool {
	if t.Kind == types.Optional {
		t = t.Elem
	}
	return t.Kind == types.Int || t.Kind == types.Uint || t.Kind == types.Double
}

// sortRows orders the rows of a bounded run, which come in no particular order between partitions: by the first timestamp, then
// from left to right.
func sortRows(s *sink, rows []table.Row) {
	first := slices.IndexFunc(s.columns, func(c string) bool {
		f := fieldOf(s, c)
		return f != nil && f.Type.Kind == types.Timestamp && f.As == types.RFC3339
	})
	slices.SortStableFunc(rows, func(a, b table.Row) int {
		if len(a) != len(b) || len(a) != len(s.columns) {
			return len(a) - len(b)
		}
		if first >= 0 {
			if c := strings.Compare(fmt.Sprint(a[first]), fmt.Sprint(b[first])); c != 0 {
				return c
			}
		}
		for i := range a {
			if c := strings.Compare(fmt.Sprint(a[i]), fmt.Sprint(b[i])); c != 0 {
				return c
			}
		}
		return 0
	})
}
