package kafka

import (
	"context"
	"errors"
	"fmt"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"
	"github.com/twmb/franz-go/pkg/kversion"
)

// TopicPartition names a partition.
type TopicPartition struct {
	Topic     string
	Partition int32
}

// Offset is the next offset to read of a partition, with what was committed beside it.
type Offset struct {
	At       int64 // -1: none is committed
	Epoch    int32 // leader epoch of the record before it; -1: not known
	Metadata string
}

// Offsets are offsets by partition.
type Offsets map[TopicPartition]Offset

// TopicIDs are the ids of topics by their names. Requests name both, because newer versions know only ids.
type TopicIDs map[string][16]byte

func (ids TopicIDs) name(name string, id [16]byte) string {
	if name != "" {
		return name
	}
	for n, i := range ids {
		if i == id {
			return n
		}
	}
	return ""
}

// ErrUnstable says that a transaction with offsets of the group is still open.
var ErrUnstable = errors.New("a transaction with offsets of the group is not finished")

// Committed reads the group's committed offsets of some partitions. It is ErrUnstable while a transaction that holds some is open.
func Committed(ctx context.Context, cl *kgo.Client, group string, ids TopicIDs, parts []TopicPartition) (Offsets, error) {
	return committed(ctx, cl, group, ids, parts, true)
}

// LastCommitted is Committed, but of partitions whose offsets an open transaction holds it reads what was committed before.
func LastCommitted(ctx context.Context, cl *kgo.Client, group string, ids TopicIDs, parts []TopicPartition) (Offsets, error) {
	return committed(ctx, cl, group, ids, parts, false)
}

func committed(ctx context.Context, cl *kgo.Client, group string, ids TopicIDs, parts []TopicPartition, stable bool) (Offsets, error) {
	req := kmsg.NewPtrOffsetFetchRequest()
	req.RequireStable = stable
	g := kmsg.NewOffsetFetchRequestGroup()
	g.Group = group
	at := map[string]int{}
	for _, p := range parts {
		i, ok := at[p.Topic]
		if !ok {
			t := kmsg.NewOffsetFetchRequestGroupTopic()
			t.Topic, t.TopicID = p.Topic, ids[p.Topic]
			i = len(g.Topics)
			at[p.Topic] = i
			g.Topics = append(g.Topics, t)
		}
		g.Topics[i].Partitions = append(g.Topics[i].Partitions, p.Partition)
	}
	req.Groups = append(req.Groups, g)
	resp, err := req.RequestWith(ctx, cl)
	if err != nil {
		return nil, fmt.Errorf("fetch offsets: %w", err)
	}
	out := Offsets{}
	for _, rg := range resp.Groups {
		if err := kerr.ErrorForCode(rg.ErrorCode); err != nil {
			return nil, offsetError("fetch offsets", "", err)
		}
		for _, t := range rg.Topics {
			for _, p := range t.Partitions {
				name := ids.name(t.Topic, t.TopicID)
				if err := kerr.ErrorForCode(p.ErrorCode); err != nil {
					return nil, offsetError("fetch offsets", name, err)
				}
				o := Offset{At: p.Offset, Epoch: p.LeaderEpoch}
				if p.Metadata != nil {
					o.Metadata = *p.Metadata
				}
				out[TopicPartition{name, p.Partition}] = o
			}
		}
	}
	for _, p := range parts {
		if _, ok := out[p]; !ok {
			return nil, fmt.Errorf("fetch offsets: the broker said nothing of topic %s, partition %d", p.Topic, p.Partition)
		}
	}
	return out, nil
}

func offsetError(what, topic string, err error) error {
	if errors.Is(err, kerr.UnstableOffsetCommit) {
		return ErrUnstable
	}
	if topic != "" {
		return fmt.Errorf("%s of topic %s: %w", what, topic, err)
	}
	return fmt.Errorf("%s: %w", what, err)
}

// Member is a member of the group at some generation.
type Member struct {
	ID         string
	Generation int32
}

// MemberOf is the consumer's membership now.
func MemberOf(cl *kgo.Client) Member {
	id, gen := cl.GroupMetadata()
	return Member{id, gen}
}

// implicitTxns is the level of the cluster's feature transaction.version from which on a TxnOffsetCommit adds the group to the
// transaction by itself (KIP-890, the default since Kafka 4.0).
const implicitTxns = 2

// AddsOffsets reports whether the brokers want to be told of the group before offsets are committed in a transaction.
func AddsOffsets(ctx context.Context, cl *kgo.Client) (bool, error) {
	resp, err := kmsg.NewPtrApiVersionsRequest().RequestWith(ctx, cl)
	if err == nil {
		err = kerr.ErrorForCode(resp.ErrorCode)
	}
	if err != nil {
		return false, fmt.Errorf("ask for the brokers' versions: %w", err)
	}
	for _, f := range resp.FinalizedFeatures {
		if f.Name == "transaction.version" && f.MaxVersionLevel >= implicitTxns {
			return false, nil
		}
	}
	return true, nil
}

// OlderTxns is the option of a producer whose brokers want to be told of the group, see [AddsOffsets]: from version 5 on, a
// TxnOffsetCommit counts on the broker to add it.
func OlderTxns() kgo.Opt {
	v := kversion.Stable()
	v.SetMaxKeyVersion(int16(kmsg.TxnOffsetCommit), 4)
	return kgo.MaxVersions(v)
}

// Txn is the open transaction of a producer. Something must have been produced in it.
type Txn struct {
	Client *kgo.Client
	ID     string
	// Adds says that the group is to be added before the offsets, see [AddsOffsets]. The client is one of [OlderTxns] then.
	Adds bool
}

func (t Txn) add(ctx context.Context, group string, id int64, epoch int16) error {
	req := kmsg.NewPtrAddOffsetsToTxnRequest()
	req.TransactionalID, req.ProducerID, req.ProducerEpoch, req.Group = t.ID, id, epoch, group
	resp, err := req.RequestWith(ctx, t.Client)
	if err == nil {
		err = kerr.ErrorForCode(resp.ErrorCode)
	}
	if err != nil {
		return fmt.Errorf("add offsets to transaction: %w", err)
	}
	return nil
}

// Commit adds offsets to the transaction, in the name of a member.
func (t Txn) Commit(ctx context.Context, group string, m Member, ids TopicIDs, offs Offsets) error {
	id, epoch, err := t.Client.ProducerID(ctx)
	if err != nil {
		return fmt.Errorf("commit offsets: %w", err)
	}
	if t.Adds {
		if err := t.add(ctx, group, id, epoch); err != nil {
			return err
		}
	}
	req := kmsg.NewPtrTxnOffsetCommitRequest()
	req.TransactionalID, req.Group, req.ProducerID, req.ProducerEpoch = t.ID, group, id, epoch
	req.MemberID, req.Generation = m.ID, m.Generation
	at := map[string]int{}
	for tp, o := range offs {
		i, ok := at[tp.Topic]
		if !ok {
			rt := kmsg.NewTxnOffsetCommitRequestTopic()
			rt.Topic, rt.TopicID = tp.Topic, ids[tp.Topic]
			i = len(req.Topics)
			at[tp.Topic] = i
			req.Topics = append(req.Topics, rt)
		}
		p := kmsg.NewTxnOffsetCommitRequestTopicPartition()
		p.Partition, p.Offset, p.LeaderEpoch, p.Metadata = tp.Partition, o.At, o.Epoch, &o.Metadata
		req.Topics[i].Partitions = append(req.Topics[i].Partitions, p)
	}
	resp, err := req.RequestWith(ctx, t.Client)
	if err != nil {
		return fmt.Errorf("commit offsets: %w", err)
	}
	for _, rt := range resp.Topics {
		for _, p := range rt.Partitions {
			if err := kerr.ErrorForCode(p.ErrorCode); err != nil {
				return offsetError("commit offsets", ids.name(rt.Topic, rt.TopicID), err)
			}
		}
	}
	return nil
}

// Commit commits offsets without a transaction, in the name of a member.
func Commit(ctx context.Context, cl *kgo.Client, group string, m Member, ids TopicIDs, offs Offsets) error {
	req := kmsg.NewPtrOffsetCommitRequest()
	req.Group = group
	req.MemberID, req.Generation = m.ID, m.Generation
	at := map[string]int{}
	for tp, o := range offs {
		i, ok := at[tp.Topic]
		if !ok {
			t := kmsg.NewOffsetCommitRequestTopic()
			t.Topic, t.TopicID = tp.Topic, ids[tp.Topic]
			i = len(req.Topics)
			at[tp.Topic] = i
			req.Topics = append(req.Topics, t)
		}
		p := kmsg.NewOffsetCommitRequestTopicPartition()
		p.Partition, p.Offset, p.LeaderEpoch, p.Metadata = tp.Partition, o.At, o.Epoch, &o.Metadata
		req.Topics[i].Partitions = append(req.Topics[i].Partitions, p)
	}
	resp, err := req.RequestWith(ctx, cl)
	if err != nil {
		return fmt.Errorf("commit offsets: %w", err)
	}
	for _, t := range resp.Topics {
		for _, p := range t.Partitions {
			if err := kerr.ErrorForCode(p.ErrorCode); err != nil {
				return offsetError("commit offsets", ids.name(t.Topic, t.TopicID), err)
			}
		}
	}
	return nil
}
