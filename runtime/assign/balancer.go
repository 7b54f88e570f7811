package assign

import (
	"fmt"
	"maps"
	"slices"

	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// ProtocolName is the balancer's name in the group protocol.
const ProtocolName = "weir"

const version = 1

// Inputs is what one sub-topology reads.
type Inputs struct {
	Subtopology string
	Topics      []string
}

// Balancer is the kgo balancer of a service with these sub-topologies. Every topic belongs to one of them.
func Balancer(subs []Inputs) kgo.GroupBalancer { return &balancer{subs} }

type balancer struct{ subs []Inputs }

func (*balancer) ProtocolName() string { return ProtocolName }
func (*balancer) IsCooperative() bool  { return true }

func (*balancer) JoinGroupMetadata(topics []string, current map[string][]int32, generation int32) []byte {
	m := kmsg.NewConsumerMemberMetadata()
	m.Version = 3
	m.Topics = topics
	m.UserData = []byte{version}
	m.Generation = generation
	for _, t := range slices.Sorted(maps.Keys(current)) {
		o := kmsg.NewConsumerMemberMetadataOwnedPartition()
		o.Topic, o.Partitions = t, current[t]
		m.OwnedPartitions = append(m.OwnedPartitions, o)
	}
	return m.AppendTo(nil)
}

func (*balancer) ParseSyncAssignment(b []byte) (map[string][]int32, error) {
	return kgo.ParseConsumerSyncAssignment(b)
}

func (b *balancer) MemberBalancer(members []kmsg.JoinGroupResponseMember) (kgo.GroupMemberBalancer, map[string]struct{}, error) {
	cb, err := kgo.NewConsumerBalancer(b, members)
	if err != nil {
		return nil, nil, err
	}
	return cb, cb.MemberTopics(), nil
}

// Balance is called on the group's leader.
func (b *balancer) Balance(cb *kgo.ConsumerBalancer, partitions map[string]int32) kgo.IntoSyncAssignment {
	type place struct {
		topic     string
		partition int32
	}
	type claim struct {
		member     int
		generation int32
	}
	owners := map[place]claim{}
	n := 0
	cb.EachMember(func(member *kmsg.JoinGroupResponseMember, meta *kmsg.ConsumerMemberMetadata) {
		if len(meta.UserData) == 0 || meta.UserData[0] != version {
			cb.SetError(fmt.Errorf("member %s of the group is not a weir service of this version", member.MemberID))
		}
		for _, o := range meta.OwnedPartitions {
			for _, p := range o.Partitions {
				// A member that missed a rebalance may still claim what another was given since: the newest generation is right.
				at := place{o.Topic, p}
				if c, ok := owners[at]; !ok || meta.Generation > c.generation {
					owners[at] = claim{n, meta.Generation}
				}
			}
		}
		n++
	})
	groups := make([]Group, len(b.subs))
	for i, s := range b.subs {
		groups[i].Name = s.Subtopology
		for _, t := range s.Topics {
			groups[i].Tasks = max(groups[i].Tasks, partitions[t])
		}
	}
	result := Assign(groups, n, func(t Task) int {
		for _, topic := range b.subs[t.Group].Topics {
			if c, ok := owners[place{topic, t.Partition}]; ok {
				return c.member
			}
		}
		return -1
	})
	plan := cb.NewPlan()
	for m, tasks := range result {
		member, _ := cb.MemberAt(m)
		for _, t := range tasks {
			for _, topic := range b.subs[t.Group].Topics {
				if t.Partition < partitions[topic] {
					plan.AddPartition(member, topic, t.Partition)
				}
			}
		}
	}
	plan.AdjustCooperative(cb)
	return plan
}
