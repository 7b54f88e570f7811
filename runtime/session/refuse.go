package session

// Refuse takes back the last Upsert, of a group's key, which merged no windows: its record has no part in the value, which if it was fresh goes
// again, and otherwise was not changed.
func (s *Store[V]) Refuse(key []byte, fresh bool) {
	if !fresh {
		s.Undo()
		return
	}
	id, err := s.find(key)
	if err != nil || id == none {
		return // it was found a moment ago
	}
	for link := &s.groups.at(id).first; *link != 0; link = &s.wins.at(*link).next {
		if n := *link; n == s.grown.win {
			w := s.wins.at(n)
			*link, w.next = w.next, 0
			s.free(n)
			return
		}
	}
}
