package main

import (
	"flag"
	"fmt"
	"path/filepath"
	"strings"
	"time"
)

type Result struct {
	Job          string  `json:"job"`
	Peer         string  `json:"peer"`
	In           string  `json:"in"`
	Records      int64   `json:"records"`
	RecordsPerS  float64 `json:"records_per_s"`
	CPUPerM      float64 `json:"cpu_s_per_million"`
	CPUPerMWarm  float64 `json:"cpu_s_per_million_second_half"`
	WallS        float64 `json:"wall_s"`
	CPUS         float64 `json:"cpu_s"`
	CPUStartS    float64 `json:"cpu_s_before_first_record"`
	PeakRSSMB    float64 `json:"peak_rss_mb"`
	FirstRecordS float64 `json:"start_to_first_record_s"`
	FirstOutS    float64 `json:"start_to_first_output_s"`
	EndS         float64 `json:"start_to_end_s"`
	OffsetsS     float64 `json:"start_to_offsets_committed_s"`
	BrokerCPUS   float64 `json:"broker_cpu_s"`
	OutOffsets   int64   `json:"output_offsets"`
	Changelog    string  `json:"internal_topics,omitempty"`
	Verified     string  `json:"verified,omitempty"`
	Group        string  `json:"group"`
	At           string  `json:"at"`
}

type opts struct {
	boot, dir, job, peer, in, out, group string
	brokerPID                            int
	timeout                              time.Duration
	keep, verify                         bool
	argv                                 []string
}

func parseOpts(name string, args []string) *opts {
	o := &opts{}
	fs := flag.NewFlagSet(name, flag.ExitOnError)
	fs.StringVar(&o.boot, "bootstrap", "127.0.0.1:19092", "")
	fs.StringVar(&o.dir, "dir", ".", "build and scratch directory")
	fs.StringVar(&o.job, "job", "j1", "j1|j2|j3")
	fs.StringVar(&o.peer, "peer", "", "label")
	fs.StringVar(&o.in, "in", "orders", "")
	fs.StringVar(&o.out, "out", "", "default by job: paid, totals, skucounts")
	fs.StringVar(&o.group, "group", "", "default: made up")
	fs.IntVar(&o.brokerPID, "broker-pid", 0, "")
	fs.DurationVar(&o.timeout, "timeout", 8*time.Minute, "")
	fs.BoolVar(&o.keep, "keep", false, "keep internal topics and local state")
	fs.BoolVar(&o.verify, "verify", true, "check the output against the generator")
	fs.Parse(args)
	o.argv = fs.Args()
	if o.out == "" {
		o.out = map[string]string{"j1": "paid", "j2": "totals", "j3": "skucounts"}[o.job]
	}
	if o.group == "" {
		o.group = fmt.Sprintf("yard-%s-%s-%d", o.job, o.peer, time.Now().Unix())
	}
	return o
}

func (o *opts) state() string { return filepath.Join(o.dir, "state", o.group) }

func (o *opts) command() []string {
	r := strings.NewReplacer("{bootstrap}", o.boot, "{group}", o.group, "{state}", o.state(), "{in}", o.in, "{out}", o.out, "{job}", o.job)
	v := make([]string, len(o.argv))
	for i, a := range o.argv {
		v[i] = r.Replace(a)
	}
	return v
}
