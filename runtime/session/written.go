package session

// set writes an entry. The key is in s.buf.
func (s *kept[V]) set(x *sealing, key []byte, value func(b []byte) []byte) error {
	s.buf = key
	b := s.c.Out.Begin()
	k := len(b)
	b = append(b, key...)
	v := len(b)
	b = value(b)
	if err := x.batch.Set(s.inDB(key), b[v:]); err != nil {
		return err
	}
	s.c.Out.Send(s.cfg.Output, b, k, v, x.now)
	return nil
}

// delete writes a tombstone. The key is in s.buf.
func (s *kept[V]) delete(x *sealing, key []byte) error {
	s.buf = key
	b := s.c.Out.Begin()
	k := len(b)
	s.c.Out.SendTombstone(s.cfg.Output, append(b, key...), k, x.now)
	return x.batch.Delete(s.inDB(key))
}

// inDB is a key as the DB has it, behind the store's id.
func (s *kept[V]) inDB(key []byte) []byte {
	s.state = append(append(s.state[:0], s.prefix...), key...)
	return s.state
}

// excess is how much more the task's stores take than they may; nothing without a bound.
func (s *kept[V]) excess() int64 {
	bound := s.c.OverlayBytes
	if bound <= 0 {
		return 0
	}
	over := -bound
	for _, st := range s.c.Stores {
		over += st.Size()
	}
	return over
}

// forgetGone lets go of groups that have nothing any more, as far as the DB knows.
func (s *kept[V]) forgetGone() {
	n := 0
	for _, id := range s.leaving {
		_ = s.c.Pause() // who gives up forgets the store
		g := s.groups.at(id)
		switch {
		case !g.live || g.dirty || g.stored: // it was here twice; or it has come back, and will be here again
		case g.sealed <= s.applied:
			s.groups.remove(id)
		default:
			s.leaving[n] = id
			n++
		}
	}
	s.leaving = s.leaving[:n]
}

// evict drops groups until over bytes of size are gained, by going around twice at most: what was used since the last time stays once. drop drops a
// group of which the DB has everything.
func (s *kept[V]) evict(over int64, size func() int64, drop func(id uint32, g *group)) {
	goal := size() - over
	dropped := false
	for range 2 * int(s.groups.last) {
		if size() <= goal {
			break
		}
		_ = s.c.Pause()
		if s.hand++; s.hand > s.groups.last {
			s.hand = 1
		}
		g := s.groups.at(s.hand)
		if !g.live || g.dirty || !g.stored || g.sealed > s.applied {
			continue
		}
		if g.used {
			g.used = false
			continue
		}
		drop(s.hand, g)
		dropped = true
	}
	if !dropped {
		return
	}
	s.complete = false
	s.reminded.rescan()
	if err := s.seek(); err != nil {
		s.err = err
	}
	s.schedule()
}
