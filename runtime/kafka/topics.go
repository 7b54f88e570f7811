package kafka

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"

	"github.com/weirstream/weir/runtime/config"
	"github.com/weirstream/weir/runtime/topology"
)

// Layout is what a topology looks like on a cluster.
type Layout struct {
	IDs TopicIDs
	// Partitions of every topic.
	Partitions map[string]int32
	// Tasks of each sub-topology, by its index: the largest number of partitions of its inputs.
	Tasks []int32
	// Limits of the topics that are written to.
	Limits map[string]Limits
	// Notes are what an operator should know, one sentence each.
	Notes []string
}

// Prepare makes sure that the topics of a topology are there. Missing internal topics are created, with create-topics the others
// too. A topic that is there is checked; an error names the topic, what it has and what it should have.
func Prepare(ctx context.Context, cl *kgo.Client, t *topology.Topology, c config.Config) (*Layout, error) {
	p := preparer{ctx: ctx, cl: cl, adm: kadm.NewClient(cl), c: c, t: t, l: &Layout{IDs: TopicIDs{}, Partitions: map[string]int32{}, Tasks: make([]int32, len(t.Subtopologies))}}
	if err := p.external(); err != nil {
		return nil, err
	}
	if err := p.internal(); err != nil {
		return nil, err
	}
	needs, err := p.deadLetterNeeds()
	if err != nil {
		return nil, err
	}
	if err := p.limits(needs); err != nil {
		return nil, err
	}
	return p.l, nil
}

type preparer struct {
	ctx context.Context
	cl  *kgo.Client
	adm *kadm.Client
	c   config.Config
	t   *topology.Topology
	l   *Layout
}

// want is a topic as it should be.
type want struct {
	name       string
	partitions int32
	kind       topology.OutputKind
	configs    map[string]string
	exact      bool // the number of partitions is ours to say
}

func (p *preparer) external() error {
	var sources, written []want
	for _, s := range p.t.Subtopologies {
		for _, in := range s.Inputs {
			if !in.Repartition {
				sources = append(sources, want{name: in.Topic, partitions: p.c.Partitions})
			}
		}
		for _, out := range s.Outputs {
			if out.Kind == topology.Sink || out.Kind == topology.DeadLetters {
				written = append(written, want{name: out.Topic, partitions: p.c.Partitions})
			}
		}
	}
	if err := p.describe(append(sources[:len(sources):len(sources)], written...)); err != nil {
		return err
	}
	missing := p.missing(sources)
	if more := p.missing(written); !p.c.CreateTopics && len(missing)+len(more) > 0 {
		names := make([]string, 0, len(missing)+len(more))
		for _, w := range append(missing, more...) {
			names = append(names, w.name)
		}
		return fmt.Errorf("missing topics: %s; create them, or run with create-topics", strings.Join(names, ", "))
	}
	if err := p.create(missing); err != nil {
		return err
	}
	if missing = p.missing(written); len(missing) == 0 {
		return nil
	}
	needs, err := p.deadLetterNeeds()
	if err != nil {
		return err
	}
	for i, w := range missing {
		missing[i].configs = map[string]string{timestampAfter: anyTime}
		if n := needs[w.name]; n > 0 {
			missing[i].configs["max.message.bytes"] = strconv.Itoa(int(n))
		}
	}
	return p.create(missing)
}

// missing are those of ws that are not there, each once.
func (p *preparer) missing(ws []want) (out []want) {
	for _, w := range ws {
		if _, ok := p.l.Partitions[w.name]; !ok && !slices.ContainsFunc(out, func(m want) bool { return m.name == w.name }) {
			out = append(out, w)
		}
	}
	return out
}

// internal goes over the sub-topologies in their order: a repartition topic has as many partitions as the sub-topology that
// writes it has tasks, the largest of several, and those come first.
func (p *preparer) internal() error {
	var all []want
	for i, s := range p.t.Subtopologies {
		for _, in := range s.Inputs {
			n := p.l.Partitions[in.Topic]
			if in.Repartition {
				for _, from := range in.From {
					n = max(n, p.l.Tasks[from])
				}
				all = append(all, want{in.Topic, n, topology.Repartition, p.repartition(), true})
			}
			p.l.Tasks[i] = max(p.l.Tasks[i], n)
		}
		for _, st := range s.Stores {
			all = append(all, want{s.Outputs[st.Output].Topic, p.l.Tasks[i], topology.Changelog, p.changelog(st), true})
		}
	}
	if err := p.describe(all); err != nil {
		return err
	}
	var missing, present []want
	for _, w := range all {
		n, ok := p.l.Partitions[w.name]
		if !ok {
			missing = append(missing, w)
			continue
		}
		present = append(present, w)
		if n != w.partitions {
			return fmt.Errorf("internal topic %s has %d partitions, the topology needs %d: the partitions of a source have changed; "+
				"start under another service name, or delete the topic and the group's offsets", w.name, n, w.partitions)
		}
	}
	if err := p.create(missing); err != nil {
		return err
	}
	return p.checkPolicies(present)
}

func (p *preparer) repartition() map[string]string {
	return map[string]string{
		"cleanup.policy":         "delete",
		"retention.ms":           "-1", // records are deleted once they are read
		"segment.bytes":          strconv.Itoa(segmentBytes),
		"max.message.bytes":      strconv.Itoa(internalMaxBytes),
		"message.timestamp.type": "CreateTime",
	}
}

// segmentBytes is a compromise: only whole segments are deleted, but each one is several open files on the broker.
const segmentBytes = 50 << 20

func (p *preparer) changelog(s topology.Store) map[string]string {
	m := map[string]string{
		"cleanup.policy": "compact", "message.timestamp.type": "CreateTime", "max.message.bytes": strconv.Itoa(internalMaxBytes),
		timestampAfter: anyTime,
	}
	keep := p.c.ChangelogRetention + s.Retention
	switch {
	case p.c.Embedded:
		// The embedded broker's compaction looks past open transactions, so nothing there is compacted.
		m["cleanup.policy"], m["retention.ms"] = "delete", "-1"
	case s.Retention > 0:
		m["cleanup.policy"] = "compact,delete"
		m["retention.ms"] = strconv.FormatInt(keep.Milliseconds(), 10)
	}
	return m
}

// describe takes in the topics that are there.
func (p *preparer) describe(ws []want) error {
	if len(ws) == 0 {
		return nil
	}
	// Asked directly: what the client remembers of a topic that was missing is seconds old.
	req := kmsg.NewPtrMetadataRequest()
	names := map[string]bool{}
	for _, w := range ws {
		if !names[w.name] {
			names[w.name] = true
			t := kmsg.NewMetadataRequestTopic()
			t.Topic = &w.name
			req.Topics = append(req.Topics, t)
		}
	}
	resp, err := req.RequestWith(p.ctx, p.cl)
	if err != nil {
		return fmt.Errorf("describe topics: %w", err)
	}
	for _, t := range resp.Topics {
		switch err := kerr.ErrorForCode(t.ErrorCode); {
		case errors.Is(err, kerr.UnknownTopicOrPartition), errors.Is(err, kerr.LeaderNotAvailable), t.Topic == nil:
		case err != nil:
			return fmt.Errorf("describe topic %s: %w", *t.Topic, err)
		default:
			p.l.Partitions[*t.Topic], p.l.IDs[*t.Topic] = int32(len(t.Partitions)), t.TopicID
		}
	}
	return nil
}

// create makes topics and waits until they are known to the cluster. Several instances may do so at once.
func (p *preparer) create(ws []want) error {
	if len(ws) == 0 {
		return nil
	}
	for _, w := range ws {
		configs := map[string]*string{}
		for k, v := range w.configs {
			configs[k] = &v
		}
		_, err := p.adm.CreateTopic(p.ctx, w.partitions, p.c.ReplicationFactor, configs, w.name)
		if errors.Is(err, kerr.InvalidConfig) && configs[timestampAfter] != nil {
			delete(configs, timestampAfter) // brokers before 3.6 don't know it, and have no such limit
			_, err = p.adm.CreateTopic(p.ctx, w.partitions, p.c.ReplicationFactor, configs, w.name)
		}
		if err != nil && !errors.Is(err, kerr.TopicAlreadyExists) {
			return fmt.Errorf("create topic %s with %d partitions: %w", w.name, w.partitions, err)
		}
	}
	for {
		if err := p.describe(ws); err != nil {
			return err
		}
		known := 0
		for _, w := range ws {
			n, ok := p.l.Partitions[w.name]
			if !ok {
				continue
			}
			known++
			if w.exact && n != w.partitions {
				return fmt.Errorf("internal topic %s has %d partitions, the topology needs %d", w.name, n, w.partitions)
			}
		}
		if known == len(ws) {
			return nil
		}
		if err := Pause(p.ctx, 20*time.Millisecond); err != nil {
			return fmt.Errorf("waiting for new topics: %w", err)
		}
	}
}

// checkPolicies refuses internal topics whose clean-up would lose data.
func (p *preparer) checkPolicies(ws []want) error {
	if len(ws) == 0 || p.c.Embedded {
		return nil
	}
	names := make([]string, len(ws))
	for i, w := range ws {
		names[i] = w.name
	}
	rs, err := p.adm.DescribeTopicConfigs(p.ctx, names...)
	if err != nil {
		return fmt.Errorf("describe topic configs: %w", err)
	}
	for _, r := range rs {
		if errors.Is(r.Err, kerr.TopicAuthorizationFailed) {
			continue // not ours to see: whoever looks after the cluster knows
		}
		if r.Err != nil {
			return fmt.Errorf("describe config of topic %s: %w", r.Name, r.Err)
		}
		i := slices.IndexFunc(ws, func(w want) bool { return w.name == r.Name })
		if i < 0 {
			continue
		}
		for _, c := range r.Configs {
			if c.Key != "cleanup.policy" || c.Value == nil {
				continue
			}
			compacts := strings.Contains(*c.Value, "compact")
			if compacts != (ws[i].kind == topology.Changelog) {
				return fmt.Errorf("internal topic %s has cleanup.policy=%s, the topology needs %s: records would be lost",
					r.Name, *c.Value, ws[i].configs["cleanup.policy"])
			}
		}
	}
	return nil
}
