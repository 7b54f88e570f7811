package aggregate

import (
	"bytes"
	"math"
	"testing"
)

func TestMeanIntDoesNotOverflow(t *testing.T) {
	var m MeanInt
	for range 3 {
		m.Add(math.MaxInt64)
	}
	if got := m.Value(); got != math.MaxInt64 {
		t.Errorf("mean of three MaxInt64 is %v", got)
	}
	m = MeanInt{}
	m.Add(math.MinInt64)
	m.Add(math.MinInt64)
	m.Add(math.MaxInt64)
	m.Add(math.MaxInt64)
	if got := m.Value(); got != -0.5 {
		t.Errorf("mean is %v, want -0.5", got)
	}
}

func TestMeanIntSmall(t *testing.T) {
	for _, c := range []struct {
		in   []int64
		want float64
	}{{[]int64{1, 2}, 1.5}, {[]int64{-1}, -1}, {[]int64{-3, 1}, -1}, {[]int64{0}, 0}} {
		var m MeanInt
		for _, v := range c.in {
			m.Add(v)
		}
		if m.Value() != c.want {
			t.Errorf("mean of %v is %v, want %v", c.in, m.Value(), c.want)
		}
	}
}

func TestMeanUintDoesNotOverflow(t *testing.T) {
	var m MeanUint
	m.Add(math.MaxUint64)
	m.Add(math.MaxUint64)
	if got := m.Value(); got != math.MaxUint64 {
		t.Errorf("mean is %v", got)
	}
}

// The bytes are a stored format: they may never change.
func TestStoredBytes(t *testing.T) {
	var i MeanInt
	i.Add(-2)
	var u MeanUint
	u.Add(3)
	var d MeanDouble
	d.Add(1)
	for _, c := range []struct{ got, want []byte }{
		{i.Append(nil), []byte("\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xfe\x00\x00\x00\x00\x00\x00\x00\x01")},
		{u.Append(nil), []byte("\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x03\x00\x00\x00\x00\x00\x00\x00\x01")},
		{d.Append(nil), []byte("\x3f\xf0\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x01")},
	} {
		if !bytes.Equal(c.got, c.want) {
			t.Errorf("got %x, want %x", c.got, c.want)
		}
	}
}

func TestRoundTripAndShort(t *testing.T) {
	var a, b MeanInt
	a.Add(-7)
	a.Add(9)
	enc := a.Append([]byte("x"))
	if i := b.Decode(enc, 1); i != len(enc) || a != b {
		t.Errorf("got %v and cursor %d", b, i)
	}
	if i := b.Decode(enc[:24], 1); i >= 0 {
		t.Error("short state was accepted")
	}
	if i := b.Decode(enc, -3); i != -3 {
		t.Errorf("cursor -3 became %d", i)
	}
	var u MeanUint
	if i := u.Decode(nil, 0); i >= 0 {
		t.Error("short state was accepted")
	}
	var d MeanDouble
	if i := d.Decode(make([]byte, 15), 0); i >= 0 {
		t.Error("short state was accepted")
	}
}
