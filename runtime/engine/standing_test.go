package engine

import (
	"testing"
	"time"

	"github.com/weirstream/weir/runtime/kafka"
	"github.com/weirstream/weir/runtime/position"
	"github.com/weirstream/weir/runtime/watermark"
)

// What a partition of another instance holds others back with, look by look.
func TestStanding(t *testing.T) {
	at := func(wm int64) string {
		m, err := position.Position{Watermark: wm}.Metadata("").Encode()
		if err != nil {
			t.Fatal(err)
		}
		return m
	}
	type look struct {
		after    time.Duration
		offset   int64
		metadata string
		end      int64
		want     int64
	}
	tests := []struct {
		name      string
		idleAfter time.Duration
		looks     []look
	}{
		{"nothing was ever there", 0, []look{{0, 0, "", 0, watermark.End}}},
		{"everything was deleted before it was read", 0, []look{{0, 7, "", 7, watermark.End}}},
		{"nothing was read yet", time.Second, []look{{0, 0, "", 7, watermark.None}, {time.Hour, 0, "", 7, watermark.None}}},
		{"read in part", time.Second, []look{{0, 3, at(30), 7, 30}, {time.Hour, 3, at(30), 7, 30}, {0, 5, at(-50), 7, -50}}},
		{"read to the end, never idle", 0, []look{{0, 7, at(70), 7, 70}, {time.Hour, 7, at(70), 7, 70}}},
		{"read to the end, silent for a while", time.Second, []look{{0, 7, at(70), 7, 70}, {999 * time.Millisecond, 7, at(70), 7, 70}, {time.Millisecond, 7, at(70), 7, watermark.End}}},
		{"a record after silence", time.Second, []look{{0, 7, at(70), 7, 70}, {time.Minute, 7, at(70), 8, 70}, {0, 8, at(80), 8, 80}, {time.Second, 8, at(80), 8, watermark.End}}},
		{"at the end of a bounded run", 0, []look{{0, 7, at(watermark.End), 7, watermark.End}}},
		{"committed by a tool", 0, []look{{0, 3, "by hand", 7, watermark.None}}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p := alignedPart{kafka.TopicPartition{Topic: "orders"}, tt.idleAfter}
			seen, now := map[kafka.TopicPartition]still{}, time.Unix(1000, 0)
			for i, l := range tt.looks {
				now = now.Add(l.after)
				if got := standing(p, kafka.Offset{At: l.offset, Metadata: l.metadata}, l.end, seen, now); got != l.want {
					t.Errorf("look %d: %d, want %d", i, got, l.want)
				}
			}
		})
	}
}
