package engine

// Purge deletes what was read of repartition topics, without waiting until it is due.
func (e *Engine) Purge() error { return e.purge() }
