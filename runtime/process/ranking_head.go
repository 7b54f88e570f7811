package process

import (
	"slices"
	"strings"
)

// head is what is known in memory of a group's rows: the first ones, in order.
type head struct {
	prefix string   // what their keys begin with
	rows   []*entry // each is there
	all    bool     // there are no others
}

// place is what the key of the i-th row ends with.
func (h *head) place(i int) []byte { return []byte(h.rows[i].key[len(h.prefix):]) }

func (h *head) find(key string) (int, bool) {
	return slices.BinarySearchFunc(h.rows, key, func(e *entry, key string) int { return strings.Compare(e.key, key) })
}

// insert takes a row in, unless it stands behind those that are known.
func (h *head) insert(e *entry) {
	if i, _ := h.find(e.key); i < len(h.rows) || h.all {
		h.rows = slices.Insert(h.rows, i, e)
	}
}

func (h *head) remove(key string) {
	if i, ok := h.find(key); ok {
		h.rows = slices.Delete(h.rows, i, i+1)
	}
}

// headBytes is an estimate of what a head takes besides its rows.
const headBytes = 128

// head finds that of the group of the call.
func (r *Ranking[V]) head() (*head, error) {
	s := r.s
	if h := r.heads[string(s.call.group)]; h != nil {
		return h, nil
	}
	h := &head{prefix: string(s.appendPart(nil, r.rows.head))}
	if err := r.fill(h); err != nil {
		return nil, err
	}
	r.heads[string(s.call.group)] = h
	size := headBytes + 16*int64(len(h.rows))
	r.headSize += size
	s.size += size
	return h, nil
}

// forgetHeads is called when entries leave memory.
func (r *Ranking[V]) forgetHeads() {
	r.s.size -= r.headSize
	r.headSize = 0
	clear(r.heads)
}

// level has a head hold as many rows as the top at least, if there are so many, and twice as many at most: when one leaves it need not be
// searched for the next each time.
func (r *Ranking[V]) level(h *head) error {
	if most := 2 * r.cfg.N; len(h.rows) > most {
		clear(h.rows[most:])
		h.rows, h.all = h.rows[:most], false
	}
	if len(h.rows) < r.cfg.N && !h.all {
		return r.fill(h)
	}
	return nil
}

// fill reads the rows behind those that are known. Without ids there are not more than the top.
func (r *Ranking[V]) fill(h *head) error {
	from := h.prefix
	if n := len(h.rows); n > 0 {
		from = h.rows[n-1].key
	}
	h.all = true
	return r.s.walkFrom(h.prefix, from, func(key string, value []byte) bool {
		if r.cfg.IDs && len(h.rows) >= 2*r.cfg.N {
			h.all = false
			return false
		}
		h.rows = append(h.rows, r.s.adopt(key, value))
		return true
	})
}

// adopt is the entry of a key whose value is known to be in the DB if memory does not say otherwise.
func (s *Store) adopt(key string, value []byte) *entry {
	if e := s.entries[key]; e != nil {
		return e
	}
	e := &entry{key: key, value: value, stored: true}
	s.entries[key] = e
	s.join(e)
	s.size += int64(len(key)+len(value)) + entryBytes
	return e
}

// known is the entry of a key that is to be written, without a look at what the DB has under it.
func (s *Store) known(key []byte) *entry {
	if e := s.entries[string(key)]; e != nil {
		return e
	}
	return s.adopt(string(key), nil)
}
