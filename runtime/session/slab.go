package session

// slab gives out things by their numbers, from 1 on. They stay where they are as there come to be more.
type slab[T any] struct {
	blocks []*[slabLen]T
	last   uint32
	spare  []uint32
	used   int
}

func (s *slab[T]) at(n uint32) *T { return &s.blocks[n>>slabBits][n&(slabLen-1)] }

// take is the number of a thing that nobody has. It is as it was dropped, at first zero.
func (s *slab[T]) take() uint32 {
	s.used++
	if last := len(s.spare) - 1; last >= 0 {
		n := s.spare[last]
		s.spare = s.spare[:last]
		return n
	}
	s.last++
	if int(s.last>>slabBits) == len(s.blocks) {
		s.blocks = append(s.blocks, new([slabLen]T))
	}
	return s.last
}

func (s *slab[T]) drop(n uint32) {
	s.used--
	s.spare = append(s.spare, n)
}
