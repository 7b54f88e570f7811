package oracle

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	celtypes "cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"

	"github.com/weirstream/weir/spec/check"
	"github.com/weirstream/weir/spec/types"
)

// cell is one cell of a CSV record. encoding/csv doesn't tell a quoted empty cell from an empty one, and null depends on it.
type cell struct {
	text   string
	quoted bool
}

// splitCSV splits one record by the rules of RFC 4180.
func splitCSV(line string, delim byte) ([]cell, error) {
	var cells []cell
	for {
		var c cell
		if strings.HasPrefix(line, `"`) {
			c.quoted = true
			line = line[1:]
			for {
				i := strings.IndexByte(line, '"')
				if i < 0 {
					return nil, errors.New("quote without an end")
				}
				c.text += line[:i]
				line = line[i+1:]
				if !strings.HasPrefix(line, `"`) {
					break
				}
				c.text += `"`
				line = line[1:]
			}
			if line != "" && line[0] != delim {
				return nil, errors.New("text behind a quoted cell")
			}
		} else {
			i := strings.IndexByte(line, delim)
			if i < 0 {
				i = len(line)
			}
			c.text = line[:i]
			line = line[i:]
			if strings.Contains(c.text, `"`) {
				return nil, errors.New("quote inside a cell that is not quoted")
			}
		}
		cells = append(cells, c)
		if line == "" {
			return cells, nil
		}
		line = line[1:]
	}
}

// decodeCSV reads a record from a line of CSV; of which need are read.
func decodeCSV(t *types.Type, o check.CSVOptions, need Fields, b []byte) (*record, error) {
	if b == nil {
		return nil, errors.New("null")
	}
	cells, err := splitCSV(string(b), o.Delimiter)
	if err != nil {
		return nil, err
	}
	columns := o.Columns
	if columns == nil {
		for _, f := range t.Fields {
			columns = append(columns, f.Wire)
		}
	}
	if len(cells) != len(columns) {
		return nil, fmt.Errorf("expected %d cells, found %d", len(columns), len(cells))
	}
	r := &record{Of: t, Fields: map[string]ref.Val{}}
	for _, f := range t.Fields {
		if !need.has(t, f) {
			continue
		}
		i := slices.IndexFunc(columns, func(c string) bool { return slices.Contains(f.Wires(), c) })
		null := i < 0 || !cells[i].quoted && slices.Contains(o.Nulls, cells[i].text)
		if f.Default != nil && (i < 0 || null && f.Type.Kind != types.Optional) {
			r.Fields[f.Name] = written(f.Type, f.Default)
			continue
		}
		typ := f.Type
		if typ.Kind == types.Optional {
			if null {
				r.Fields[f.Name] = celtypes.OptionalNone
				continue
			}
			typ = typ.Elem
		}
		if null {
			return nil, fmt.Errorf("field %s: null", f.Name)
		}
		v, err := fromText(typ, f.As, cells[i].text)
		if err != nil {
			return nil, fmt.Errorf("field %s: %w", f.Name, err)
		}
		if f.Type.Kind == types.Optional {
			v = celtypes.OptionalOf(v)
		}
		r.Fields[f.Name] = v
	}
	return r, nil
}
