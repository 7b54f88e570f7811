package csvx_test

import (
	"bytes"
	"encoding/csv"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/weirstream/weir/runtime/csvx"
)

// FuzzSplit: records are taken apart as encoding/csv does it, apart from its \r\n becoming \n inside of quotes.
func FuzzSplit(f *testing.F) {
	for _, s := range []string{"a,b", `"a,b","c ""d"""`, "a,\n", "a\r\n", `"a`, `"a"b`, `a"b`, "a\nb", `""""`, `,,`, "\"a\nb\",c", `"a" `, "a\rb"} {
		f.Add(s, byte(','))
	}
	f.Add("a;b,c", byte(';'))
	f.Fuzz(func(t *testing.T, text string, delimiter byte) {
		if delimiter == '"' || delimiter == '\r' || delimiter == '\n' || delimiter >= 0x80 || delimiter == 0 {
			return
		}
		r := csv.NewReader(strings.NewReader(text))
		r.Comma = rune(delimiter)
		want, wantErr := r.Read()
		var s csvx.Scratch
		format := csvx.Format{Delimiter: delimiter, Columns: slices.Repeat([]string{"c"}, len(want))}
		err := s.Split([]byte(text), &format)
		if strings.ContainsRune(text, '\r') || strings.Trim(text, "\n") == "" {
			return // encoding/csv changes line breaks and skips empty lines
		}
		if rest, restErr := r.Read(); wantErr == nil && (len(rest) > 0 || !errors.Is(restErr, errEOF(r))) {
			wantErr = errors.New("more than one record")
		}
		if strings.HasPrefix(text, "\n") || strings.HasSuffix(text, "\n\n") {
			return
		}
		if (err == nil) != (wantErr == nil) {
			t.Fatalf("%q: %v, encoding/csv: %v", text, err, wantErr)
		}
		if err != nil {
			return
		}
		for i, cell := range want {
			if got := s.String(i); got != cell && s.Err() == nil {
				t.Fatalf("%q: cell %d is %q, encoding/csv: %q", text, i, got, cell)
			}
		}
	})
}

// errEOF is what a reader says behind its last record.
func errEOF(r *csv.Reader) error {
	_, err := r.Read()
	return err
}

// FuzzString: what is written is read again, and never as null.
func FuzzString(f *testing.F) {
	for _, s := range []string{"", "NA", "a,b", `"`, "a\r\nb", "plain", " a "} {
		f.Add(s, s)
	}
	format := csvx.Format{Delimiter: ',', Nulls: []string{"NA", ""}, Columns: []string{"a", "b", "c"}}
	f.Fuzz(func(t *testing.T, v, w string) {
		v, w = strings.ToValidUTF8(v, "?"), strings.ToValidUTF8(w, "?")
		b := format.AppendString(nil, v)
		b = format.AppendNull(append(b, ','))
		b = format.AppendString(append(b, ','), w)
		var s csvx.Scratch
		if err := s.Split(b, &format); err != nil {
			t.Fatalf("%v: %s", err, b)
		}
		if got, again := s.String(0), s.String(2); got != v || again != w || !s.Null(1) || s.Null(0) || s.Null(2) || s.Err() != nil {
			t.Fatalf("%s is read as %q, %q, %v", b, got, again, s.Err())
		}
	})
}

// TestOddFormats: cells that look like a null or hold the delimiter are quoted, whatever their type.
func TestOddFormats(t *testing.T) {
	format := csvx.Format{Delimiter: '.', Nulls: []string{"-1"}, Columns: []string{"a", "b"}}
	b := format.AppendInt(nil, -1)
	b = format.AppendDouble(append(b, '.'), 2.5)
	if want := `"-1"."2.5"`; string(b) != want {
		t.Errorf("%s, want %s", b, want)
	}
	var s csvx.Scratch
	if err := s.Split(b, &format); err != nil {
		t.Fatal(err)
	}
	if i, d := s.Int(0), s.Double(1); i != -1 || d != 2.5 || s.Err() != nil {
		t.Errorf("%d, %g, %v", i, d, s.Err())
	}
	if b := new(csvx.Format).AppendNull([]byte("x")); !bytes.Equal(b, []byte("x")) {
		t.Errorf("%s", b)
	}
}
