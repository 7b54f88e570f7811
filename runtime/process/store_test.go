package process

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/weirstream/weir/runtime/emit"
	"github.com/weirstream/weir/runtime/stateenc"
	"github.com/weirstream/weir/runtime/store"
	"github.com/weirstream/weir/runtime/topology"
	"github.com/weirstream/weir/runtime/watermark"
)

// harness is a task with one store, whose only state is a number.
type harness struct {
	t testing.TB
	c *topology.Context
	s *Store
	v Value[int64]
}

func appendInt(v *int64, b []byte) []byte {
	return stateenc.AppendInt(stateenc.AppendHeader(b, 7), *v)
}

func decodeInt(v *int64, b []byte) error {
	n, i := stateenc.Int(b, stateenc.Header(b, 7))
	*v = n
	return stateenc.Done(b, i)
}

func start(t testing.TB, ttl int64) *harness {
	t.Helper()
	db, err := store.Open(store.Options{Memory: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	h := &harness{t: t, c: &topology.Context{
		DB: db, Clock: watermark.NewClock([]watermark.Config{{}}), Out: emit.New(emit.NewPool(4), []emit.Target{{Topic: "changelog"}}), OverlayBytes: 1,
	}}
	if h.s, err = New(h.c, Config{Name: "s"}); err != nil {
		t.Fatal(err)
	}
	h.v = NewValue(h.s, "n", ttl, appendInt, decodeInt)
	return h
}

// call makes a call for a group at a time that the watermark has come to.
func (h *harness) call(group string, at int64, f func() error) error {
	h.c.Clock.Observe(0, at)
	h.s.Begin([]byte(group), at)
	return h.s.End(f())
}

func (h *harness) set(group string, at, v int64) {
	h.t.Helper()
	if err := h.call(group, at, func() error { h.v.Set(v); return nil }); err != nil {
		h.t.Fatal(err)
	}
}

func (h *harness) get(group string, at int64) (v int64, ok bool) {
	h.t.Helper()
	if err := h.call(group, at, func() error { v, ok = h.v.Get(); return nil }); err != nil {
		h.t.Fatal(err)
	}
	return v, ok
}

func (h *harness) timer(group string, at, timer int64) {
	h.t.Helper()
	if err := h.call(group, at, func() error { Timers{h.s}.Set(time.UnixMilli(timer)); return nil }); err != nil {
		h.t.Fatal(err)
	}
}

// commit seals and applies, after which nothing stays in memory.
func (h *harness) commit() {
	h.t.Helper()
	if err := h.s.Seal(); err != nil {
		h.t.Fatal(err)
	}
	if err := h.c.DB.Apply(h.c.DB.Detach(), store.Position{}); err != nil {
		h.t.Fatal(err)
	}
	h.s.Committed()
	if h.s.Size() != 0 || len(h.s.entries) != 0 {
		h.t.Fatalf("%d bytes, %d entries are left in memory", h.s.Size(), len(h.s.entries))
	}
}

// advance returns the timers that fire.
func (h *harness) advance(wm int64) []string {
	h.t.Helper()
	var fired []string
	err := h.s.Advance(wm, func(group []byte, at int64) error {
		fired = append(fired, fmt.Sprintf("%s@%d", group, at))
		return nil
	})
	if err != nil {
		h.t.Fatal(err)
	}
	return fired
}

func (h *harness) stored() int {
	n := 0
	if err := h.c.DB.Scan([]byte{1}, []byte{2}, func(_, _ []byte) error { n++; return nil }); err != nil {
		h.t.Fatal(err)
	}
	return n
}

func TestValuesAndUndo(t *testing.T) {
	h := start(t, 0)
	if _, ok := h.get("a", 1); ok {
		t.Error("a value that was never set")
	}
	h.set("a", 1, 5)
	h.commit()
	boom := errors.New("boom")
	err := h.call("a", 2, func() error {
		h.v.Set(6)
		Timers{h.s}.Set(time.UnixMilli(100))
		h.v.Delete()
		if _, ok := h.v.Get(); ok {
			t.Error("deleted, but there")
		}
		return boom
	})
	if !errors.Is(err, boom) {
		t.Errorf("got %v", err)
	}
	if v, ok := h.get("a", 3); !ok || v != 5 {
		t.Errorf("%d %v after a call that failed", v, ok)
	}
	if fired := h.advance(200); fired != nil {
		t.Errorf("%v fired", fired)
	}
	h.set("a", 4, 7)
	h.s.Reset()
	if v, _ := h.get("a", 5); v != 5 {
		t.Errorf("%d after a reset", v)
	}
	if err := h.call("a", 6, func() error { h.v.Delete(); return nil }); err != nil {
		t.Fatal(err)
	}
	h.commit()
	if n := h.stored(); n != 0 {
		t.Errorf("%d entries are left", n)
	}
}

func TestTimersFireInOrder(t *testing.T) {
	for _, committed := range []bool{false, true} {
		h := start(t, 0)
		h.timer("b", 1, 50)
		h.timer("a", 1, 50)
		h.timer("a", 1, -3)
		if committed {
			h.commit()
		}
		h.timer("a", 2, 50) // again
		h.timer("c", 2, 40)
		h.timer("c", 2, 60)
		h.timer("d", 2, 45)
		if err := h.call("d", 3, func() error { Timers{h.s}.Delete(time.UnixMilli(45)); return nil }); err != nil {
			t.Fatal(err)
		}
		if got := h.advance(55); !slices.Equal(got, []string{"a@-3", "c@40", "a@50", "b@50"}) {
			t.Errorf("%v", got)
		}
		if h.s.Due() != 60 {
			t.Errorf("due at %d", h.s.Due())
		}
		h.commit()
		h.s.Reset()
		if h.s.Due() != 60 || h.stored() != 1 {
			t.Errorf("due at %d with %d entries after a reset", h.s.Due(), h.stored())
		}
		if got := h.advance(60); len(got) != 1 || h.s.Due() != math.MaxInt64 {
			t.Errorf("%v, due at %d", got, h.s.Due())
		}
	}
}

func TestATimerThatIsDeletedWhileItIsNext(t *testing.T) {
	h := start(t, 0)
	h.timer("a", 1, 10)
	h.commit()
	h.s.Reset() // knows of it from the DB
	if err := h.call("a", 2, func() error { Timers{h.s}.Delete(time.UnixMilli(10)); return nil }); err != nil {
		t.Fatal(err)
	}
	if got := h.advance(20); got != nil {
		t.Errorf("%v", got)
	}
}

func TestTimersThatSetTimers(t *testing.T) {
	h := start(t, 0)
	h.timer("a", 1, 10)
	var at []int64
	var errs []error
	fire := func(group []byte, now int64) error {
		at = append(at, now)
		h.s.Begin(group, now)
		Timers{h.s}.Set(time.UnixMilli(now + 10))
		if now == 30 {
			Timers{h.s}.Set(time.UnixMilli(now))
		}
		errs = append(errs, h.s.End(nil))
		return nil
	}
	if err := h.s.Advance(25, fire); err != nil || !slices.Equal(at, []int64{10, 20}) {
		t.Fatalf("%v %v", at, err)
	}
	if err := h.s.Advance(watermark.End, fire); err != nil || !slices.Equal(at, []int64{10, 20, 30}) {
		t.Fatalf("%v %v", at, err)
	}
	if !errors.Is(errs[2], ErrTimer) || h.s.Due() != math.MaxInt64 {
		t.Errorf("%v, due at %d", errs, h.s.Due())
	}
	h.timer("b", 40, 50)
	if err := h.s.Advance(watermark.End, fire); err != nil || len(at) != 4 || h.s.Due() != 60 {
		t.Errorf("%v %v: due at %d, what was set at the end stays", at, err, h.s.Due())
	}
}

func TestTimeToLive(t *testing.T) {
	h := start(t, 100)
	h.set("a", 1, 5)
	h.set("b", 1, 6)
	h.commit()
	h.set("a", 50, 7)
	if _, ok := h.get("b", 100); !ok {
		t.Error("gone too early")
	}
	if _, ok := h.get("b", 101); ok {
		t.Error("lives too long")
	}
	h.advance(101)
	h.advance(102)
	if v, ok := h.get("a", 149); !ok || v != 7 {
		t.Error("lives since it was last set")
	}
	h.commit()
	if n := h.stored(); n != 2 {
		t.Errorf("%d entries, a and its reminder would do", n)
	}
	h.c.Clock.End(0)
	h.advance(watermark.End)
	if _, ok := h.get("a", 149); !ok {
		t.Error("the end of the input ends no life")
	}
	h.commit()
	h.c.Clock.Reset(200)
	h.advance(200)
	h.commit()
	if n := h.stored(); n != 0 || h.c.Stats.Expired != 2 {
		t.Errorf("%d entries are left, %d expired", n, h.c.Stats.Expired)
	}
}

// TestTimersSeeTheStateOfTheirTime moves the watermark past a timer and the life of what it is about, in one step and in many.
func TestTimersSeeTheStateOfTheirTime(t *testing.T) {
	for _, by := range []int64{1, 7, 1000, watermark.End} {
		h := start(t, 100)
		h.set("a", 10, 5)
		for _, at := range []int64{60, 109, 110} {
			h.timer("a", 10, at)
		}
		var got []string
		for wm := int64(10); wm < 500; {
			if by == watermark.End {
				wm = h.c.Clock.End(0)
			} else {
				wm = h.c.Clock.Advance(0, wm+by)
			}
			err := h.s.Advance(wm, func(group []byte, at int64) error {
				h.s.Begin(group, at)
				v, ok := h.v.Get()
				now, _ := Timers{h.s}.Watermark()
				got = append(got, fmt.Sprint(at, v, ok, now.UnixMilli()))
				return h.s.End(nil)
			})
			if err != nil {
				t.Fatal(err)
			}
			h.c.Clock.Pass(wm)
		}
		if want := []string{"60 5 true 60", "109 5 true 109", "110 0 false 110"}; !slices.Equal(got, want) {
			t.Errorf("in steps of %d: %q, want %q", by, got, want)
		}
	}
}

// TestRemindersAreFew makes and deletes an entry many times within its time to live.
func TestRemindersAreFew(t *testing.T) {
	h := start(t, 6400)
	for at := range int64(6400) {
		h.set("a", at, 1)
		if err := h.call("a", at, func() error { h.v.Delete(); return nil }); err != nil {
			t.Fatal(err)
		}
	}
	h.commit()
	if n := h.stored(); n > 65 {
		t.Errorf("%d reminders", n)
	}
}

func TestStateOfAnotherType(t *testing.T) {
	h := start(t, 0)
	h.set("a", 1, 5)
	h.commit()
	other := NewValue(h.s, "n", 0, appendInt, func(*int64, []byte) error { return stateenc.ErrLayout })
	err := h.call("a", 2, func() error { _, _ = other.Get(); return nil })
	if _, ok := errors.AsType[*topology.FatalError](err); !ok || !strings.Contains(err.Error(), `store s: state n of group "a": `) {
		t.Errorf("got %v", err)
	}
	if h.stored() != 1 {
		t.Error("the state is gone")
	}
}
