package oracle

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"sort"

	celtypes "cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
	"cel.dev/cel-go/common/types/traits"

	"github.com/weirstream/weir/spec/check"
)

// ranking is what a step with top knows of a group.
type ranking struct {
	key     []ref.Val
	text    string
	rows    []ranked // all of them, in order
	highest int64    // the time of the group's records
}

type ranked struct {
	by, id ref.Val
	rec    *record
}

// before tells whether a row with the value a stands in front of one with b. No number is above all others.
func (t *task) before(top *check.Ranking, a, b ref.Val) bool {
	c := celtypes.Int(0)
	x, isDouble := a.(celtypes.Double)
	y, _ := b.(celtypes.Double)
	switch nan := [2]bool{math.IsNaN(float64(x)), math.IsNaN(float64(y))}; {
	case isDouble && nan[0] != nan[1]:
		c = -1
		if nan[0] {
			c = 1
		}
	case isDouble && nan[0]:
	default:
		c = a.(traits.Comparer).Compare(b).(celtypes.Int)
	}
	if top.Ascending {
		return c < 0
	}
	return c > 0
}

// top gives a record to a step with top.
func (t *task) top(w *window, e elem) error {
	st, top := w.step, w.step.Top
	if e.group == nil {
		var err error
		if e.group, err = t.group(st, &e); err != nil {
			return err
		}
	}
	if byCommit(st.From) { // which states come by depends on the commits
		t.uncertain(st)
	}
	next, gone := ranked{rec: e.rec}, false
	for _, x := range []struct {
		key  string
		expr *check.Expr
		set  func(ref.Val)
	}{
		{"id", top.ID, func(v ref.Val) { next.id = v }},
		{"remove", top.Remove, func(v ref.Val) { gone = v == celtypes.True }},
		{"by", top.By, func(v ref.Val) { next.by = v }},
	} {
		if x.expr == nil || x.key == "by" && gone {
			continue
		}
		v, err := t.run.ev.eval(x.expr, t.vars(&e))
		if err != nil {
			return fmt.Errorf("step %s, top %s: %w", st.Name, x.key, err)
		}
		x.set(v)
	}
	id, at := identity(e.group), max(e.time, minus(t.wm, w.delay))
	g := w.rankings[id]
	if g != nil && top.TTL > 0 && g.highest+top.TTL.Milliseconds() <= at {
		if st.Emit == check.Final {
			t.ranks(w, g)
		}
		g = nil
	}
	if g == nil {
		g = &ranking{key: e.group, text: id, highest: at}
		w.rankings[id] = g
	}
	g.highest = max(g.highest, at)
	was := slices.Clone(g.rows)
	at0 := -1
	if top.ID != nil {
		at0 = slices.IndexFunc(g.rows, func(r ranked) bool { return show(r.id) == show(next.id) })
	}
	switch {
	case gone && at0 < 0:
		return nil
	case gone:
		g.rows = slices.Delete(g.rows, at0, at0+1)
	case at0 >= 0 && !t.before(top, g.rows[at0].by, next.by) && !t.before(top, next.by, g.rows[at0].by):
		g.rows[at0] = next
	default:
		if at0 >= 0 {
			g.rows = slices.Delete(g.rows, at0, at0+1)
		}
		g.rows = append(g.rows, next)
		sort.SliceStable(g.rows, func(i, j int) bool { return t.before(top, g.rows[i].by, g.rows[j].by) })
		if top.ID == nil {
			g.rows = g.rows[:min(len(g.rows), int(top.N))]
		}
	}
	if st.Emit == check.Final {
		return nil
	}
	for i := range int(top.N) {
		old, now := rowAt(was, i), rowAt(g.rows, i)
		if old != nil && now != nil && t.sameRow(st, old, now) {
			continue
		}
		if old != nil && st.Retractions {
			t.rank(w, g, old, i, e.time, true)
		}
		if now != nil {
			t.rank(w, g, now, i, e.time, false)
		}
	}
	return nil
}

func rowAt(rows []ranked, i int) *record {
	if i < len(rows) {
		return rows[i].rec
	}
	return nil
}

// sameRow tells whether two rows have the same values, as they are stored.
func (t *task) sameRow(st *check.Step, a, b *record) bool {
	for _, f := range st.Row.Fields {
		x, y := a.Fields[f.Name], b.Fields[f.Name]
		if (x == nil) != (y == nil) || x != nil && identity([]ref.Val{x}) != identity([]ref.Val{y}) {
			return false
		}
	}
	return true
}

// rank hands a row on. If it is bad, no other is.
func (t *task) rank(w *window, g *ranking, row *record, i int, at int64, retracted bool) {
	st := w.step
	e := elem{kafkaKey: groupText(st, g.key), time: at, rec: &record{Of: st.Out.Type, Fields: maps.Clone(row.Fields)}}
	e.waited = st.Emit == check.Final
	e.rec.Fields[check.RankField] = celtypes.Int(i + 1)
	if st.Retractions {
		e.rec.Fields[check.Retracted] = celtypes.Bool(retracted)
	}
	if err := t.push(st.Out, e); err != nil {
		t.bad(nil, fmt.Errorf("result of step %s: %w", st.Name, err))
	}
}

// ranks hands on the top of a group whose time is over.
func (t *task) ranks(w *window, g *ranking) {
	for i := range min(len(g.rows), int(w.step.Top.N)) {
		t.rank(w, g, g.rows[i].rec, i, g.highest+w.step.Top.TTL.Milliseconds()-1, false)
	}
}

// overs hands on the ranks of groups whose time a watermark has ended, if they are final. Others are forgotten when their next record comes.
func (t *task) overs(w *window, wm int64) {
	if w.step.Emit != check.Final {
		return
	}
	var due []*ranking
	for id, g := range w.rankings {
		if g.highest+w.step.Top.TTL.Milliseconds() <= minus(wm, w.delay) {
			due = append(due, g)
			delete(w.rankings, id)
		}
	}
	sort.Slice(due, func(i, j int) bool {
		if due[i].highest != due[j].highest {
			return due[i].highest < due[j].highest
		}
		return due[i].text < due[j].text
	})
	for _, g := range due {
		t.ranks(w, g)
	}
}
