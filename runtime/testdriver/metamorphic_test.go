package testdriver

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"
)

type event struct {
	partition  int32
	key, value string
}

// input is a stream whose disorder is far within the lag when gentle is set, so that nothing is late anywhere; otherwise it is
// wild, with jumps and stragglers.
func input(seed uint64, gentle bool) []event {
	r := rand.New(rand.NewPCG(seed, 7))
	var in []event
	now := [4]int64{-20_000, -20_000, -20_000, -20_000}
	for range 400 {
		p := r.Int32N(4)
		now[p] += r.Int64N(1500)
		at := now[p] - r.Int64N(900)
		if !gentle && r.IntN(10) == 0 {
			at -= r.Int64N(30_000)
		}
		n := r.IntN(9)
		if !gentle {
			n = n*4 + int(p) // one partition has all of a user, as without repartitioning it must
		}
		user := fmt.Sprint("user", n)
		if r.IntN(30) == 0 {
			in = append(in, event{p, user, "rubbish"})
			continue
		}
		status := "paid"
		if r.IntN(5) == 0 {
			status = "open"
		}
		in = append(in, event{p, user, fmt.Sprintf("%s,%s,%d,%d", user, status, r.IntN(100), at)})
	}
	return in
}

// outcome is what was written, without the order between partitions and keys: per topic all lines, sorted.
func outcome(t *testing.T, c config, o Options, in []event) []string {
	t.Helper()
	d, err := New(build(c), o)
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	for i, e := range in {
		send(t, d, e.partition, e.key, e.value)
		if o.Random == nil {
			switch { // crashes at fixed points, of both kinds
			case i%97 == 96:
				must(t, d.Crash())
			case i%131 == 130:
				must(t, d.CrashAndWipe())
			}
		}
	}
	must(t, d.End())
	var lines []string
	last := map[string]string{}
	for topic, recs := range d.Outputs() {
		for _, r := range recs {
			line := fmt.Sprintf("%s %d %s=%s @%d", topic, r.Partition, r.Key, r.Value, r.Timestamp.UnixMilli())
			if c.updates && topic == "totals-topic" {
				last[fmt.Sprintf("%s %d", r.Key, r.Timestamp.UnixMilli())] = line // only the newest of a key and window counts
				continue
			}
			lines = append(lines, line)
		}
	}
	for _, l := range last {
		lines = append(lines, l)
	}
	slices.Sort(lines)
	return lines
}

// TestMetamorphic: whatever the schedule, the commits, the crashes, the memory and the kind of store, the same comes out.
func TestMetamorphic(t *testing.T) {
	for _, x := range []struct {
		name   string
		c      config
		gentle bool
	}{
		{"final", config{lag: time.Second, size: 5 * time.Second, lateness: 2 * time.Second, policy: 2}, false},
		{"updates", config{lag: time.Second, size: 5 * time.Second, updates: true, policy: 2}, false},
		{"repartition", config{lag: time.Second, size: 5 * time.Second, policy: 2, repartition: true}, true},
		{"repartition updates", config{lag: time.Second, size: 20 * time.Second, policy: 1, repartition: true, updates: true}, true},
	} {
		t.Run(x.name, func(t *testing.T) {
			for seed := range uint64(2) {
				in := input(seed, x.gentle)
				o := Options{Partitions: 4, SinkPartitions: 3}
				base := outcome(t, x.c, o, in[:0])
				if len(base) != 0 {
					t.Fatal("something from nothing")
				}
				base = outcome(t, x.c, o, in)
				if len(base) < 30 {
					t.Fatalf("only %d lines", len(base))
				}
				for variant := range uint64(8) {
					r := rand.New(rand.NewPCG(seed, variant))
					o.Memory = r.IntN(3) == 0
					o.OverlayBytes = []int64{0, 1, 30_000}[r.IntN(3)]
					o.CommitEvery, o.Random = 0, nil
					if variant < 2 {
						o.CommitEvery = 1 + r.IntN(30)
					} else {
						o.Random = &Random{Seed: variant, MaxBatch: 1 + r.IntN(20), Commit: r.Float64(), Delay: r.Float64(), Crash: 0.04 * r.Float64(), Wipe: r.Float64(), Pause: []int{0, 1, 7}[r.IntN(3)]}
					}
					if got := outcome(t, x.c, o, in); !slices.Equal(got, base) {
						t.Fatalf("seed %d, variant %d (%+v, %+v):\n%d lines, want %d\n%v", seed, variant, o, o.Random, len(got), len(base), diff(got, base))
					}
				}
			}
		})
	}
}

func diff(got, want []string) (out []string) {
	for _, l := range got {
		if !slices.Contains(want, l) {
			out = append(out, "\n+ "+l)
		}
	}
	for _, l := range want {
		if !slices.Contains(got, l) {
			out = append(out, "\n- "+l)
		}
	}
	return out
}

// TestSameSeedSameRun: the order of everything follows from the seed.
func TestSameSeedSameRun(t *testing.T) {
	var runs [2][]Record
	for i := range runs {
		d := start(t, config{size: 5 * time.Second, repartition: true, policy: 1}, Options{Partitions: 4, Random: &Random{Seed: 5, Commit: 0.5, Delay: 0.5, Crash: 0.05, Wipe: 0.5}})
		for _, e := range input(1, false) {
			send(t, d, e.partition, e.key, e.value)
		}
		must(t, d.End())
		runs[i] = d.Output("totals-topic")
	}
	if !slices.EqualFunc(runs[0], runs[1], func(a, b Record) bool {
		return string(a.Key) == string(b.Key) && string(a.Value) == string(b.Value) && a.Offset == b.Offset
	}) {
		t.Error("two runs with one seed differ")
	}
}
