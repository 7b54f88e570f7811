package window

import "hash/maphash"

// Refuse takes back the last Upsert, of a key: its record has no part in the value, which if it was fresh goes again, and otherwise was not
// changed.
func (s *Tumbling[V]) Refuse(key []byte, fresh bool) {
	s.Undo()
	if fresh {
		w := s.last
		w.dirty = w.dirty[:len(w.dirty)-1]
		w.removeLast(uint32(maphash.Bytes(s.seed, key)))
	}
}

// removeLast removes the entry that was inserted last, and nothing since, by the hash of its key. Its key's bytes stay.
func (t *table[V]) removeLast(hash uint32) {
	slot := uint64(hash)<<32 | uint64(t.n)
	mask := uint32(len(t.slots) - 1)
	for i := hash & mask; ; i = (i + 1) & mask {
		if t.slots[i] == slot { // nothing was put behind it
			t.slots[i] = 0
			break
		}
	}
	t.n--
}
