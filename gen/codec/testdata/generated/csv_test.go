package generated

import (
	"bytes"
	"encoding/csv"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/weirstream/weir/runtime/csvx"
)

func TestCSVRoundTrips(t *testing.T) {
	var s csvx.Scratch
	v := newValues(4)
	for range rounds {
		want := v.scalars()
		b := want.appendCSV(nil)
		var got Scalars
		if err := got.decodeCSV(append(b, "\r\n"...), &s); err != nil {
			t.Fatalf("%v\n%s", err, b)
		}
		if !reflect.DeepEqual(got, want) {
			t.Fatalf("wrote %+v\nread %+v\n%s", want, got, b)
		}
		if !strings.ContainsRune(want.S, '\r') { // encoding/csv turns \r\n into \n
			cells, err := csv.NewReader(bytes.NewReader(b)).Read()
			if err != nil || len(cells) != 11 || cells[4] != want.S {
				t.Fatalf("encoding/csv reads %q, %v", cells, err)
			}
		}
		some := v.optionals()
		some.B.Valid = true
		b = some.appendCSV(nil)
		var o Optionals
		if err := o.decodeCSV(b, &s); err != nil {
			t.Fatalf("%v\n%s", err, b)
		}
		if again := o.appendCSV(nil); !bytes.Equal(again, b) || o.S.Valid != some.S.Valid {
			t.Fatalf("wrote %s\nread %s", b, again)
		}
	}
}

const goodCSV = `TRUE,007,1,.5,"a ""b"", c",AQI=,paid,90s,2024-02-29T12:00:00Z,1700000000000,1.5`

func TestCSV(t *testing.T) {
	var s csvx.Scratch
	var o Scalars
	if err := o.decodeCSV([]byte(goodCSV+"\n"), &s); err != nil {
		t.Fatal(err)
	}
	want := Scalars{B: true, I: 7, U: 1, D: .5, S: `a "b", c`, Y: []byte{1, 2}, E: OrderStatusPaid, P: 90 * time.Second,
		T: time.Date(2024, 2, 29, 12, 0, 0, 0, time.UTC), Tm: time.UnixMilli(1700000000000).UTC(), Tse: time.Unix(1, 5e8).UTC()}
	if !reflect.DeepEqual(o, want) {
		t.Errorf("got  %+v\nwant %+v", o, want)
	}
	b := []byte(goodCSV)
	if n := testing.AllocsPerRun(100, func() {
		if err := o.decodeCSV(b, &s); err != nil {
			panic(err)
		}
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
	var n Optionals
	if err := n.decodeCSV([]byte(`,NA,,,"NA",,,,,,`), &s); err != nil {
		t.Fatal(err)
	}
	if n.B.Valid || n.I.Valid || n.S.Value != "NA" || n.Y.Valid {
		t.Errorf("%+v", n)
	}
}

func TestCSVFaults(t *testing.T) {
	edit := func(cell int, text string) string {
		cells := strings.Split("true,1,1,1,s,AQI=,paid,90s,2024-02-29T12:00:00Z,1,1", ",")
		cells[cell] = text
		return strings.Join(cells, ",")
	}
	tests := []struct{ data, want string }{
		{"", "expected 11 cells, found 1"},
		{"1,2,3", "expected 11 cells, found 3"},
		{goodCSV + ",", "expected 11 cells, found 12"},
		{edit(0, "yes"), `column b: expected a bool, found "yes" (cell 1)`},
		{edit(1, ""), "column i: required, but null (cell 2)"},
		{edit(1, "NA"), "column i: required, but null (cell 2)"},
		{edit(1, `"NA"`), `column i: expected an int, found "NA" (cell 2)`},
		{edit(1, "1.5"), `column i: expected an int, found "1.5", which is not a whole number (cell 2)`},
		{edit(1, " 1"), `column i: expected an int, found " 1" (cell 2)`},
		{edit(2, "18446744073709551616"), `column u: expected a uint, found "18446744073709551616", which is out of range (cell 3)`},
		{edit(3, "0x1p-2"), `column d: expected a double, found "0x1p-2" (cell 4)`},
		{edit(3, "1e999"), `column d: expected a double, found "1e999", which is out of range (cell 4)`},
		{edit(4, "\xff"), `column s: expected a string in UTF-8, found "�" (cell 5)`},
		{edit(4, `a"b`), "column s: a quote inside an unquoted cell (cell 5)"},
		{edit(4, `"a"b`), "column s: text behind the closing quote (cell 5)"},
		{edit(4, `"a`), "column s: a quote that is never closed (cell 5)"},
		{edit(4, "a\nb"), "column s: a line break outside of quotes (cell 5)"},
		{edit(5, "%"), `column y: expected base64, found "%" (cell 6)`},
		{edit(6, "shipped"), `column e: expected one of pending, paid, cancelled, found "shipped" (cell 7)`},
		{edit(7, strings.Repeat("9", 100)), `column p: expected a duration such as 90s, found "` + strings.Repeat("9", 40) + `..." (cell 8)`},
		{edit(8, "today"), `column t: expected a timestamp such as 2006-01-02T15:04:05Z, found "today" (cell 9)`},
		{edit(9, "1e300"), `column ms: expected a timestamp in milliseconds since 1970, found "1e300", which is out of range (cell 10)`},
	}
	var s csvx.Scratch
	for _, test := range tests {
		err := new(Scalars).decodeCSV([]byte(test.data), &s)
		if err == nil || err.Error() != test.want {
			t.Errorf("%s\ngot  %v\nwant %s", test.data, err, test.want)
		}
	}
}
