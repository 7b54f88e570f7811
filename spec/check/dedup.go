package check

import (
	"time"

	"github.com/weirstream/weir/spec/source"
	"github.com/weirstream/weir/spec/syntax"
)

// keepers are the clauses that, instead of windows, keep something, but for delay for each group. A step has one of them.
var keepers = []string{"process", "dedup", "changes", "fold", "delay", "top"}

// keeper is the one that a step has, and where it stands; "" if it has none.
func keeper(d *syntax.Step) (clause string, at source.Span) {
	for _, k := range keepers {
		if at, ok := d.Clauses[k]; ok {
			return k, at
		}
	}
	return "", source.Span{}
}

// keeperClauses checks what such a clause, other than process, stands beside.
func (c *checker) keeperClauses(d *syntax.Step, clause string, at source.Span) {
	if _, ok := d.Clauses["group_by"]; !ok {
		c.report(keeperNeedsGroup(at, clause))
	}
	for _, k := range append([]string{"key", "split", "default", "window", "aggregate", "having", "emit", "state", "timers", "output", "outputs"}, keepers...) {
		if s, ok := d.Clauses[k]; ok && k != clause && !(k == "having" && (clause == "changes" || clause == "fold")) && !(k == "emit" && clause == "top") {
			c.report(keeperAnd(s, k, at, clause))
		}
	}
}

// dedup checks the clause of that name.
func (c *checker) dedup(st *Step, d *syntax.Step) {
	st.Dedup.Keep = KeepFirst
	if d.Dedup == nil {
		return
	}
	st.Dedup.Span = d.Dedup.Span
	if d.Dedup.Keep != nil && d.Dedup.Keep.Value == "last" {
		st.Dedup.Keep = KeepLast
	}
	if d.Dedup.Unbounded != nil && st.Dedup.Keep == KeepLast {
		c.report(lastForEver(d.Dedup.Unbounded))
		return
	}
	st.Dedup.TTL = c.life(d.Clauses["dedup"], "dedup", d.Dedup.TTL, d.Dedup.Unbounded)
}

// life checks how long what a clause keeps for a group lives, in whole milliseconds; 0 is for ever.
func (c *checker) life(at source.Span, clause string, ttl *syntax.Duration, unbounded *syntax.Text) time.Duration {
	switch {
	case ttl == nil && unbounded == nil:
		c.report(unboundedClause(at, clause))
	case ttl == nil:
	case unbounded != nil:
		c.report(clauseBoundedTwice(unbounded, clause))
	case ttl.Value == 0:
		c.report(zeroDuration(ttl.Span, "ttl", "a group is remembered for at least 1ms; leave the clause out if nothing is to be remembered"))
	case ttl.Value > longest:
		c.report(longLife(ttl.Span))
	default:
		return ttl.Value
	}
	return 0
}

// passed types the stream of a step that hands on records of its groups as they are, each group's under the group as their key.
func (c *checker) passed(st *Step) {
	st.Out.Type, st.Out.Key, st.Out.Retimed, st.Out.Overdue = st.Row, groupKey(st, st.Row), st.Retimes(), st.overdue()
	if st.Dedup != nil && st.Dedup.Keep == KeepLast { // what waited for a timer is older than the watermark that made it fire
		st.Out.Scattered = true
		return
	}
	st.Out.Windowed, st.Out.Direct = st.From.Windowed && !st.Repartition, st.From.Direct && !st.Repartition
}
