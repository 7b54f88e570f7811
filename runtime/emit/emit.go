// Package emit collects the records that a task writes, in chunks that are handed to a Kafka producer as a whole and are used
// again when the last of their records is acknowledged.
//
// A task asks for a buffer with [Emitter.Begin], appends a key and a value to it and gives it back with [Emitter.Send]. Nothing
// is allocated per record. An emitter belongs to its task's goroutine; only [Chunk.Done] is called from elsewhere.
package emit

import (
	"sync/atomic"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
)

const (
	chunkBytes   = 64 << 10
	chunkRecords = 1024
	chunkSpare   = 1 << 10 // a chunk with less room than this is not begun on
)

// Target is where an output's records go.
type Target struct {
	Topic string
	// Partitions is above 0 when the partition follows from the key by Kafka's own hash (murmur2): repartition topics. Where it
	// is 0 the record's partition is Fixed.
	Partitions int32
	// Fixed is the partition of every record: the task's own for a changelog, -1 to leave it to the producer's partitioner.
	Fixed int32
}

// Chunk is a run of records of one task, in the order in which they were sent.
type Chunk struct {
	buf     []byte
	recs    []kgo.Record
	heads   []kgo.RecordHeader
	values  []byte // of heads
	waiting int    // how many of heads are for the record that is begun
	left    atomic.Int32
	pool    *Pool
}

// Records are the chunk's records. They must not be used after the last of them was reported with Done.
func (c *Chunk) Records() []kgo.Record { return c.recs }

// Done reports that one record of the chunk is finished with. It may be called from any goroutine.
func (c *Chunk) Done() {
	if c.left.Add(-1) == 0 {
		c.pool.put(c)
	}
}

// Pool keeps chunks for use again. It may be shared by the emitters of any number of goroutines.
type Pool struct{ free chan *Chunk }

// NewPool makes a pool that keeps at most n chunks of 64 KiB.
func NewPool(n int) *Pool { return &Pool{make(chan *Chunk, n)} }

func (p *Pool) get() *Chunk {
	select {
	case c := <-p.free:
		return c
	default:
		return &Chunk{buf: make([]byte, 0, chunkBytes), recs: make([]kgo.Record, 0, chunkRecords), pool: p}
	}
}

func (p *Pool) put(c *Chunk) {
	if cap(c.buf) > 4*chunkBytes || cap(c.values) > 4*chunkBytes { // grown by a huge record: let it go
		return
	}
	clear(c.recs)
	clear(c.heads)
	c.buf, c.recs = c.buf[:0], c.recs[:0]
	c.heads, c.values, c.waiting = c.heads[:0], c.values[:0], 0
	select {
	case p.free <- c:
	default:
	}
}

// Emitter collects what one task sends. It is not safe for concurrent use.
type Emitter struct {
	targets []Target
	pool    *Pool
	open    *Chunk
	full    []*Chunk
	bytes   int64
	closed  int // records in full
}

// New makes an emitter for a task's outputs; Send takes an index into targets.
func New(pool *Pool, targets []Target) *Emitter { return &Emitter{pool: pool, targets: targets} }

// Begin returns the buffer to append the next record to. Only Header and then Send may follow, or nothing: an unsent record leaves no
// trace.
func (e *Emitter) Begin() []byte {
	c := e.open
	if c != nil && cap(c.buf)-len(c.buf) >= chunkSpare && len(c.values) < chunkBytes && len(c.recs) < cap(c.recs) {
		c.heads, c.waiting = c.heads[:len(c.heads)-c.waiting], 0
		return c.buf
	}
	e.close()
	e.open = e.pool.get()
	return e.open.buf
}

// Header adds a header to the record that is begun, behind those added before; the value is copied. It stands between Begin and Send.
func Header[V string | []byte](e *Emitter, name string, value V) {
	c := e.open
	from := len(c.values)
	// Where values grows, headers that were added before keep the memory that they had.
	c.values = append(c.values, value...)
	c.heads = append(c.heads, kgo.RecordHeader{Key: name, Value: c.values[from:len(c.values):len(c.values)]})
	c.waiting++
}

// Send takes the buffer from Begin with the record in it: the key is b[key:value], or null when key is negative; the value is
// b[value:]. Timestamp is in Unix milliseconds; the record's is the nearest to it that Kafka can hold, see [MaxStamp].
func (e *Emitter) Send(output int, b []byte, key, value int, timestamp int64) {
	var k []byte
	if key >= 0 {
		k = b[key:value:value]
	}
	e.send(output, b, k, b[value:len(b):len(b)], timestamp)
}

// SendTombstone is Send for a record with the key b[key:] and a null value.
func (e *Emitter) SendTombstone(output int, b []byte, key int, timestamp int64) {
	e.send(output, b, b[key:len(b):len(b)], nil, timestamp)
}

func (e *Emitter) send(output int, b, key, value []byte, timestamp int64) {
	c, t := e.open, &e.targets[output]
	e.bytes += int64(len(b) - len(c.buf))
	c.buf = b
	c.recs = append(c.recs, kgo.Record{Topic: t.Topic, Partition: t.partition(key), Key: key, Value: value, Timestamp: time.UnixMilli(timestamp)})
	if n := len(c.heads); c.waiting > 0 {
		c.recs[len(c.recs)-1].Headers = c.heads[n-c.waiting : n : n]
		for _, h := range c.recs[len(c.recs)-1].Headers {
			e.bytes += int64(len(h.Value))
		}
		c.waiting = 0
	}
	if timestamp < 0 || timestamp > MaxStamp {
		t.stampFar(&c.recs[len(c.recs)-1], timestamp)
	}
}

// SendRecord sends a record that the caller made, for what is rare: dead letters, watermarks. Its topic is filled in, and its
// partition too unless the target's partitions follow from the key and the key is nil. Key, value and headers are copied where
// they may alias an input record, and its timestamp is moved to the nearest that Kafka can hold.
func (e *Emitter) SendRecord(output int, r *kgo.Record) {
	t := &e.targets[output]
	e.Begin()
	c := e.open
	r.Topic = t.Topic
	stamp(r, r.Timestamp.UnixMilli())
	if t.Partitions == 0 || r.Key != nil {
		r.Partition = t.partition(r.Key)
	}
	r.Key, r.Value = clone(r.Key), clone(r.Value)
	for i := range r.Headers {
		r.Headers[i].Value = clone(r.Headers[i].Value)
	}
	e.bytes += int64(len(r.Key) + len(r.Value))
	c.recs = append(c.recs, *r)
}

func clone(b []byte) []byte {
	if b == nil {
		return nil
	}
	return append(make([]byte, 0, len(b)), b...)
}

func (t *Target) partition(key []byte) int32 {
	if t.Partitions > 0 {
		return Partition(key, t.Partitions)
	}
	return t.Fixed
}

// Bytes is how much was sent since the last Take.
func (e *Emitter) Bytes() int64 { return e.bytes }

// Len is how many records were sent since the last Take.
func (e *Emitter) Len() int {
	if e.open == nil {
		return e.closed
	}
	return e.closed + len(e.open.recs)
}

// Take returns the chunks filled since the last Take, in order. Each of their records must be reported with Done.
func (e *Emitter) Take() []*Chunk {
	e.close()
	full := e.full
	e.full, e.bytes, e.closed = nil, 0, 0
	return full
}

func (e *Emitter) close() {
	c := e.open
	if c == nil {
		return
	}
	e.open = nil
	if len(c.recs) == 0 {
		e.pool.put(c)
		return
	}
	c.left.Store(int32(len(c.recs)))
	e.full = append(e.full, c)
	e.closed += len(c.recs)
}

// Partition is the partition that Kafka's Java client (and kgo's default) gives a key: murmur2, positive, modulo n.
func Partition(key []byte, n int32) int32 { return int32(murmur2(key)&0x7fffffff) % n }

// murmur2 is the 32-bit hash of Kafka's default partitioner (org.apache.kafka.common.utils.Utils.murmur2).
func murmur2(b []byte) uint32 {
	const (
		seed uint32 = 0x9747b28c
		m    uint32 = 0x5bd1e995
	)
	h := seed ^ uint32(len(b))
	for len(b) >= 4 {
		k := uint32(b[3])<<24 | uint32(b[2])<<16 | uint32(b[1])<<8 | uint32(b[0])
		b = b[4:]
		k *= m
		k ^= k >> 24
		k *= m
		h *= m
		h ^= k
	}
	switch len(b) {
	case 3:
		h ^= uint32(b[2]) << 16
		fallthrough
	case 2:
		h ^= uint32(b[1]) << 8
		fallthrough
	case 1:
		h ^= uint32(b[0])
		h *= m
	}
	h ^= h >> 13
	h *= m
	h ^= h >> 15
	return h
}
