package task

import (
	"fmt"
	"testing"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/weirstream/weir/runtime/position"
	"github.com/weirstream/weir/runtime/watermark"
)

// A paced task writes its watermark where Mark says so and at its end. Commits write none, or the same once more.
func TestPace(t *testing.T) {
	b := newBench(t, counting(false))
	b.must(b.r.Restore(position.Start()))
	b.r.Pace()
	none := fmt.Sprintf("%d false", watermark.None)
	b.feed("a", 5, "")
	b.commit()
	b.want("marks", b.marks, "counts/1→0 "+none, "counts/1→1 "+none)
	b.marks = nil
	b.feed("a", 12, "")
	b.feed("a", 17, "lazy") // closes window 0-10, which Mark has to do before
	b.must(b.r.Mark())
	b.feed("a", 29, "")
	b.commit()
	b.feed("a", 40, "")
	b.commit()
	b.want("marks", b.marks, "counts/1→0 12 false", "counts/1→1 12 false") // 17 − lag 2 − delay 3
	b.want("results", b.results, "a=0:1", "a=10:2", "a=20:1")
	b.r.Announce()
	b.commit()
	b.want("marks", b.marks[2:], "counts/1→0 12 false", "counts/1→1 12 false")
	b.marks = nil
	b.must(b.r.End(0))
	b.must(b.r.Mark())
	b.must(b.r.Mark())
	b.commit()
	b.want("marks", b.marks, fmt.Sprintf("counts/1→0 %d false", watermark.End), fmt.Sprintf("counts/1→1 %d false", watermark.End))
	if b.r.Pending() {
		t.Error("everything is said, but something is pending")
	}
}

// What lies in front of an offset and is no record is gone over, and never gone back to.
func TestReach(t *testing.T) {
	b := newBench(t, counting(false))
	b.must(b.r.Restore(position.Start()))
	b.feed("a", 5, "")
	b.r.Reach(0, 7)
	b.r.Reach(0, 3)
	b.commit()
	if at := b.r.Position().Inputs["in"]; at != (position.Offset{Offset: 7, Epoch: -1}) {
		t.Errorf("at %v", at)
	}
	if at, err := b.r.EventTime(&kgo.Record{Timestamp: b.input[0].Timestamp}); at != 5 || err != nil {
		t.Errorf("a task that can't say it: %d, %v", at, err)
	}
}
