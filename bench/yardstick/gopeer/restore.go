package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"
)

// cmdRestore fills a job's state, kills the peer the hard way, drops its local state, appends input and starts it again.
func cmdRestore(args []string) error {
	o := parseOpts("restore", args)
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
	time.Sleep(2 * time.Second)
	var disk int64
	filepath.Walk(o.state(), func(_ string, i os.FileInfo, err error) error {
		if err == nil && !i.IsDir() {
			disk += i.Size()
		}
		return nil
	})
	a.stop(syscall.SIGKILL)
	os.RemoveAll(o.state())
	if err := cmdGen([]string{"-bootstrap", o.boot, "-dir", o.dir, "-topic", o.in, "-append", "80000"}); err != nil {
		return err
	}
	os.MkdirAll(o.state(), 0o755)
	end, err := adm.ListEndOffsets(ctx, o.in)
	if err != nil {
		return err
	}
	b, err := startApp(o.command(), filepath.Join(o.dir, "logs", o.group+"-restored.log"))
	if err != nil {
		return err
	}
	lag0, _, _, err := waitDone(ctx, adm, o, b, sumOffsets(end, o.in))
	if err != nil {
		b.stop(syscall.SIGKILL)
		return err
	}
	out := map[string]any{"job": o.job, "peer": o.peer, "in": o.in, "fill": r, "local_state_bytes": disk,
		"restart_to_caught_up_s": round(lag0.Sub(b.start).Seconds(), 100), "restore_cpu_s": round(b.cpuAt(lag0), 100)}
	for _, m := range []string{"restore_first", "running", "first_record"} {
		if t, ok := b.mark(m); ok {
			out["restart_to_"+m+"_s"] = round(t.Sub(b.start).Seconds(), 100)
		}
	}
	b.mu.Lock()
	var n, first, last int64
	for _, l := range b.notes {
		f := strings.Fields(l)
		if f[1] == "restore_end" && len(f) > 3 { // YARD restore_end millis records
			x, _ := strconv.ParseInt(f[3], 10, 64)
			n += x
			last, _ = strconv.ParseInt(f[2], 10, 64)
		}
		if f[1] == "restore_first" && first == 0 {
			first, _ = strconv.ParseInt(f[2], 10, 64)
		}
	}
	b.mu.Unlock()
	out["restored_records"] = n
	out["restore_s"] = float64(last-first) / 1000
	time.Sleep(2500 * time.Millisecond)
	b.stop(syscall.SIGTERM)
	if o.verify {
		v, err := verify(ctx, o)
		if err != nil {
			v = "FAILED: " + err.Error()
		}
		out["verified"] = v
	}
	if !o.keep {
		cleanup(ctx, adm, o)
	}
	j, _ := json.Marshal(out)
	fmt.Println(string(j))
	return nil
}
