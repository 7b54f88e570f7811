package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"syscall"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"
)

// waitDone waits until the group has committed the whole of topic in, and reports when, and the halfway point.
func waitDone(ctx context.Context, adm *kadm.Client, o *opts, a *app, total int64) (lag0 time.Time, half sample, halfN int64, err error) {
	deadline := time.Now().Add(o.timeout)
	for {
		select {
		case <-a.done:
			return lag0, half, 0, fmt.Errorf("the peer ended by itself: %v", a.err)
		default:
		}
		if time.Now().After(deadline) {
			return lag0, half, 0, errors.New("timed out")
		}
		var n int64
		offs, err := adm.FetchOffsets(ctx, o.group)
		if err == nil {
			for _, p := range offs[o.in] {
				if p.At > 0 {
					n += p.At
				}
			}
		}
		now := time.Now()
		if halfN == 0 && n >= total/2 {
			c, _ := procCPU(a.cmd.Process.Pid)
			half, halfN = sample{now, c}, n
		}
		if n >= total {
			return now, half, halfN, nil
		}
		time.Sleep(40 * time.Millisecond)
	}
}

// lastCommit is when the broker wrote the newest transaction marker (or record) of the topic.
func lastCommit(ctx context.Context, boot string, adm *kadm.Client, topic string) (time.Time, error) {
	lso, err := adm.ListCommittedOffsets(ctx, topic)
	if err != nil {
		return time.Time{}, err
	}
	at := map[int32]kgo.Offset{}
	for p, l := range lso[topic] {
		if l.Offset > 0 {
			at[p] = kgo.NewOffset().At(l.Offset - 1)
		}
	}
	if len(at) == 0 {
		return time.Time{}, nil
	}
	cl, err := kgo.NewClient(kgo.SeedBrokers(boot), kgo.ConsumePartitions(map[string]map[int32]kgo.Offset{topic: at}),
		kgo.KeepControlRecords(), kgo.FetchIsolationLevel(kgo.ReadCommitted()), kgo.FetchMaxWait(200*time.Millisecond))
	if err != nil {
		return time.Time{}, err
	}
	defer cl.Close()
	var last time.Time
	seen := map[int32]bool{}
	c, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	for len(seen) < len(at) && c.Err() == nil {
		cl.PollFetches(c).EachRecord(func(r *kgo.Record) {
			seen[r.Partition] = true
			if r.Attrs.IsControl() && r.Timestamp.After(last) {
				last = r.Timestamp
			}
		})
	}
	return last, nil
}

func round(x float64, d float64) float64 { return float64(int64(x*d+0.5)) / d }

// runOnce starts the peer, waits for the end of its work and leaves it running.
func runOnce(ctx context.Context, adm *kadm.Client, o *opts) (*app, *Result, error) {
	end, err := adm.ListEndOffsets(ctx, o.in)
	if err != nil {
		return nil, nil, err
	}
	total := sumOffsets(end, o.in)
	if total == 0 {
		return nil, nil, errors.New("the input topic is empty")
	}
	if err := os.MkdirAll(o.state(), 0o755); err != nil {
		return nil, nil, err
	}
	b0, _ := procCPU(o.brokerPID)

	var firstOut time.Time
	var fmu sync.Mutex
	wctx, wstop := context.WithCancel(ctx)
	defer wstop()
	w, err := kgo.NewClient(kgo.SeedBrokers(o.boot), kgo.ConsumeTopics(o.out), kgo.ConsumeResetOffset(kgo.NewOffset().AtStart()),
		kgo.FetchIsolationLevel(kgo.ReadCommitted()), kgo.FetchMaxWait(100*time.Millisecond), kgo.FetchMaxPartitionBytes(1024))
	if err != nil {
		return nil, nil, err
	}
	go func() {
		defer w.Close()
		for wctx.Err() == nil {
			if f := w.PollRecords(wctx, 1); f.NumRecords() > 0 {
				fmu.Lock()
				firstOut = time.Now()
				fmu.Unlock()
				return
			}
		}
	}()

	a, err := startApp(o.command(), filepath.Join(o.dir, "logs", o.group+".log"))
	if err != nil {
		return nil, nil, err
	}
	lag0, half, halfN, err := waitDone(ctx, adm, o, a, total)
	if err != nil {
		a.stop(syscall.SIGKILL)
		return nil, nil, fmt.Errorf("%w (log: logs/%s.log)", err, o.group)
	}
	// whatever follows through internal topics: wait until the output has been still for 2.5 s
	var outN int64 = -1
	still := time.Now()
	for time.Since(still) < 2500*time.Millisecond {
		e, err := adm.ListEndOffsets(ctx, o.out)
		if err != nil {
			return a, nil, err
		}
		if e.Error() != nil { // the client's view of a topic that was just made is stale
			still = time.Now()
		}
		if n := sumOffsets(e, o.out); n != outN {
			outN, still = n, time.Now()
		}
		time.Sleep(100 * time.Millisecond)
	}
	b1, _ := procCPU(o.brokerPID)
	// The end is the broker's own time of the last transaction marker in the output. The group's offsets are only
	// the sign to stop waiting: Flink commits them late (seconds, once its source is idle) and outside the transaction.
	tEnd := lag0
	if t, err := lastCommit(ctx, o.boot, adm, o.out); err == nil && !t.IsZero() {
		tEnd = t
	}
	first, ok := a.mark("first_record")
	if !ok {
		first = a.start
	}
	r := &Result{Job: o.job, Peer: o.peer, In: o.in, Records: total, Group: o.group, At: a.start.UTC().Format(time.RFC3339)}
	wall := tEnd.Sub(first).Seconds()
	cpu := a.cpuAt(tEnd)
	M := float64(total) / 1e6
	r.WallS = round(wall, 100)
	r.RecordsPerS = round(float64(total)/wall, 1)
	r.CPUS = round(cpu, 100)
	r.CPUPerM = round(cpu/M, 1000)
	if rest := float64(total-halfN) / 1e6; rest > 0 {
		r.CPUPerMWarm = round((cpu-half.cpu)/rest, 1000)
	}
	r.CPUStartS = round(a.cpuAt(first), 100)
	r.FirstRecordS = round(first.Sub(a.start).Seconds(), 100)
	fmu.Lock()
	if !firstOut.IsZero() {
		r.FirstOutS = round(firstOut.Sub(a.start).Seconds(), 100)
	}
	fmu.Unlock()
	r.EndS = round(tEnd.Sub(a.start).Seconds(), 100)
	r.OffsetsS = round(lag0.Sub(a.start).Seconds(), 100)
	r.BrokerCPUS = round(b1-b0, 100)
	r.OutOffsets = outN
	a.mu.Lock()
	r.PeakRSSMB = round(a.hwm, 1)
	a.mu.Unlock()
	r.Changelog = internalTopics(ctx, adm, o.group)
	return a, r, nil
}

func cmdMeasure(args []string) error {
	o := parseOpts("measure", args)
	cl, err := kgo.NewClient(kgo.SeedBrokers(o.boot))
	if err != nil {
		return err
	}
	defer cl.Close()
	adm := kadm.NewClient(cl)
	ctx := context.Background()
	os.MkdirAll(filepath.Join(o.dir, "logs"), 0o755)
	cleanup(ctx, adm, o) // what a run that was interrupted under the same group left
	if err := recreate(ctx, adm, 8, o.out); err != nil {
		return err
	}
	a, r, err := runOnce(ctx, adm, o)
	if err != nil {
		return err
	}
	a.stop(syscall.SIGTERM)
	if o.verify {
		if r.Verified, err = verify(ctx, o); err != nil {
			r.Verified = "FAILED: " + err.Error()
		}
	}
	if !o.keep {
		cleanup(ctx, adm, o)
	}
	b, _ := json.Marshal(r)
	fmt.Println(string(b))
	return nil
}
