package fleet

import "time"

// silence is how long nothing leaves before it is told.
const silence = 30 * time.Hour

// Watch tells of airlines from which nothing has left an airport for a while.
type Watch struct{}

// Process implements [WatchedProcessor]: a departure is remembered, and looked back at when the time is over. By then all that left in between
// has come, in whichever order: the watermark has passed.
func (*Watch) Process(c *WatchedContext, _ *Departed) error {
	c.Departures.Append(c.EventTime())
	c.Timers.Set(c.EventTime().Add(silence))
	return nil
}

// Timer implements [WatchedProcessor].
func (*Watch) Timer(c *WatchedContext, at time.Time) error {
	since := at.Add(-silence)
	for _, left := range c.Departures.All() {
		if left.After(since) && !left.After(at) {
			return nil
		}
	}
	c.Emit(Silence{Origin: c.Origin, Carrier: c.Carrier, Since: since})
	return nil
}
