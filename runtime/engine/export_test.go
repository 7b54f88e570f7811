package engine

// Purge deletes what was read of repartition topics, without waiting until it is due.
func (e *Engine) Purge() error { return e.purge() }

// SetLanesBytes sets the bound on what waits in lanes, and returns what sets it back.
func SetLanesBytes(n int64) (undo func()) {
	all, least := lanesBytes, laneLeast
	lanesBytes, laneLeast = n, 0
	return func() { lanesBytes, laneLeast = all, least }
}

// SetPieces has work done in pieces that are over at each pause, and returns what sets it back.
func SetPieces() (undo func()) {
	long, look := pieceTime, pausesLook
	pieceTime, pausesLook = 0, 1
	return func() { pieceTime, pausesLook = long, look }
}

// SetHeldMost sets the bound on what waits for a task, and returns what sets it back.
func SetHeldMost(n int64) (undo func()) {
	most := heldMost
	heldMost = n
	return func() { heldMost = most }
}
