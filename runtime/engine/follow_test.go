package engine

import (
	"testing"
	"time"

	"github.com/weirstream/weir/runtime/topology"
	"github.com/weirstream/weir/runtime/watermark"
)

// An idle partition follows the slowest of its source's other partitions that are not idle.
func TestFollow(t *testing.T) {
	type other struct {
		sub     int
		wm      int64
		idle    bool
		stopped bool
	}
	tests := []struct {
		name   string
		awake  bool // the task itself is not idle
		never  bool // its source has no idle_after
		others []other
		want   int64
	}{
		{"alone", false, false, nil, watermark.None},
		{"the slowest counts", false, false, []other{{wm: 50}, {wm: 20}, {wm: 90}}, 20},
		{"idle ones do not count", false, false, []other{{wm: 50}, {wm: 20, idle: true}}, 50},
		{"nor those that do not run", false, false, []other{{wm: 50}, {wm: 20, stopped: true}}, 50},
		{"nor other sources", false, false, []other{{wm: 50}, {wm: 20, sub: 1}}, 50},
		{"one that has seen nothing holds back", false, false, []other{{wm: 50}, {wm: watermark.None}}, watermark.None},
		{"everybody is idle", false, false, []other{{wm: 50, idle: true}}, watermark.None},
		{"the end of others is not its own", false, false, []other{{wm: watermark.End}}, watermark.None},
		{"below zero", false, false, []other{{wm: -7}, {wm: -3}}, -7},
		{"not idle", true, false, []other{{wm: 50}}, watermark.None},
		{"never idle", false, true, []other{{wm: 50}}, watermark.None},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			sub := &topology.Subtopology{Inputs: []topology.Input{{IdleAfter: time.Second}}}
			if tt.never {
				sub.Inputs[0].IdleAfter = 0
			}
			e := &Engine{}
			e.ctl = newController(e)
			me := &assigned{sub: sub, inputs: []*input{{}}}
			me.idle.Store(!tt.awake)
			list := []*assigned{me}
			for i, o := range tt.others {
				a := &assigned{id: taskID{o.sub, int32(i + 1)}, sub: sub, inputs: []*input{{}}}
				a.watermark.Store(o.wm)
				a.idle.Store(o.idle)
				a.running.Store(!o.stopped)
				list = append(list, a)
			}
			e.ctl.list.Store(&list)
			if got := e.follow(me); got != tt.want {
				t.Errorf("follows %d, want %d", got, tt.want)
			}
		})
	}
}
