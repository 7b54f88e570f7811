package process

import (
	"fmt"
	"slices"
	"testing"
	"time"
)

// TestFormat pins the bytes of version 1: stores and changelogs hold them.
func TestFormat(t *testing.T) {
	h := start(t, 64)
	m := NewMap(h.s, "m", 0, intKey, parseIntKey, appendInt, decodeInt)
	l := NewList(h.s, "l", 0, appendInt, decodeInt)
	err := h.call("gr", 1000, func() error {
		h.v.Set(5)
		m.Set(-1, 6)
		l.Append(7, 8)
		Timers{h.s}.Set(time.UnixMilli(-2))
		ProcessingTimers{h.s}.Set(time.UnixMilli(3))
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	h.commit()
	var got []string
	if err := h.c.DB.Scan([]byte{1}, []byte{2}, func(k, v []byte) error {
		got = append(got, fmt.Sprintf("%q %x", k[1:], v))
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	want := []string{
		`"l\x01l\x02gr\x00\x00\x00\x00\x00\x00\x00\x00" 0100d00f0100070e`,
		`"l\x01l\x02gr\x00\x00\x00\x00\x00\x00\x00\x01" 0100d00f01000710`,
		`"m\x01m\x02gr\x7f\xff\xff\xff\xff\xff\xff\xff" 0100d00f0100070c`,
		`"p\x80\x00\x00\x00\x00\x00\x00\x03tgr" 01d00f`,
		`"q\x7f\xff\xff\xff\xff\xff\xff\xfetgr" 01`,
		`"q\x80\x00\x00\x00\x00\x00\x04(xv\x01ngr" 01`,
		`"v\x01ngr" 0101d00f0100070a`,
	}
	if !slices.Equal(got, want) {
		t.Errorf("got\n%q\nwant\n%q", got, want)
	}
}
