package engine

import (
	"math/bits"
	"sync"

	"github.com/twmb/franz-go/pkg/kgo"
)

// recordPool keeps the slices that the client decodes batches into. A record takes some 200 bytes whatever is in it, which is often
// more than its data: without a pool they are most of what a service allocates. Batches hold one record or tens of thousands,
// so slices are kept by size, and at most maxPooled records of them. Unlike a sync.Pool it survives a garbage collection. It is
// asked once a batch, from several goroutines.
type recordPool struct {
	mu   sync.Mutex
	free [maxClass + 1][][]kgo.Record // by the binary logarithm of their capacity
	kept int                          // records
}

const (
	minClass  = 4
	maxClass  = 16
	maxPooled = 2 << maxClass // some 26 MB
)

// GetRecords returns an empty slice for at least n records.
func (p *recordPool) GetRecords(n int) []kgo.Record {
	class := max(minClass, bits.Len(uint(max(n, 1)-1)))
	if class > maxClass {
		return make([]kgo.Record, 0, n)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if last := len(p.free[class]) - 1; last >= 0 {
		s := p.free[class][last]
		p.free[class][last] = nil
		p.free[class] = p.free[class][:last]
		p.kept -= cap(s)
		return s[:0]
	}
	return make([]kgo.Record, 0, 1<<class)
}

// PutRecords takes a slice back. Its records are zero and hold on to nothing.
func (p *recordPool) PutRecords(s []kgo.Record) {
	if cap(s) < 1<<minClass || cap(s) > 1<<maxClass {
		return
	}
	class := bits.Len(uint(cap(s))) - 1
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.kept+cap(s) <= maxPooled {
		p.free[class] = append(p.free[class], s)
		p.kept += cap(s)
	}
}
