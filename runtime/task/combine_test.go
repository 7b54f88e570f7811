package task

import (
	"fmt"
	"testing"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/weirstream/weir/runtime/position"
	"github.com/weirstream/weir/runtime/topology"
	"github.com/weirstream/weir/runtime/watermark"
	"github.com/weirstream/weir/runtime/window"
)

// combiner counts records by key in windows of 10 ms in front of its repartition topic.
type combiner struct {
	*topology.Context
	counts *window.Partials[int64]
}

func (t *combiner) Process(input int, rec *kgo.Record) error {
	at := rec.Timestamp.UnixMilli()
	t.Clock.Observe(input, at)
	n, _, err := t.counts.Upsert(at, rec.Key)
	if err != nil {
		return err
	}
	*n++
	return nil
}

func (t *combiner) Advance(int64) error { return nil }
func (t *combiner) Seal() error         { return nil }

func combining() *topology.Subtopology {
	return &topology.Subtopology{
		Name:    "counts",
		Inputs:  []topology.Input{{Name: "in", Topic: "in"}},
		Outputs: []topology.Output{{Kind: topology.Repartition, Topic: "re"}},
		New: func(c *topology.Context) (topology.Task, error) {
			p, err := window.NewPartials(c, window.PartialsConfig[int64]{
				Name: "counts", Size: 10, Append: func(b []byte, v *int64) []byte { return fmt.Append(b, *v) },
			})
			return &combiner{c, p}, err
		},
	}
}

// order is what a commit writes: keys with the numbers of their records, and watermarks.
func (b *bench) order() (out []string) {
	b.t.Helper()
	s := b.seal()
	for _, c := range s.Chunks {
		for _, r := range c.Records() {
			if r.Key == nil {
				_, _, m, err := watermark.ParseMark(r.Value)
				b.must(err)
				if r.Partition == 0 {
					out = append(out, fmt.Sprint(m.Watermark))
				}
				continue
			}
			p, err := window.ReadPartial(r.Value)
			b.must(err)
			out = append(out, fmt.Sprintf("%s %s", r.Key, p.State))
		}
	}
	s.Drop()
	b.must(s.Apply(nil))
	return out
}

// What was combined stands in front of the watermark that a commit announces, or that Mark writes. An abort forgets it.
func TestCombine(t *testing.T) {
	b := newBench(t, combining())
	b.must(b.r.Restore(position.Start()))
	b.feed("a", 5, "")
	b.feed("a", 7, "")
	b.feed("a", 12, "")
	if !b.r.Holds() || b.r.Size() == 0 {
		t.Error("nothing is held")
	}
	b.want("written", b.order(), "a 2", "a 1", "12")
	if b.r.Holds() {
		t.Error("something is held behind a commit")
	}
	b.feed("b", 13, "")
	b.r.Abort()
	if b.r.Holds() {
		t.Error("something is held behind an abort")
	}
	if s := b.r.Gauges().Stats; s.Combined != 3 || s.Partials != 2 {
		t.Errorf("committed: %+v", s)
	}
	b.r.Pace()
	b.feed("c", 14, "")
	b.must(b.r.Mark())
	b.feed("c", 15, "")
	b.feed("c", 14, "")
	b.want("written", b.order(), "c 1", "14", "c 2")
}
