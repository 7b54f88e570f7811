package cel

// CheckUnion checks that exactly one member of a union is there, of one that a Go function returned.
func CheckUnion(members ...bool) error {
	n := 0
	for _, there := range members {
		if there {
			n++
		}
	}
	if n != 1 {
		return ErrNotOneMember
	}
	return nil
}
