package check

// oneTime finds steps whose records come from sources of which some go by stream time and some do not. The tasks behind a repartition topic have
// one rule for all that write to it.
func (c *checker) oneTime() {
	for _, st := range c.p.Steps {
		if !st.Repartition {
			continue
		}
		if swift, other := timesOf(st.From); swift != nil && other != nil {
			c.report(twoTimes(st, swift, other))
		}
	}
}

// timesOf is a source of a stream that goes by stream time, and one that does not; nil where there is none. What comes from behind a repartition
// topic goes by one of them, whatever is wrong there.
func timesOf(s *Stream) (swift, other *Source) {
	if s == nil {
		return nil, nil
	}
	for _, in := range s.Merged {
		a, b := timesOf(in)
		if swift == nil {
			swift = a
		}
		if other == nil {
			other = b
		}
	}
	st := s.Step
	if s.LateOf != nil {
		st = s.LateOf
	}
	switch {
	case s.Source != nil && s.Source.StreamTime:
		return s.Source, nil
	case s.Source != nil:
		return nil, s.Source
	case st != nil:
		swift, other = timesOf(st.From)
		if st.Repartition && swift != nil {
			other = nil
		}
	}
	return swift, other
}
