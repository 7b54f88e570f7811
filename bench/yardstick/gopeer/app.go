package main

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"sort"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"
)

const tick = 100 // USER_HZ

func procCPU(pid int) (float64, bool) {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return 0, false
	}
	s := string(b)
	f := strings.Fields(s[strings.LastIndexByte(s, ')')+2:])
	u, _ := strconv.ParseFloat(f[11], 64)
	k, _ := strconv.ParseFloat(f[12], 64)
	return (u + k) / tick, true
}

func procHWM(pid int) float64 {
	b, _ := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	for _, l := range strings.Split(string(b), "\n") {
		if strings.HasPrefix(l, "VmHWM:") {
			f := strings.Fields(l)
			v, _ := strconv.ParseFloat(f[1], 64)
			return v / 1024
		}
	}
	return 0
}

type sample struct {
	at  time.Time
	cpu float64
}

// app is one run of a peer, watched from outside.
type app struct {
	cmd   *exec.Cmd
	start time.Time
	mu    sync.Mutex
	cpu   []sample
	hwm   float64
	marks map[string]time.Time
	notes []string
	done  chan struct{}
	err   error
}

func startApp(argv []string, log string) (*app, error) {
	lf, err := os.Create(log)
	if err != nil {
		return nil, err
	}
	a := &app{marks: map[string]time.Time{}, done: make(chan struct{})}
	a.cmd = exec.Command(argv[0], argv[1:]...)
	a.cmd.Stderr = lf
	out, err := a.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	a.start = time.Now()
	if err := a.cmd.Start(); err != nil {
		return nil, err
	}
	pid := a.cmd.Process.Pid
	read := make(chan struct{})
	go func() { // lines "YARD name millis ..." are the peer's own word for when something happened
		defer close(read)
		sc := bufio.NewScanner(out)
		for sc.Scan() {
			l := sc.Text()
			fmt.Fprintln(lf, l)
			f := strings.Fields(l)
			if len(f) < 3 || f[0] != "YARD" {
				continue
			}
			ms, _ := strconv.ParseInt(f[2], 10, 64)
			a.mu.Lock()
			if _, ok := a.marks[f[1]]; !ok {
				a.marks[f[1]] = time.UnixMilli(ms)
			}
			a.notes = append(a.notes, l)
			a.mu.Unlock()
		}
	}()
	go func() {
		for {
			c, ok := procCPU(pid)
			if !ok {
				return
			}
			h := procHWM(pid)
			a.mu.Lock()
			a.cpu = append(a.cpu, sample{time.Now(), c})
			a.hwm = max(a.hwm, h)
			a.mu.Unlock()
			select {
			case <-a.done:
				return
			case <-time.After(20 * time.Millisecond):
			}
		}
	}()
	go func() {
		<-read
		a.err = a.cmd.Wait()
		lf.Close()
		close(a.done)
	}()
	return a, nil
}

func (a *app) mark(name string) (time.Time, bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	t, ok := a.marks[name]
	return t, ok
}

func (a *app) cpuAt(t time.Time) float64 {
	a.mu.Lock()
	defer a.mu.Unlock()
	i := sort.Search(len(a.cpu), func(i int) bool { return a.cpu[i].at.After(t) })
	if i >= len(a.cpu) {
		i = len(a.cpu) - 1
	}
	if i < 0 {
		return 0
	}
	return a.cpu[i].cpu
}

func (a *app) stop(sig syscall.Signal) {
	a.cmd.Process.Signal(sig)
	select {
	case <-a.done:
	case <-time.After(20 * time.Second):
		a.cmd.Process.Kill()
		<-a.done
	}
}
