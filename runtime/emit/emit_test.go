package emit

import (
	"bytes"
	"fmt"
	"testing"

	"github.com/twmb/franz-go/pkg/kgo"
)

// The values are those of Kafka's own test of Utils.murmur2, as its positive hash modulo 2^31 - 1 partitions.
func TestPartitionIsKafkas(t *testing.T) {
	for key, hash := range map[string]int32{
		"21": -973932308, "foobar": -790332482, "a-little-bit-long-string": -985981536,
		"a-little-bit-longer-string": -1486304829, "lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8": -58897971, "abc": 479470107,
	} {
		if got := int32(murmur2([]byte(key))); got != hash {
			t.Errorf("murmur2(%q) = %d, want %d", key, got, hash)
		}
	}
}

// What kgo's default partitioner does with a key is what Partition does.
func TestPartitionIsKgos(t *testing.T) {
	p := kgo.StickyKeyPartitioner(nil).ForTopic("t")
	for i := range 1000 {
		key := fmt.Appendf(nil, "key-%d", i)
		if got, want := Partition(key, 7), int32(p.Partition(&kgo.Record{Key: key}, 7)); got != want {
			t.Fatalf("partition of %s is %d, kgo says %d", key, got, want)
		}
	}
}

func targets() []Target {
	return []Target{{Topic: "sink", Fixed: -1}, {Topic: "repartition", Partitions: 5}, {Topic: "changelog", Fixed: 3}}
}

func send(e *Emitter, output int, key, value string, timestamp int64) {
	b := e.Begin()
	k := len(b)
	b = append(b, key...)
	v := len(b)
	b = append(b, value...)
	e.Send(output, b, k, v, timestamp)
}

func records(chunks []*Chunk) (recs []kgo.Record) {
	for _, c := range chunks {
		recs = append(recs, c.Records()...)
	}
	return recs
}

func TestRecordsComeOutInOrderAndWhole(t *testing.T) {
	e := New(NewPool(4), targets())
	const n = 5000 // several chunks, by records and by bytes
	for i := range n {
		send(e, i%3, fmt.Sprint("k", i), fmt.Sprint("value ", i), int64(i))
	}
	if e.Bytes() == 0 {
		t.Error("nothing was counted")
	}
	recs := records(e.Take())
	if len(recs) != n {
		t.Fatalf("%d records, want %d", len(recs), n)
	}
	for i, r := range recs {
		want := kgo.Record{Topic: targets()[i%3].Topic, Partition: targets()[i%3].Fixed}
		if i%3 == 1 {
			want.Partition = Partition(r.Key, 5)
		}
		if r.Topic != want.Topic || r.Partition != want.Partition || string(r.Key) != fmt.Sprint("k", i) ||
			string(r.Value) != fmt.Sprint("value ", i) || r.Timestamp.UnixMilli() != int64(i) {
			t.Fatalf("record %d is %+v", i, r)
		}
	}
	if e.Bytes() != 0 || len(e.Take()) != 0 {
		t.Error("Take left something behind")
	}
}

func TestNullKeyAndUnsent(t *testing.T) {
	e := New(NewPool(1), targets())
	b := e.Begin()
	_ = append(b, "never sent"...)
	b = e.Begin()
	v := len(b)
	b = append(b, "value"...)
	e.Send(0, b, -1, v, 0)
	recs := records(e.Take())
	if len(recs) != 1 || recs[0].Key != nil || string(recs[0].Value) != "value" {
		t.Errorf("got %+v", recs)
	}
}

// A record larger than a chunk is no special case for the caller, and doesn't make the pool keep the memory.
func TestHugeRecord(t *testing.T) {
	p := NewPool(4)
	e := New(p, targets())
	huge := bytes.Repeat([]byte("x"), 5*chunkBytes)
	send(e, 0, "before", "1", 0)
	send(e, 0, "huge", string(huge), 0)
	send(e, 0, "after", "2", 0)
	chunks := e.Take()
	recs := records(chunks)
	if len(recs) != 3 || !bytes.Equal(recs[1].Value, huge) || string(recs[0].Value) != "1" || string(recs[2].Value) != "2" {
		t.Fatalf("%d records", len(recs))
	}
	for _, c := range chunks {
		for range c.Records() {
			c.Done()
		}
	}
	for len(p.free) > 0 {
		if c := <-p.free; cap(c.buf) > 4*chunkBytes {
			t.Errorf("the pool keeps a buffer of %d bytes", cap(c.buf))
		}
	}
}

func TestChunksAreUsedAgainWhenAllIsDone(t *testing.T) {
	p := NewPool(4)
	e := New(p, targets())
	send(e, 0, "a", "1", 0)
	send(e, 0, "b", "2", 0)
	chunks := e.Take()
	chunks[0].Done()
	if len(p.free) != 0 {
		t.Fatal("a chunk came back before its last record was done")
	}
	chunks[0].Done()
	if len(p.free) != 1 {
		t.Fatal("a chunk did not come back")
	}
	if allocs := testing.AllocsPerRun(100, func() {
		b := e.Begin()
		e.Send(0, append(b, "kv"...), len(b), len(b)+1, 0)
	}); allocs > 0.1 {
		t.Errorf("%v allocations a record", allocs)
	}
}

func TestSendRecordCopies(t *testing.T) {
	e := New(NewPool(1), targets())
	key, value, header := []byte("key"), []byte("value"), []byte("header")
	e.SendRecord(0, &kgo.Record{Key: key, Value: value, Headers: []kgo.RecordHeader{{Key: "h", Value: header}}})
	e.SendRecord(1, &kgo.Record{Partition: 4, Value: value})
	copy(key, "xxx")
	copy(value, "xxxxx")
	copy(header, "xxxxxx")
	recs := records(e.Take())
	if string(recs[0].Key) != "key" || string(recs[0].Value) != "value" || string(recs[0].Headers[0].Value) != "header" || recs[0].Partition != -1 {
		t.Errorf("got %+v", recs[0])
	}
	if recs[1].Key != nil || recs[1].Partition != 4 || recs[1].Topic != "repartition" {
		t.Errorf("got %+v", recs[1])
	}
}
