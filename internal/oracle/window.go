package oracle

import (
	"fmt"
	"math"
	"sort"

	celtypes "cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"

	"github.com/weirstream/weir/spec/check"
)

// window is a step with a window, or another clause that keeps something, within one task: every group that is still open.
type window struct {
	step  *check.Step
	delay int64
	cut   *cut // set where the step's records leave the task for its repartition topic; then there are no groups here

	cal     *calendar
	groups  map[string]*group
	overlap *overlap // instead of groups, where windows do

	sessions   sessions   // instead of groups, for windows of each group's own
	neighbours neighbours // instead of groups, where windows slide

	does Processor // instead of all these
	kept map[string]*kept

	rankings map[string]*ranking // instead of all these, in a step with top

	waits []waiting // instead of all these, in a step with delay

	onces map[string]*once // instead of all these, in a step with dedup or changes

	folds map[string]*folded // instead of all these, in a step with a fold
}

// group is one key in one window.
type group struct {
	win  bounds
	key  []ref.Val
	text string // of the key, to order groups
	accs []accumulator

	records int64
	split   bool            // a record has ended it
	parts   [][]accumulator // of a sliding count, the oldest first; records are those of the last one
	// changed says that the result was not handed on since it changed; kept only where that is no matter of commits. Changes is how many
	// records did it; of a slice, of all its records.
	changed bool
	changes int64
	handed  string   // what was handed on last, where that is not handed on again
	last    []elem   // what was handed on last, where that is retracted; of sessions that have become one, of each
	named   []bounds // of a session whose results are deleted: those under whose keys they were handed on
}

// timeless are the bounds that a record gives a window without bounds: how long what is kept of the group stays.
func timeless(def *check.Window, at int64) bounds {
	return bounds{math.MinInt64, at + max(def.Size.Milliseconds(), 1)}
}

// customOf is the window that a record says.
func (t *task) customOf(w *window, e *elem) (bounds, error) {
	var at [2]int64
	for i, x := range []*check.Expr{w.step.Window.Start, w.step.Window.End} {
		v, err := t.run.ev.eval(x, t.vars(e))
		if err != nil {
			return bounds{}, fmt.Errorf("step %s, window %s: %w", w.step.Name, [...]string{"start", "end"}[i], err)
		}
		at[i] = v.(celtypes.Timestamp).UnixMilli()
	}
	if at[0] >= at[1] {
		return bounds{}, fmt.Errorf("step %s, window end: it is not behind the start", w.step.Name)
	}
	return bounds{at[0], at[1]}, nil
}

// groupID names a group's window.
func groupID(def *check.Window, win bounds, key []ref.Val) string {
	if def.Kind == check.Custom {
		return fmt.Sprint(win.start, " ", win.end, " ", identity(key))
	}
	return fmt.Sprint(win.start, " ", identity(key))
}

func (r *run) newWindow(st *check.Step, delay int64) *window {
	if st.Process != nil {
		return &window{step: st, delay: delay, does: r.opts.Processors[st.Name], kept: map[string]*kept{}}
	}
	if st.Top != nil {
		return &window{step: st, delay: delay, rankings: map[string]*ranking{}}
	}
	if st.Delay != nil {
		return &window{step: st, delay: delay}
	}
	if st.Dedup != nil || st.Previous != nil {
		return &window{step: st, delay: delay, onces: map[string]*once{}}
	}
	if st.Fold != nil {
		return &window{step: st, delay: delay, folds: map[string]*folded{}}
	}
	if st.Window.Kind == check.Session {
		return &window{step: st, delay: delay, sessions: sessions{}}
	}
	if st.Window.Kind == check.Sliding {
		return &window{step: st, delay: delay, neighbours: neighbours{}}
	}
	if !st.Window.Bounded() || st.Window.Kind == check.Custom {
		return &window{step: st, delay: delay, groups: map[string]*group{}}
	}
	w := &window{step: st, delay: delay, cal: newCalendar(st.Window), groups: map[string]*group{}}
	if st.Window.Sliced() {
		w.overlap = &overlap{cal: w.cal, parts: map[int64]map[string]*group{}, lines: map[int64]int64{}}
	}
	return w
}

// ends are when the first and the last window end that a record of a time is in.
func (w *window) ends(t int64) (first, last int64) {
	if w.step.Window.Kind == check.Sliding {
		return t + 1, t + 1 + w.step.Window.Size.Milliseconds()
	}
	if !w.step.Window.Overlap() {
		end := w.cal.tumbling(t).end
		return end, end
	}
	wins := w.cal.windows(w.cal.line(t))
	return w.cal.time(wins[0].end), w.cal.time(wins[len(wins)-1].end)
}

// missed is the last window to end of those that a record was too late for, the largest if several end then; own is the one that it says itself, or
// would have made alone.
func (w *window) missed(t int64, own bounds) bounds {
	switch {
	case w.step.Window.Kind == check.Sliding:
		return bounds{t - w.step.Window.Size.Milliseconds(), t + 1}
	case w.cal == nil || w.step.Window.Kind == check.Custom:
		return own
	case !w.step.Window.Overlap():
		return w.cal.tumbling(t)
	}
	wins := w.cal.windows(w.cal.line(t))
	last := wins[len(wins)-1]
	return bounds{w.cal.time(last.start), w.cal.time(last.end)}
}

func (w *window) lateness() int64 { return w.step.Window.Lateness.Milliseconds() }

// startOf is the start of the window that a time falls in. Windows are aligned to the epoch, before it as well.
func startOf(t, size int64) int64 {
	r := t % size
	if r < 0 {
		r += size
	}
	return t - r
}

func late(end, lateness, wm int64) bool { return wm >= end+lateness }

// group evaluates a step's group_by.
func (t *task) group(st *check.Step, e *elem) ([]ref.Val, error) {
	vs := make([]ref.Val, len(st.GroupBy))
	for i, g := range st.GroupBy {
		v, err := t.run.ev.eval(g.Expr, t.vars(e))
		if err != nil {
			return nil, fmt.Errorf("step %s, group_by %s: %w", st.Name, g.Name, err)
		}
		vs[i] = v
	}
	return vs, nil
}

// add puts a record into its window, or among the late ones.
func (t *task) add(w *window, e elem) error {
	st := w.step
	if st.Process != nil {
		return t.process(w, e)
	}
	if st.Delay != nil {
		return t.delay(w, e)
	}
	if st.Top != nil {
		return t.top(w, e)
	}
	if st.Dedup != nil {
		return t.dedup(w, e)
	}
	if st.Previous != nil {
		return t.changes(w, e)
	}
	if st.Fold != nil {
		return t.foldStep(w, e)
	}
	if e.group == nil {
		g, err := t.group(st, &e)
		if err != nil {
			return err
		}
		e.group = g
	}
	if t.cut != nil && st != t.cut && st.Retimes() && (st.Window.Bounded() || st.Window.Size > 0) {
		t.uncertain(st) // what is late goes by how far the watermark was, and it came in steps
	}
	own, tooLate, err := t.alone(w, &e)
	if err != nil {
		return err
	}
	if tooLate {
		t.run.res.Late++
		if st.Late != nil && t.run.live[st.Late] {
			if st.Window.Bounded() {
				win := w.missed(e.time, own)
				e.mixed = e.mixed || e.result()
				e.win, e.missed = &win, true
			}
			if st.Repartition { // the record's own key did not come along
				e.key, e.kafkaKey = nil, groupText(st, e.group)
			}
			e.group = nil
			return t.push(st.Late, e)
		}
		return nil
	}
	args := make([]input, len(st.Aggregate))
	for i, a := range st.Aggregate {
		if a.Func == check.Fold {
			args[i].fold = t.folding(a, &e)
			continue
		}
		for _, x := range a.Args {
			v, err := t.run.ev.eval(x, t.vars(&e))
			if err != nil {
				return fmt.Errorf("step %s, aggregate %s: %w", st.Name, a.Name, err)
			}
			args[i].args = append(args[i].args, v)
		}
	}
	switch {
	case w.overlap != nil:
		t.addToSlice(w, e, args)
		return nil
	case w.sessions != nil:
		t.addToSession(w, e, own, args)
		return nil
	case w.neighbours != nil:
		t.addNeighbour(w, e, args)
		return nil
	}
	win := own
	if w.cal != nil {
		win = w.cal.tumbling(e.time)
	}
	id := groupID(st.Window, win, e.group)
	g := w.groups[id]
	if g != nil && st.Window.ByRecords() && g.win.end <= e.time && st.Window.Size > 0 { // the record is too late for it
		delete(w.groups, id)
		t.closed(w, g)
		g = nil
	}
	if g != nil && st.Window.Split != nil {
		split, err := t.splits(st, g, &e)
		if err != nil {
			return err
		}
		if split {
			delete(w.groups, id)
			g.split = true
			t.result(w, g)
			g = nil
		}
	}
	if g == nil {
		g = &group{win: win, key: e.group, text: identity(e.group), accs: make([]accumulator, len(st.Aggregate))}
	}
	if st.Window.Slide > 0 {
		w.groups[id] = g
		t.slide(w, g, win, args, e.time)
		return nil
	}
	// A record counts in all aggregates or, if one of them fails, in none.
	next := make([]accumulator, len(g.accs))
	for i, a := range st.Aggregate {
		var err error
		if st.Combines { // which records were combined in front of the topic makes no difference
			next[i] = g.accs[i].addPart(a.Func, args[i], e.time)
			t.full = t.full || next[i].err != nil && a.Func != check.Fold // the sum of other parts may have had fewer digits on its way
			continue
		}
		if next[i], err = g.accs[i].add(a.Func, args[i], e.time); err != nil {
			if byCommit(st.Out) && st.Window.Bounded() && w.groups[id] != nil { // the record touched the group, whose state may be handed on again
				t.result(w, g)
			}
			t.full = true
			return fmt.Errorf("step %s, aggregate %s: %w", st.Name, a.Name, err)
		}
	}
	if byCommit(st.Out) && g.win.end < win.end { // the result has another time now
		t.superseded(w, g)
	}
	g.accs, g.win.end = next, max(g.win.end, win.end)
	w.groups[id] = g
	if g.records++; st.Window.Kind == check.Counted && g.records == st.Window.Records {
		delete(w.groups, id)
		t.result(w, g)
		return nil
	}
	t.touched(w, g)
	return nil
}

// alone is the window that a record makes alone, if windows are of sessions, and whether it comes too late.
func (t *task) alone(w *window, e *elem) (own bounds, tooLate bool, err error) {
	if w.sessions != nil {
		own, err = t.sessionOf(w, e)
		return own, err == nil && t.lateSession(w, e, own), err
	}
	if w.neighbours != nil {
		return own, t.lateNeighbour(w, e), nil
	}
	if w.step.Window.Kind == check.Custom {
		own, err = t.customOf(w, e)
		return own, err == nil && late(own.end, w.lateness(), minus(t.wm, w.delay)), err
	}
	if w.cal == nil { // there is one window
		own = timeless(w.step.Window, e.time)
		open := w.groups[groupID(w.step.Window, own, e.group)] != nil
		return own, w.step.Window.Size > 0 && !open && late(own.end, 0, minus(t.wm, w.delay)), nil
	}
	_, end := w.ends(e.time)
	return own, late(end, w.lateness(), minus(t.wm, w.delay)), nil
}

// result hands the present state of a group on. A result that fails is bad on its own account, not its records'.
func (t *task) result(w *window, g *group) {
	if !t.run.live[w.step.Out] {
		return
	}
	if err := t.handOn(w, g); err != nil {
		if byCommit(w.step.Out) { // not every state is handed on, so not every such error comes up
			t.superseded(w, g) // which may come in place of the states before
			t.uncertainErrors()
			if t.source.OnError == check.Fail {
				return
			}
		}
		t.bad(nil, fmt.Errorf("result of %w", err))
	}
}

// resultTime is the event time of the result that a group's present state has: the end of its time, or the highest of its records if it has no end
// or has not come to it.
func resultTime(st *check.Step, g *group) int64 {
	switch def := st.Window; {
	case def.Bounded() || def.Size == 0:
	case def.Kind == check.Global && st.Emit != check.Final, def.Kind != check.Global && (g.records == def.Records || g.records == def.Slide || g.split):
		return g.win.end - def.Size.Milliseconds()
	}
	return g.win.end - 1
}

func (t *task) handOn(w *window, g *group) error {
	st := w.step
	e := elem{kafkaKey: groupText(st, g.key), time: resultTime(st, g), win: &g.win, rec: &record{Of: st.Out.Type, Fields: map[string]ref.Val{}}}
	if st.Window.Kind == check.Custom && byCommit(st.Out) { // windows with other starts have the same time, and are handed on in order of these
		e.mixed = true
	}
	if !st.Window.Bounded() {
		e.win, e.waited = nil, true
	}
	for i, n := range st.GroupBy {
		e.rec.Fields[n.Name] = g.key[i]
	}
	for i, a := range st.Aggregate {
		v, err := g.accs[i].whole(a)
		if err != nil {
			return fmt.Errorf("step %s, aggregate %s: %w", st.Name, a.Name, err)
		}
		e.rec.Fields[a.Name] = v
	}
	if st.Having != nil {
		ok, err := t.run.ev.bool(st.Having, t.vars(&e))
		if err != nil {
			return fmt.Errorf("step %s, having: %w", st.Name, err)
		}
		if !ok {
			t.filtered(st, e)
			if t.retract(st, g, e.time); st.Retractions {
				g.handed = ""
			}
			return nil
		}
	}
	if st.Retractions {
		e.rec.Fields[check.Retracted] = celtypes.False
	}
	if st.ChangesOnly {
		if byCommit(st.Out) && !st.Window.Bounded() { // the same is not handed on again for another time
			defer t.filtered(st, e)
		} else if !byCommit(st.Out) && g.same(st, &e) {
			return nil
		}
	}
	if st.Retractions {
		t.retract(st, g, e.time)
		g.last = []elem{e.retraction()}
	}
	if st.Tombstones && st.Window.Kind == check.Session {
		t.left(w, g, e.time)
		g.named = []bounds{g.win}
	}
	return t.push(st.Out, e)
}

// same tells whether a result is the one that was handed on last, and if not takes note that it is now.
func (g *group) same(st *check.Step, e *elem) bool {
	handed := ""
	if st.Window.Kind == check.Session {
		handed = fmt.Sprint(g.win)
	}
	for _, f := range st.Out.Type.Fields {
		handed += " " + identity([]ref.Val{e.rec.Fields[f.Name]})
	}
	same := handed == g.handed
	g.handed = handed
	return same
}

// advance moves the task's watermark and closes what it closes, upstream windows first: a window is told the time only after
// it has had the results of those before it.
func (t *task) advance(wm int64) {
	old := t.wm
	if wm != endOfTime {
		t.now = max(t.now, wm)
	}
	for _, w := range t.windows {
		if w.cut != nil {
			continue
		}
		t.wm = wm
		if w.step.Process != nil {
			t.fire(w, old, wm)
			t.wm = old
			continue
		}
		if w.step.Dedup != nil {
			t.wm = old
			t.lasts(w, wm)
			continue
		}
		if w.step.Top != nil {
			t.wm = old
			t.overs(w, wm)
			continue
		}
		if w.step.Delay != nil {
			t.wm = old
			t.release(w, wm)
			continue
		}
		if w.step.Previous != nil {
			t.wm = old
			continue
		}
		if w.step.Fold != nil {
			t.wm = old
			t.fireFolds(w, wm)
			continue
		}
		if w.step.Corrections {
			t.wm = old
			t.ends(w, old, wm)
			t.wm = wm
		}
		due := t.due(w, old, wm)
		if w.step.Emit == check.Updates && byCommit(w.step.Out) {
			for _, g := range due {
				t.closed(w, g)
			}
			continue
		}
		t.wm = old
		for _, g := range due {
			t.closed(w, g)
		}
		if w.step.UpdateEvery > 0 && !byCommit(w.step.Out) && passes(minus(old, w.delay), minus(wm, w.delay), w.step.UpdateEvery.Milliseconds()) {
			t.round(w, wm)
		}
	}
	t.wm = wm
}

// closed hands on what is left of a window that nothing is added to any more.
func (t *task) closed(w *window, g *group) {
	switch st := w.step; {
	case st.Emit == check.Updates && byCommit(st.Out): // every state was handed on already
	case st.Corrections: // it was at the window's end
	case st.Emit == check.Updates && !g.changed:
	case st.Emit == check.EarlyAndFinal:
		g.handed = "" // it is handed on in any case
		t.rest(w, g)
	default:
		t.rest(w, g)
	}
	t.deleted(w, g)
}

// due are the results of the windows that close when the watermark goes from old to wm, in order. What no window needs any more goes.
func (t *task) due(w *window, old, wm int64) (due []*group) {
	switch {
	case w.overlap != nil:
		return t.dueOfSlices(w, old, wm)
	case w.sessions != nil:
		return t.dueSessions(w, wm)
	case w.neighbours != nil:
		return t.dueNeighbours(w, wm)
	}
	for id, g := range w.groups {
		lasting := !w.step.Window.Bounded() && w.step.Window.Size == 0 // up to the end of the input
		if wm == endOfTime || !lasting && late(g.win.end, w.lateness(), minus(wm, w.delay)) {
			due = append(due, g)
			delete(w.groups, id)
		}
	}
	sort.Slice(due, func(i, j int) bool {
		if due[i].win.end != due[j].win.end {
			return due[i].win.end < due[j].win.end
		}
		if due[i].text != due[j].text {
			return due[i].text < due[j].text
		}
		return due[i].win.start < due[j].win.start
	})
	return due
}
