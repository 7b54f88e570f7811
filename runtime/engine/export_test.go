package engine

// Purge deletes what was read of repartition topics, without waiting until it is due.
func (e *Engine) Purge() error { return e.purge() }

// SetLanesBytes sets the bound on what waits in lanes, and returns what sets it back.
func SetLanesBytes(n int64) (undo func()) {
	all, least := lanesBytes, laneLeast
	lanesBytes, laneLeast = n, 0
	return func() { lanesBytes, laneLeast = all, least }
}
