package process

import (
	"container/heap"
	"encoding/binary"
	"errors"
	"math"
	"slices"
	"strings"
)

// appendTime appends the start of a key in a queue.
func appendTime(b []byte, kind byte, at int64, mark byte) []byte {
	return append(binary.BigEndian.AppendUint64(append(b, kind), uint64(at)^1<<63), mark)
}

// appendNumber appends what tells the records of one time apart.
func appendNumber(b []byte, n uint64) []byte { return binary.BigEndian.AppendUint64(b, n) }

// queueTime is the time in a key of a queue.
func queueTime(key string) int64 {
	return int64(binary.BigEndian.Uint64([]byte(key[1:1+timeLen])) ^ 1<<63)
}

// schedule finds out what is due next.
func (s *Store) schedule(q *queue) {
	q.due = math.MaxInt64
	if key, err := s.next(q); err == nil && key != "" {
		q.due = queueTime(key)
	}
}

// queue finds the entries of a kind that begin with a time, in their order: those in memory by a heap, the others in the DB.
type queue struct {
	kind  byte
	due   int64 // the time of the first one, MaxInt64 if there is none
	mem   keys  // may hold keys that are gone, or that memory has no more
	held  []string
	holds bool // keys that are added wait in held
	// The DB: ahead is the first key that is not behind from, if known.
	from  string
	ahead string
	known bool
}

func (q *queue) add(key string) {
	if q.holds {
		q.held = append(q.held, key)
		return
	}
	heap.Push(&q.mem, key)
	q.due = min(q.due, queueTime(key))
}

// pop goes on behind a key, the first one.
func (q *queue) pop(key string) {
	for len(q.mem) > 0 && q.mem[0] == key {
		heap.Pop(&q.mem)
	}
	if q.known && q.ahead == key {
		q.from, q.known = key+"\x00", false
	}
}

// hold keeps keys that are added from now on back until release.
func (q *queue) hold() { q.holds = true }

func (q *queue) release() {
	q.holds = false
	for _, key := range q.held {
		heap.Push(&q.mem, key)
	}
	q.held = nil
	q.rescan()
}

// forget takes keys out of which memory has no more: they are in the DB, which is searched from the beginning.
func (q *queue) forget(entries map[string]*entry) {
	q.mem = slices.DeleteFunc(q.mem, func(key string) bool { return entries[key] == nil })
	heap.Init(&q.mem)
	q.rescan()
}

// rescan has the DB searched from the beginning.
func (q *queue) rescan() { q.from, q.ahead, q.known = "", "", false }

// takeDue takes the first key out of a queue if its time is not behind another one; "" if there is none.
func (s *Store) takeDue(q *queue, until int64) (string, error) {
	if err := s.c.Pause(); err != nil {
		return "", err
	}
	key, err := s.next(q)
	if err != nil || key == "" || queueTime(key) > until {
		return "", err
	}
	q.pop(key)
	return key, nil
}

// next is the first key in a queue, "" if there is none.
func (s *Store) next(q *queue) (string, error) {
	if s.err != nil {
		return "", s.err
	}
	for len(q.mem) > 0 {
		if e := s.entries[q.mem[0]]; e != nil && e.value != nil {
			break
		}
		heap.Pop(&q.mem)
	}
	if e := s.entries[q.ahead]; q.known && q.ahead != "" && e != nil && e.value == nil {
		q.from, q.known = q.ahead+"\x00", false
	}
	if !q.known {
		if err := s.seek(q); err != nil {
			return "", err
		}
	}
	switch {
	case len(q.mem) == 0:
		return q.ahead, nil
	case q.ahead == "" || q.mem[0] < q.ahead:
		return q.mem[0], nil
	}
	return q.ahead, nil
}

// seek finds the next key in the DB that memory doesn't say is gone.
func (s *Store) seek(q *queue) error {
	n := len(s.prefix)
	lo := append(append([]byte{}, s.prefix...), max(q.from, string(q.kind))...)
	hi := append(append([]byte{}, s.prefix...), q.kind+1)
	q.ahead = ""
	err := s.c.DB.Skip(lo, hi, func(k []byte) []byte {
		if e := s.entries[string(k[n:])]; e != nil && e.value == nil {
			return append(k[:len(k):len(k)], 0)
		}
		q.ahead = string(k[n:])
		return nil
	})
	if err != nil {
		return s.fatal(err)
	}
	if q.ahead != "" && len(q.ahead) < 2+timeLen {
		return s.fatal(errMalformed)
	}
	q.known = true
	return nil
}

// How much is read ahead at most.
const (
	aheadKeys  = 256
	aheadBytes = 1 << 20
)

// readAhead brings the next entries of a queue from the DB into memory, if it is not known what comes next there: many with one iterator.
// They may be evicted again before their time comes.
func (s *Store) readAhead(q *queue) error {
	if q.known || s.err != nil {
		return s.err
	}
	n := len(s.prefix)
	lo := append(append([]byte{}, s.prefix...), max(q.from, string(q.kind))...)
	it, err := s.c.DB.Iter(lo, append(append([]byte{}, s.prefix...), q.kind+1))
	if err != nil {
		return s.fatal(err)
	}
	for keys, size := 0, 0; keys < aheadKeys && size < aheadBytes && it.Next(); {
		key := string(it.Key()[n:])
		q.from = key + "\x00"
		if s.entries[key] != nil {
			continue // memory knows better
		}
		var value []byte
		if value, err = it.Value(); err == nil {
			err = checkVersion(value)
		}
		if err == nil && len(key) < 2+timeLen {
			err = errMalformed
		}
		if err != nil {
			break
		}
		s.entries[key] = &entry{key: key, value: slices.Clone(value), stored: true}
		s.size += int64(len(key)+len(value)) + entryBytes
		heap.Push(&q.mem, key)
		keys, size = keys+1, size+len(value)
	}
	if err = errors.Join(err, it.Close()); err != nil {
		return s.fatal(err)
	}
	return nil
}

// keys is a heap.
type keys []string

func (k keys) Len() int           { return len(k) }
func (k keys) Less(i, j int) bool { return strings.Compare(k[i], k[j]) < 0 }
func (k keys) Swap(i, j int)      { k[i], k[j] = k[j], k[i] }

// Push implements [heap.Interface].
func (k *keys) Push(x any) { *k = append(*k, x.(string)) }

// Pop implements [heap.Interface].
func (k *keys) Pop() any {
	old := *k
	x := old[len(old)-1]
	old[len(old)-1] = ""
	*k = old[:len(old)-1]
	return x
}
