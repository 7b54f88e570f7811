package position

import (
	"encoding/hex"
	"errors"
	"strings"
	"testing"
)

var cases = []struct {
	p     Position
	text  string // written by "shop-1"
	bytes string
}{
	{Start(), "w1 - shop-1", "01" + "8000000000000000" + "00" + "00"},
	{
		Position{-1, map[string]Offset{"orders": {5, 0}}, map[string]int64{"per_minute": 300}},
		"w1 -1 shop-1 per_minute:300",
		"01" + "ffffffffffffffff" + "01" + "06" + "6f7264657273" + "05" + "00" + "01" + "0a" + "7065725f6d696e757465" + "ac02",
	},
	{
		Position{1700000000000, map[string]Offset{"b": {1, -1}, "a": {1 << 40, 7}}, map[string]int64{"z": 0, "y": 1}},
		"w1 1700000000000 shop-1 y:1 z:0",
		"01" + "0000018bcfe56800" + "02" + "0161" + "808080808020" + "0e" + "0162" + "01" + "01" + "02" + "0179" + "01" + "017a" + "00",
	},
}

func TestGolden(t *testing.T) {
	for _, c := range cases {
		text, err := c.p.Metadata("shop-1").Encode()
		if err != nil || text != c.text {
			t.Errorf("text %q, %v; want %q", text, err, c.text)
		}
		m, err := Parse(c.text)
		if err != nil || m.Writer != "shop-1" || !(Position{m.Watermark, c.p.Inputs, m.Changelogs}).Equal(c.p) {
			t.Errorf("%q read back as %v, %v", c.text, m, err)
		}
		if got := hex.EncodeToString(c.p.Append(nil)); got != c.bytes {
			t.Errorf("bytes %s, want %s", got, c.bytes)
		}
		b, _ := hex.DecodeString(c.bytes)
		if p, err := Decode(b); err != nil || !p.Equal(c.p) {
			t.Errorf("bytes read back as %v, %v", p, err)
		}
		for i := range b {
			if _, err := Decode(b[:i]); err == nil {
				t.Errorf("%x was accepted", b[:i])
			}
		}
		if _, err := Decode(append(b, 0)); err == nil {
			t.Error("bytes left over were accepted")
		}
	}
}

func TestTextEscapes(t *testing.T) {
	for _, w := range []string{"", "-", "a b", "a:b", "ü%", "+"} {
		text, err := Metadata{Writer: w, Changelogs: map[string]int64{w: 1}}.Encode()
		if err != nil {
			t.Fatal(err)
		}
		if m, err := Parse(text); err != nil || m.Writer != w || m.Changelogs[w] != 1 {
			t.Errorf("%q: %q gave %v, %v", w, text, m, err)
		}
	}
}

func TestRefused(t *testing.T) {
	for _, s := range []string{"w2 1 x", "hello", "w1", "w1 1", "w1 x -", "w1 1 %z", "w1 1 - a", "w1 1 - a:-1", "w1 1 - :1", "w1 1 - a:1 a:1", "w1 1 -  a:1", "w1 99999999999999999999 -"} {
		if _, err := Parse(s); err == nil {
			t.Errorf("%q was accepted", s)
		}
	}
	if _, err := Parse(""); !errors.Is(err, ErrEmpty) {
		t.Error("want ErrEmpty")
	}
	if _, err := Decode([]byte{2}); err == nil || !strings.Contains(err.Error(), "version 2") {
		t.Errorf("unknown version: %v", err)
	}
	if _, err := (Metadata{Writer: strings.Repeat("x", MaxText)}).Encode(); err == nil {
		t.Error("too long, and accepted")
	}
	if s, err := (Metadata{Writer: strings.Repeat("x", MaxText-5)}).Encode(); err != nil || len(s) != MaxText {
		t.Errorf("exactly fitting: %d, %v", len(s), err)
	}
}

func TestMissing(t *testing.T) {
	at := func(ends map[string]int64) Position { return Start().WithEnds(ends) }
	from, err := at(map[string]int64{"a": 3, "gone": 0}).Missing(at(map[string]int64{"a": 5, "b": 2, "c": 0}))
	if err != nil || len(from) != 2 || from["a"] != 3 {
		t.Errorf("%v %v", from, err)
	}
	if _, ok := from["b"]; !ok {
		t.Error("a store that is not there yet must be replayed from 0")
	}
	if _, err := at(map[string]int64{"a": 5}).Missing(Start()); !errors.Is(err, ErrAhead) {
		t.Errorf("got %v", err)
	}
}

func FuzzParse(f *testing.F) {
	for _, c := range cases {
		f.Add(c.text)
	}
	f.Fuzz(func(t *testing.T, s string) {
		m, err := Parse(s)
		if err != nil {
			return
		}
		text, err := m.Encode()
		if err != nil {
			return // the escapes can be longer than what came in
		}
		m2, err := Parse(text)
		if err != nil || m2.Writer != m.Writer || m2.Watermark != m.Watermark || len(m2.Changelogs) != len(m.Changelogs) {
			t.Fatalf("%q became %q", s, text)
		}
	})
}

func FuzzDecode(f *testing.F) {
	for _, c := range cases {
		f.Add(c.p.Append(nil))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		p, err := Decode(b)
		if err != nil {
			return
		}
		if q, err := Decode(p.Append(nil)); err != nil || !q.Equal(p) {
			t.Fatalf("%v became %v, %v", p, q, err)
		}
	})
}
