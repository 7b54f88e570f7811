package want

import (
	"errors"
	"time"

	"github.com/weirstream/weir/runtime/cel"
)

// Watcher keeps what it knows of a user's logins in state of every kind.
type Watcher struct{}

// Process implements WatchedProcessor.
func (*Watcher) Process(c *WatchedContext, r *Login) error {
	n, _ := c.Calls.Get()
	c.Calls.Set(n + 1)
	if !c.Devices.Has(r.Device) {
		c.EmitAlerts(Alert{User: c.User, Device: r.Device, Known: int64(c.Devices.Len())})
	}
	visit := Visit{Device: r.Device, At: r.At}
	c.Devices.Set(r.Device, visit)
	c.Visits.Append(visit)
	if c.Visits.Len() > 3 {
		c.Visits.DropFirst(1)
	}
	count, _ := c.Systems.Get(r.System)
	c.Systems.Set(r.System, count+1)
	count, _ = c.Days.Get(r.Day)
	c.Days.Set(r.Day, count+1)
	c.Times.Set(r.At, []byte(r.Device))
	c.Names.Append(cel.Opt[string]{Value: r.Device, Valid: true}, cel.Opt[string]{})
	c.Timers.Set(c.EventTime().Truncate(time.Hour).Add(time.Hour))
	c.ProcessingTimers.Set(c.ProcessingTimers.Now().Add(time.Minute))
	switch r.Device {
	case "bad":
		c.EmitSummaries(Summary{User: "never"})
		return errors.New("no such device")
	case "clear":
		c.Devices.Clear()
		c.Visits.Clear()
		c.Names.Clear()
		c.Systems.Delete(r.System)
	}
	return nil
}

// Timer implements WatchedProcessor: it sums up what there is at the hour, and emits to several outputs in turn.
func (*Watcher) Timer(c *WatchedContext, _ time.Time) error {
	s := Summary{User: c.User, Systems: map[string]int64{}}
	for system, n := range c.Systems.All() {
		s.Systems[system.String()] = n
	}
	for day := range c.Days.All() {
		s.Days = append(s.Days, day)
	}
	for device := range c.Devices.All() {
		s.Devices = append(s.Devices, device)
	}
	for _, v := range c.Visits.All() {
		s.Visits = append(s.Visits, v)
	}
	last := time.Time{}
	for at, device := range c.Times.All() {
		if len(device) == 0 || !at.After(last) {
			return errors.New("a time is wrong")
		}
		last = at
	}
	for i, name := range c.Names.All() {
		if name.Valid != (i%2 == 0) {
			return errors.New("a name is wrong")
		}
	}
	c.EmitAlerts(Alert{User: c.User, Device: "sum", Known: 1})
	c.EmitSummaries(s)
	c.EmitAlerts(Alert{User: c.User, Device: "sum", Known: 2})
	c.EmitAlerts(Alert{User: c.User, Device: "sum", Known: 0})
	return nil
}

// ProcessingTimer implements WatchedProcessor.
func (*Watcher) ProcessingTimer(c *WatchedContext, _ time.Time) error {
	c.EmitQuiet(Quiet{User: c.User, At: c.EventTime()})
	if n, _ := c.Calls.Get(); n > 3 {
		return errors.New("too busy to be quiet")
	}
	return nil
}
