package main

import (
	"context"
	"fmt"
	"os"
	"strings"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"
)

func sumOffsets(l kadm.ListedOffsets, topic string) (n int64) {
	for _, p := range l[topic] {
		n += p.Offset
	}
	return n
}

// internalTopics names the topics a peer made for itself, with their records and bytes.
func internalTopics(ctx context.Context, adm *kadm.Client, group string) string {
	ts, err := adm.ListTopics(ctx)
	if err != nil {
		return ""
	}
	var names []string
	for _, t := range ts.Names() {
		if strings.HasPrefix(t, group+"-") {
			names = append(names, t)
		}
	}
	var b strings.Builder
	for _, t := range names {
		s, n := topicSize(ctx, adm, t)
		fmt.Fprintf(&b, "%s:%d offsets,%d bytes;", strings.TrimPrefix(t, group), n, s)
	}
	return b.String()
}

func topicSize(ctx context.Context, adm *kadm.Client, t string) (size, n int64) {
	e, err := adm.ListEndOffsets(ctx, t)
	if err == nil {
		n = sumOffsets(e, t)
	}
	d, err := adm.DescribeAllLogDirs(ctx, nil)
	if err == nil {
		d.Each(func(dir kadm.DescribedLogDir) {
			dir.Topics.Each(func(p kadm.DescribedLogDirPartition) {
				if p.Topic == t {
					size += p.Size
				}
			})
		})
	}
	return size, n
}

func cmdTopicSize(args []string) error {
	o := parseOpts("topicsize", args)
	cl, err := kgo.NewClient(kgo.SeedBrokers(o.boot))
	if err != nil {
		return err
	}
	defer cl.Close()
	for _, t := range o.argv {
		s, n := topicSize(context.Background(), kadm.NewClient(cl), t)
		fmt.Printf("%s %d offsets %d bytes\n", t, n, s)
	}
	return nil
}

// cleanup removes what a run left: internal topics, the group, local state.
func cleanup(ctx context.Context, adm *kadm.Client, o *opts) {
	ts, err := adm.ListTopics(ctx)
	if err == nil {
		var names []string
		for _, t := range ts.Names() {
			if strings.HasPrefix(t, o.group+"-") {
				names = append(names, t)
			}
		}
		if len(names) > 0 {
			deleteTopics(ctx, adm, names...)
		}
	}
	adm.DeleteGroups(ctx, o.group)
	os.RemoveAll(o.state())
}

func cmdClean(args []string) error {
	o := parseOpts("clean", args)
	cl, err := kgo.NewClient(kgo.SeedBrokers(o.boot))
	if err != nil {
		return err
	}
	defer cl.Close()
	cleanup(context.Background(), kadm.NewClient(cl), o)
	return nil
}

func cmdFeatures(args []string) error {
	o := parseOpts("features", args)
	cl, err := kgo.NewClient(kgo.SeedBrokers(o.boot))
	if err != nil {
		return err
	}
	defer cl.Close()
	vs, err := kadm.NewClient(cl).ApiVersions(context.Background())
	if err != nil {
		return err
	}
	for _, v := range vs.Sorted() {
		fmt.Println("broker", v.NodeID, "guess", v.VersionGuess())
		v.EachKeySorted(func(k, min, max int16) { fmt.Printf("key %d %d-%d\n", k, min, max) })
	}
	return nil
}
