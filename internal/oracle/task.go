package oracle

import (
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
	"sort"

	celtypes "cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
	"cel.dev/cel-go/common/types/traits"

	"github.com/weirstream/weir/spec/check"
	"github.com/weirstream/weir/spec/types"
)

const (
	noTime    int64 = math.MinInt64 // nothing seen yet
	endOfTime int64 = math.MaxInt64 // nothing will come any more
)

// elem is a record on its way through the graph.
type elem struct {
	rec *record
	key []ref.Val // the value of `key`, where there is one
	// kafkaKey is the key that a sink writes: the source record's own bytes, or the text of a group; nil is null.
	kafkaKey []byte
	source   *check.Source // that the record is of, and in the record as it was read; nil for what was made of several
	in       *Record
	time     int64              // event time, Unix milliseconds
	win      *bounds            // of the window whose result this is, or which it missed
	locals   map[string]ref.Val // the values of let and unnest of the step that has the record in hand
	// group is the evaluated group_by of the step that the record is on its way to.
	group []ref.Val
	// mixed says that results of several groups may have come to have one key: their order is not defined.
	mixed  bool
	missed bool // its window is one that it came too late for
	// waited says that the record was handed on when the watermark came to its time, in an order among groups that is the runtime's own.
	waited bool
	lane   int32 // of the task that sent it there
}

// result tells whether a record is a window's result, which comes among those of other groups when the window closes or a commit is made.
func (e *elem) result() bool { return e.win != nil && !e.missed }

// bounds are a window, in Unix milliseconds.
type bounds struct{ start, end int64 }

// task is everything of the graph that runs on one partition.
type task struct {
	run     *run
	source  *check.Source
	cut     *check.Step // the step behind whose repartition topic this task begins, nil for a source
	lane    int32
	wm      int64
	now     int64 // what processors see of the watermark: that of the record in hand, the end is none
	loose   bool
	windows []*window // upstream first
	full    bool      // an aggregate could not take a record in
}

// grow finds the windowed steps behind a stream that run in this task. Delay is how far the stream's records may stay behind
// the task's watermark.
func (t *task) grow(s *check.Stream, delay int64) {
	if s == nil {
		return
	}
	for _, st := range t.run.consumers(s) {
		switch {
		case st.Repartition:
			c := t.run.cuts[st]
			if c == nil {
				c = &cut{step: st, source: t.source, wm: endOfTime, heights: map[int32]int64{}}
				if t.source.StreamTime {
					c.wm = noTime
				}
				t.run.cuts[st] = c
			}
			if t.source.OnError.StricterThan(c.source.OnError) {
				c.source = t.source
			}
			w := &window{step: st, delay: delay, cut: c}
			if st.Window != nil && !st.Window.Own() {
				w.cal = newCalendar(st.Window)
			}
			t.place(w)
		case st.Keeps():
			delay = t.place(t.run.newWindow(st, delay))
			t.grow(st.Late, delay)
			for _, out := range st.Outs() {
				t.grow(out, min(delay+st.Lateness().Milliseconds(), check.Forever.Milliseconds()))
			}
		default:
			for _, out := range st.Outs() {
				t.grow(out, delay)
			}
		}
	}
}

// place enters a window, behind those that it may have results of. A step that merges may have been met before, by way of another
// stream: then the longest delay counts, which is the result.
func (t *task) place(w *window) (delay int64) {
	for _, old := range t.windows {
		if old.step == w.step {
			old.delay = max(old.delay, w.delay)
			return old.delay
		}
	}
	t.windows = append(t.windows, w)
	sort.SliceStable(t.windows, func(i, j int) bool {
		steps := t.run.p.Steps
		return slices.Index(steps, t.windows[i].step) < slices.Index(steps, t.windows[j].step)
	})
	return w.delay
}

// markLoose marks the topics of all sinks that a stream leads to within this task.
func (t *task) markLoose(s *check.Stream) {
	if s == nil {
		return
	}
	for _, sink := range t.run.p.Sinks {
		if sink.From == s {
			for _, topic := range sink.TopicNames() {
				t.run.res.Topics[topic].Loose = true
			}
		}
	}
	for _, st := range t.run.consumers(s) {
		if !st.Repartition {
			t.markLoose(st.Late)
			for _, out := range st.Outs() {
				t.markLoose(out)
			}
		}
	}
}

// uncertain notes that what a step hands on in this task may be something else, and so may be what is made of it.
func (t *task) uncertain(st *check.Step) {
	t.loose = true
	t.markLoose(st.Late)
	for _, out := range st.Outs() {
		t.markLoose(out)
	}
	t.uncertainErrors()
}

// uncertainErrors notes that there may be other bad records in this task than those that the interpreter finds.
func (t *task) uncertainErrors() {
	t.run.res.LooseCounts = true
	if d := t.run.res.Topics[t.source.DeadLetterTopic]; d != nil {
		d.Loose = true
	}
	t.run.res.MayFail = t.run.res.MayFail || t.source.OnError == check.Fail
}

// leave tells the steps behind repartition topics how far this task's time went.
func (t *task) leave() {
	for _, w := range t.windows {
		if w.cut != nil {
			if wm := minus(t.wm, w.delay); t.source.StreamTime {
				w.cut.wm = max(w.cut.wm, wm)
			} else {
				w.cut.wm = min(w.cut.wm, wm)
			}
			w.cut.heights[t.lane] = max(w.cut.height(t.lane), minus(t.now, w.delay))
			w.cut.loose = w.cut.loose || t.loose
		}
	}
}

func (c *cut) height(lane int32) int64 {
	if h, ok := c.heights[lane]; ok {
		return h
	}
	return noTime
}

// overtaken tells whether a record may be late because another upstream task was ahead of its own: stream time goes by the one that is
// farthest.
func (t *task) overtaken(c *cut) bool {
	w := t.windows[0]
	if !t.source.StreamTime || w.step.Window == nil || inOrder(w.step) {
		return false // what goes by the order of records is uncertain anyway
	}
	defer func() { t.wm = noTime }()
	for _, e := range c.elems {
		t.wm = noTime
		for lane, h := range c.heights {
			if lane != e.lane || lane < 0 && t.run.opts.Partitions > 1 { // which is that of several tasks
				t.wm = max(t.wm, h)
			}
		}
		if t.undecided(w, &e) {
			return true
		}
	}
	return false
}

// minus delays a watermark.
func minus(wm, delay int64) int64 {
	if wm == noTime || wm == endOfTime {
		return wm
	}
	return wm - delay
}

func (t *task) window(st *check.Step) *window {
	for _, w := range t.windows {
		if w.step == st {
			return w
		}
	}
	panic("no window for step " + st.Name)
}

// push hands a record of a stream to everything that reads the stream: steps and then sinks, in the order written. The first
// that fails makes the record a bad one, and those after it don't get it.
func (t *task) push(s *check.Stream, e elem) error {
	for _, st := range t.run.consumers(s) {
		if err := t.step(st, e); err != nil {
			return err
		}
	}
	for _, sink := range t.run.p.Sinks {
		if sink.From == s {
			if err := t.sink(sink, e); err != nil {
				return err
			}
		}
	}
	return nil
}

func (t *task) step(st *check.Step, e elem) error {
	ev := t.run.ev
	if st.From.Merged != nil && byCommit(st.From) { // states of different results come by under one key
		for _, out := range st.Outs() {
			t.markLoose(out)
		}
	}
	if st.Where != nil {
		ok, err := ev.bool(st.Where, t.vars(&e))
		if err != nil {
			return fmt.Errorf("step %s, where: %w", st.Name, err)
		}
		if !ok {
			t.filtered(st, e)
			return nil
		}
	}
	e.locals = map[string]ref.Val{}
	for _, l := range st.Let {
		v, err := ev.eval(l.Expr, t.vars(&e))
		if err != nil {
			return fmt.Errorf("step %s, let %s: %w", st.Name, l.Name, err)
		}
		e.locals[l.Name] = v
	}
	if st.Unnest == nil {
		return t.remake(st, e)
	}
	v, err := ev.eval(st.Unnest.Expr, t.vars(&e))
	if err != nil {
		return fmt.Errorf("step %s, unnest: %w", st.Name, err)
	}
	elems := taken(st.Unnest, v)
	if len(elems) == 0 {
		t.filtered(st, e)
	}
	for _, x := range elems {
		each := e
		each.locals = maps.Clone(e.locals)
		each.locals[st.Unnest.Name] = x
		if err := t.remake(st, each); err != nil {
			return err
		}
	}
	return nil
}

// taken are the elements of what unnest takes apart; those of a map in the order of their keys.
func taken(u *check.Unnest, v ref.Val) []ref.Val {
	if vs, ok := elements(v); ok {
		return vs
	}
	es, _ := entries(v)
	sort.SliceStable(es, func(i, j int) bool {
		return es[i][0].(traits.Comparer).Compare(es[j][0]) == celtypes.IntNegOne
	})
	var vs []ref.Val
	for _, e := range es {
		vs = append(vs, &record{Of: u.Elem, Fields: map[string]ref.Val{"key": e[0], "value": e[1]}})
	}
	return vs
}

// remake takes a record that where let pass, or an element of it, through select and on.
func (t *task) remake(st *check.Step, e elem) error {
	if st.Select != nil {
		row := &record{Of: st.Row, Fields: map[string]ref.Val{}}
		for _, n := range st.Select {
			v, err := t.run.ev.eval(n.Expr, t.vars(&e))
			if err != nil {
				if _, _, ok := n.Expr.Path(); ok {
					continue // a copy can't fail: nothing reads it, so what it copies was not decoded
				}
				return fmt.Errorf("step %s, select %s: %w", st.Name, n.Name, err)
			}
			row.Fields[n.Name] = v
		}
		e.rec = row
	}
	if st.EventTime != nil {
		v, err := t.run.ev.eval(st.EventTime, t.vars(&e))
		if err != nil {
			return fmt.Errorf("step %s, event_time: %w", st.Name, err)
		}
		e.time = v.(celtypes.Timestamp).UnixMilli()
	}
	if st.Key != nil {
		if err := t.rekey(st, &e); err != nil {
			return err
		}
	}
	if st.Split != nil {
		return t.branch(st, e)
	}
	if !st.Keeps() {
		return t.push(st.Out, e)
	}
	w := t.window(st)
	if w.cut == nil {
		return t.add(w, e)
	}
	return t.toCut(w, e)
}

// rekey gives a record the key of its step.
func (t *task) rekey(st *check.Step, e *elem) error {
	v, err := t.run.ev.eval(st.Key, t.vars(e))
	if err != nil {
		return fmt.Errorf("step %s, key: %w", st.Name, err)
	}
	if byCommit(st.Out) { // which states of a result come by under which key depends on the commits
		for _, out := range st.Outs() {
			t.markLoose(out)
		}
	}
	e.key, e.kafkaKey, e.mixed = []ref.Val{v}, nil, e.mixed || e.result() || e.waited || t.cut != nil
	if o, ok := v.(*celtypes.Optional); ok {
		if !o.HasValue() {
			return nil
		}
		v = o.GetValue()
	}
	if b, ok := v.(celtypes.Bytes); ok {
		e.kafkaKey = append([]byte{}, b...)
	} else {
		e.kafkaKey = []byte(text(v))
	}
	return nil
}

// branch takes a record to the first branch whose condition is true.
func (t *task) branch(st *check.Step, e elem) error {
	for i, b := range st.Split {
		ok := b.When == nil
		if !ok {
			var err error
			if ok, err = t.run.ev.bool(b.When, t.vars(&e)); err != nil {
				return fmt.Errorf("step %s, split %s: %w", st.Name, b.Name, err)
			}
		}
		if !ok {
			t.gone(b.Out, e)
			continue
		}
		for _, other := range st.Split[i+1:] {
			t.gone(other.Out, e)
		}
		return t.push(b.Out, e)
	}
	return nil
}

// toCut evaluates what a step needs before its repartition topic, and puts the record there.
func (t *task) toCut(w *window, e elem) error {
	group, err := t.group(w.step, &e)
	if err != nil {
		return err
	}
	e.group, e.lane = group, t.lane
	if w.step.Combines {
		if err := t.combines(w.step, &e); err != nil {
			return err
		}
	}
	if w.step.Process != nil {
		w.cut.elems = append(w.cut.elems, e)
		return nil
	}
	if inOrder(w.step) {
		old := !lasting(w.step) && e.time < minus(t.wm, w.delay)
		w.cut.loose = w.cut.loose || old || t.cut != nil || e.result() || e.mixed || e.waited // which record comes first is not certain
		w.cut.elems = append(w.cut.elems, e)
		return nil
	}
	if t.undecided(w, &e) {
		w.cut.loose = true
	}
	w.cut.elems = append(w.cut.elems, e)
	return nil
}

// inOrder tells whether the order of a group's records decides what a step hands on.
func inOrder(st *check.Step) bool {
	if st.Window != nil && st.Window.Kind == check.Global && st.Window.Size == 0 { // the updates that there are have the times of records
		return byCommit(st.Out)
	}
	return st.Dedup != nil || st.Previous != nil || st.Fold != nil || st.Top != nil || st.Window != nil && st.Window.ByRecords()
}

// lasting tells whether a step that goes by the order of records keeps what it keeps for ever.
func lasting(st *check.Step) bool {
	switch {
	case st.Dedup != nil:
		return st.Dedup.TTL == 0
	case st.Previous != nil:
		return st.Previous.TTL == 0
	case st.Fold != nil:
		return st.Fold.TTL == 0 && !slices.ContainsFunc(st.Fold.Timers, func(tm *check.FoldTimer) bool { return !tm.Processing })
	case st.Top != nil:
		return st.Top.TTL == 0
	}
	return st.Window.Size == 0
}

// undecided tells whether what becomes of a record behind a repartition topic may depend on what comes in between there.
func (t *task) undecided(w *window, e *elem) bool {
	at := e.time
	switch {
	case !w.step.Window.Bounded():
		return false
	case w.step.Window.Kind == check.Custom:
		own, err := t.customOf(w, e)
		return err == nil && late(own.end, w.lateness(), minus(t.wm, w.delay))
	}
	if w.step.Window.Kind != check.Session {
		end, _ := w.ends(at)
		return late(end, w.lateness(), minus(t.wm, w.delay))
	}
	// A session that it would be part of may be closed before its own. With a longest one the order decides what is part of what.
	return w.step.Window.Max > 0 || late(at+1, w.lateness(), minus(t.wm, w.delay))
}

// sink writes a record to a sink.
func (t *task) sink(s *check.Sink, e elem) error {
	o := Out{Key: e.kafkaKey, Time: e.time, Value: e.rec, mixed: e.mixed}
	for _, h := range s.Headers {
		v, err := t.run.ev.eval(h.Expr, t.vars(&e))
		if err != nil {
			return fmt.Errorf("sink %s, header %s: %w", s.Name, h.Name, err)
		}
		if opt, ok := v.(*celtypes.Optional); ok {
			if !opt.HasValue() {
				continue
			}
			v = opt.GetValue()
		}
		if o.Headers == nil {
			o.Headers = map[string]string{}
		}
		if b, ok := v.(celtypes.Bytes); ok {
			o.Headers[h.Name] = string(b)
		} else {
			o.Headers[h.Name] = text(v)
		}
	}
	if s.Tombstone != nil {
		null, err := t.run.ev.bool(s.Tombstone, t.vars(&e))
		if err == nil && null && e.kafkaKey == nil {
			err = errors.New("the key is null")
		}
		if err != nil {
			return fmt.Errorf("sink %s, tombstone: %w", s.Name, err)
		}
		if null {
			o.Value = tombstone
		}
	}
	topic := s.Topics[0].Topic
	if s.By != nil {
		v, err := t.run.ev.eval(s.By, t.vars(&e))
		if err != nil {
			return fmt.Errorf("sink %s, by: %w", s.Name, err)
		}
		i := slices.IndexFunc(s.Topics, func(st check.SinkTopic) bool { return st.Value == text(v) })
		if i < 0 {
			return fmt.Errorf("sink %s, by: there is no topic for %s", s.Name, show(v))
		}
		topic = s.Topics[i].Topic
	}
	t.out(topic, o)
	if byCommit(s.From) {
		t.elsewhere(s, topic, e)
	}
	return nil
}

// elsewhere notes that a state of an updated result does not reach the topics of a sink, but for one.
func (t *task) elsewhere(s *check.Sink, but string, e elem) {
	for _, topic := range s.TopicNames() {
		if topic != but {
			t.out(topic, Out{Key: e.kafkaKey, Time: e.time})
		}
	}
}

// tombstone is the value of a record that is written as null.
var tombstone = &record{Of: &types.Type{Kind: types.Record, Name: "null"}}

func (t *task) out(topic string, o Out) {
	tp := t.run.res.Topics[topic]
	tp.Unordered = tp.Unordered || t.cut != nil
	o.Lane = t.lane
	tp.Records = append(tp.Records, o)
}

// filtered notes that this state of an updated result does not reach the sinks behind step.
func (t *task) filtered(st *check.Step, e elem) {
	for _, out := range st.Outs() {
		t.gone(out, e)
	}
}

// gone notes that this state of an updated result does not come by in a stream.
func (t *task) gone(s *check.Stream, e elem) {
	if byCommit(s) {
		t.hidden(s, e)
	}
}

func (t *task) hidden(s *check.Stream, e elem) {
	for _, sink := range t.run.p.Sinks {
		if sink.From == s {
			t.elsewhere(sink, "", e)
		}
	}
	for _, st := range t.run.consumers(s) {
		if st.Keeps() && st.Delay == nil { // what it hands on is its own
			continue
		}
		for _, out := range st.Outs() {
			t.hidden(out, e)
		}
	}
}

// bad takes a record where its source's on_error says.
func (t *task) bad(raw *Record, err error) {
	switch t.source.OnError {
	case check.Skip:
		t.run.res.Skipped++
	case check.DeadLetter:
		o := Out{Why: err, Topic: t.source.Topic, Opaque: raw == nil}
		if raw != nil {
			o.Raw = *raw
		}
		t.out(t.source.DeadLetterTopic, o)
	default:
		if t.loose {
			t.run.res.MayFail = true
			return
		}
		t.run.res.Failed = append(t.run.res.Failed, err)
	}
}

// vars is what expressions over a record see.
func (t *task) vars(e *elem) *vars {
	return &vars{rec: e.rec, key: e.key, source: e.source, in: e.in, time: e.time, win: e.win, locals: e.locals}
}
