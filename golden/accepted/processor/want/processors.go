package want

import (
	"errors"
	"time"

	"github.com/weirstream/weir/runtime/cel"
)

// Scorer compares a payment with those of the same card before it.
type Scorer struct{}

// Process implements ScoredProcessor.
func (*Scorer) Process(c *ScoredContext, r *Payment) error {
	p, known := c.Profile.Get()
	if known && len(p.Token) != 1 {
		return errors.New("the token is lost")
	}
	p.Payments++
	p.Highest = max(p.Highest, r.Cents)
	p.Token = []byte{byte(p.Payments)}
	c.Profile.Set(p)
	p.Token[0] = 0 // what was set is a copy
	c.Emit(Score{ID: r.ID, Score: float64(r.Cents) / float64(p.Highest), Previous: p.Payments - 1})
	if r.Cents == 13 {
		return errors.New("13 is no amount") // what came before is undone
	}
	return nil
}

// gap ends a session.
const gap = 10 * time.Second

// Sessions puts the clicks of a customer together until there are none for a while.
type Sessions struct{}

// Process implements SessionsProcessor.
func (*Sessions) Process(c *SessionsContext, r *Click) error {
	pages, _ := c.Pages.Get()
	c.Pages.Set(append(pages, r.Page))
	end := c.EventTime().Add(gap)
	if was, ok := c.Ends.Get(); ok && was.Valid {
		if !end.After(was.Value) {
			return nil
		}
		c.Timers.Delete(was.Value)
	}
	c.Timers.Set(end)
	c.Ends.Set(cel.Opt[time.Time]{Value: end, Valid: true})
	switch r.Page {
	case "error":
		return errors.New("no such page")
	case "clear":
		c.Pages.Delete()
	}
	return nil
}

// Timer implements SessionsProcessor.
func (*Sessions) Timer(c *SessionsContext, at time.Time) error {
	pages, ok := c.Pages.Get()
	c.Ends.Delete()
	if !ok {
		return errors.New("a session without pages")
	}
	if pages[0] == "loop" {
		c.Timers.Set(at) // would never end, so the call fails
		return nil
	}
	c.Pages.Delete()
	c.Emit(Session{Customer: c.Customer, Clicks: int64(len(pages)), Pages: pages})
	return nil
}
