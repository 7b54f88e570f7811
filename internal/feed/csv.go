package feed

import (
	"bytes"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/weirstream/weir/spec/check"
	"github.com/weirstream/weir/spec/types"
)

// csvRows reads RFC 4180 rows. Cells keep their quotes on the way to a CSV topic, because a quoted null text is not null.
type csvRows struct {
	in      *Input
	delim   byte
	columns []string       // of the record
	fields  []*types.Field // of each column, nil when no field reads it
	from    []int          // cell of the file for each column
	asIs    bool           // rows go out byte for byte: same columns, same order, same delimiter
	width   int            // cells of a row
	key     int            // column of the key, -1 for none
	first   []byte         // the first row when it is no header
	cells   [][]byte
}

func newCSVRows(in *Input, tabs bool) (*csvRows, error) {
	src := in.src
	r := &csvRows{in: in, delim: ',', columns: src.CSV.Columns, key: -1}
	if src.Format == check.CSV && src.CSV.Delimiter != 0 {
		r.delim = src.CSV.Delimiter
	}
	if tabs {
		r.delim = '\t'
	}
	if src.Format != check.CSV {
		r.columns = nil
		for _, f := range src.Value.Fields {
			r.columns = append(r.columns, f.Wire)
		}
	}
	r.fields = make([]*types.Field, len(r.columns))
	for i, c := range r.columns {
		for _, f := range src.Value.Fields {
			if slices.Contains(f.Wires(), c) {
				r.fields[i] = f
				if f.Name == src.KeyField {
					r.key = i
				}
			}
		}
	}
	if err := r.header(); err != nil {
		return nil, err
	}
	return r, nil
}

// header reads the first row. It is a header if one of its cells is the name of a column; otherwise the file has none, and
// its cells stand in the order of the source's columns.
func (r *csvRows) header() error {
	row, err := r.row()
	if err == io.EOF {
		return nil
	} else if err != nil {
		return err
	}
	cells := splitRow(row, r.delim, nil)
	names := make([]string, len(cells))
	known := false
	for i, c := range cells {
		names[i] = strings.TrimSpace(string(unquote(c)))
		known = known || slices.Contains(r.columns, names[i])
	}
	r.width = len(cells)
	if !known {
		r.width = len(r.columns)
		if len(cells) != r.width {
			return r.in.errorf(1, "this is neither a header (no cell names a column of source %s) nor a row (%d cells, the source has %d columns)",
				r.in.src.Name, len(cells), r.width)
		}
		r.first = row
		names = r.columns
	}
	sameOrder := len(names) == len(r.columns)
	for i, c := range r.columns {
		at := slices.Index(names, c)
		if at < 0 && r.optional(i) {
			sameOrder = false
		} else if at < 0 {
			return r.in.errorf(1, "the header has no column %q, which source %s needs (it has %s)", c, r.in.src.Name, strings.Join(names, ", "))
		}
		sameOrder = sameOrder && at == i
		r.from = append(r.from, at)
	}
	src := r.in.src
	r.asIs = sameOrder && src.Format == check.CSV && (src.CSV.Delimiter == 0 || src.CSV.Delimiter == r.delim)
	return nil
}

// optional tells whether a column may be missing from the file: a JSON value can be without the member. A CSV row can't.
func (r *csvRows) optional(col int) bool {
	return r.in.src.Format != check.CSV && r.fields[col].Type.Kind == types.Optional
}

// row returns the bytes of the next row that isn't blank, without its line end. A quoted cell may span lines.
func (r *csvRows) row() ([]byte, error) {
	for {
		row, err := r.in.file.readLine()
		if err != nil {
			return nil, err
		}
		start := r.in.file.line
		for quotes := bytes.Count(row, []byte{'"'}); quotes%2 == 1; {
			more, err := r.in.file.readLine()
			if err == io.EOF {
				return nil, r.in.errorf(start, "a quoted cell has no end")
			} else if err != nil {
				return nil, err
			}
			quotes += bytes.Count(more, []byte{'"'})
			if row = append(row, more...); len(row) > longestLine {
				return nil, r.in.errorf(start, "a quoted cell goes on for more than %d bytes", longestLine)
			}
		}
		if row = chomp(row); len(row) > 0 {
			return row, nil
		}
	}
}

func (r *csvRows) next() (*kgo.Record, error) {
	row := r.first
	r.first = nil
	if row == nil {
		var err error
		if row, err = r.row(); err != nil {
			return nil, err
		}
	}
	line := r.in.file.line
	r.cells = splitRow(row, r.delim, r.cells[:0])
	if len(r.cells) != r.width {
		if !r.asIs {
			return nil, r.in.errorf(line, "the row has %d cells, the header %d", len(r.cells), r.width)
		}
		r.in.warn(line, "the row has %d cells, the source %d columns; it is fed as it is", len(r.cells), r.width)
		return &kgo.Record{Value: row}, nil
	}
	rec := &kgo.Record{}
	var err error
	switch {
	case r.asIs:
		rec.Value = row
	case r.in.src.Format == check.CSV:
		rec.Value = r.reorder()
	default:
		if rec.Value, err = r.json(); err != nil {
			return nil, r.in.errorf(line, "%w", err)
		}
	}
	if r.key >= 0 {
		if rec.Key, err = r.keyOf(); err != nil {
			r.in.warn(line, "%v; it is fed with a null key", err)
		}
	}
	return rec, nil
}

func (r *csvRows) reorder() []byte {
	delim := r.in.src.CSV.Delimiter
	if delim == 0 {
		delim = ','
	}
	var out []byte
	for i, at := range r.from {
		if i > 0 {
			out = append(out, delim)
		}
		cell := r.cells[at]
		if delim != r.delim && !quoted(cell) && bytes.IndexByte(cell, delim) >= 0 {
			cell = quote(cell)
		}
		out = append(out, cell...)
	}
	return out
}

// json makes an object of the row, each member typed as the source's field is.
func (r *csvRows) json() ([]byte, error) {
	out := []byte{'{'}
	for i, at := range r.from {
		if at < 0 {
			continue
		}
		f, cell := r.fields[i], r.cells[at]
		if r.null(cell) && f.Type.Kind == types.Optional {
			continue
		}
		if len(out) > 1 {
			out = append(out, ',')
		}
		out = appendString(out, f.Wire)
		out = append(out, ':')
		var err error
		if out, err = appendJSON(out, f, unquote(cell)); err != nil {
			return nil, fmt.Errorf("column %q: %w", r.columns[i], err)
		}
	}
	return append(out, '}'), nil
}

func (r *csvRows) null(cell []byte) bool {
	if r.in.src.Format == check.CSV {
		return slices.Contains(r.in.src.CSV.Nulls, string(cell))
	}
	return len(cell) == 0
}

func (r *csvRows) keyOf() ([]byte, error) {
	at := r.from[r.key]
	if at < 0 || r.null(r.cells[at]) && r.fields[r.key].Type.Kind == types.Optional {
		return nil, nil
	}
	return keyText(r.fields[r.key], string(unquote(r.cells[at])))
}

// splitRow appends the row's cells, quotes included, to cells.
func splitRow(row []byte, delim byte, cells [][]byte) [][]byte {
	start, inside := 0, false
	for i, b := range row {
		switch {
		case b == '"':
			inside = !inside
		case b == delim && !inside:
			cells = append(cells, row[start:i:i])
			start = i + 1
		}
	}
	return append(cells, row[start:len(row):len(row)])
}

func quoted(cell []byte) bool { return len(cell) >= 2 && cell[0] == '"' && cell[len(cell)-1] == '"' }

func unquote(cell []byte) []byte {
	if !quoted(cell) {
		return cell
	}
	return bytes.ReplaceAll(cell[1:len(cell)-1], []byte(`""`), []byte(`"`))
}

func quote(cell []byte) []byte {
	out := append([]byte{'"'}, bytes.ReplaceAll(cell, []byte(`"`), []byte(`""`))...)
	return append(out, '"')
}
