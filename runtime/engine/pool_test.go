package engine

import (
	"testing"

	"github.com/twmb/franz-go/pkg/kgo"
)

func TestRecordPool(t *testing.T) {
	var p recordPool
	for _, n := range []int{0, 1, 15, 16, 17, 1000, 1 << maxClass, 1<<maxClass + 1} {
		s := p.GetRecords(n)
		if len(s) != 0 || cap(s) < n || cap(s) < 1<<minClass {
			t.Fatalf("asked for %d: length %d, capacity %d", n, len(s), cap(s))
		}
		p.PutRecords(s[:cap(s)])
		again := p.GetRecords(n)
		if kept := n <= 1<<maxClass; kept != (&s[:1][0] == &again[:1][0]) {
			t.Errorf("%d records: used again: %v", n, !kept)
		}
	}
	if p.kept != 0 {
		t.Errorf("everything is out, but %d are kept", p.kept)
	}
	for range 5 {
		p.PutRecords(make([]kgo.Record, 1<<maxClass))
	}
	if p.kept != maxPooled {
		t.Errorf("%d are kept, the bound is %d", p.kept, maxPooled)
	}
	p.PutRecords(make([]kgo.Record, 3)) // too small to be of use
	if s := p.GetRecords(1); cap(s) != 1<<minClass {
		t.Errorf("capacity %d", cap(s))
	}
}
