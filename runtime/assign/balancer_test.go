package assign

import (
	"maps"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"
)

var subs = []Inputs{{"orders", []string{"orders", "rates"}}, {"totals", []string{"svc-totals-repartition"}}}

var partitions = map[string]int32{"orders": 6, "rates": 4, "svc-totals-repartition": 5}

type assignment map[string][]int32

// group plays the members of a group through rounds of the classic cooperative protocol.
type group struct {
	b          *balancer
	generation int32
	owned      map[string]assignment
}

func (g *group) members() []kmsg.JoinGroupResponseMember {
	var ms []kmsg.JoinGroupResponseMember
	for _, id := range slices.Sorted(maps.Keys(g.owned)) {
		m := kmsg.NewJoinGroupResponseMember()
		m.MemberID = id
		m.ProtocolMetadata = g.b.JoinGroupMetadata([]string{"orders", "rates", "svc-totals-repartition"}, g.owned[id], g.generation)
		ms = append(ms, m)
	}
	return ms
}

func balance(b *balancer, ms []kmsg.JoinGroupResponseMember) (map[string]assignment, error) {
	mb, _, err := b.MemberBalancer(ms)
	if err != nil {
		return nil, err
	}
	into, err := mb.(kgo.GroupMemberBalancerOrError).BalanceOrError(partitions)
	if err != nil {
		return nil, err
	}
	out := map[string]assignment{}
	for _, a := range into.IntoSyncAssignment() {
		if out[a.MemberID], err = b.ParseSyncAssignment(a.MemberAssignment); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// round is one rebalance. It reports whether a member gave something up, after which all join again. In each round a partition
// has one owner at most, the old owner's part included.
func (g *group) round(t *testing.T) (again bool) {
	t.Helper()
	next, err := balance(g.b, g.members())
	if err != nil {
		t.Fatal(err)
	}
	holder := map[string]string{}
	for id := range g.owned {
		for _, topics := range []assignment{g.owned[id], next[id]} {
			for topic, ps := range topics {
				for _, p := range ps {
					at := topic + strconv.Itoa(int(p))
					if h, ok := holder[at]; ok && h != id {
						t.Fatalf("%s is handed to %s while %s still has it", at, id, h)
					}
					holder[at] = id
				}
			}
		}
	}
	for id, was := range g.owned {
		for topic, ps := range was {
			for _, p := range ps {
				again = again || !slices.Contains(next[id][topic], p)
			}
		}
		g.owned[id] = next[id]
	}
	g.generation++
	return again
}

// settle plays rounds until nothing is given up any more.
func (g *group) settle(t *testing.T) {
	t.Helper()
	for range 4 {
		if !g.round(t) {
			g.check(t)
			return
		}
	}
	t.Fatal("the group does not settle")
}

func (g *group) check(t *testing.T) {
	t.Helper()
	count := map[string]int{}
	for id, topics := range g.owned {
		for _, p := range topics["rates"] {
			if !slices.Contains(topics["orders"], p) {
				t.Errorf("%s has partition %d of rates without that of orders", id, p)
			}
		}
		for topic, ps := range topics {
			count[topic] += len(ps)
		}
	}
	for topic, n := range partitions {
		if count[topic] != int(n) {
			t.Errorf("%d of %d partitions of %s are assigned", count[topic], n, topic)
		}
	}
}

func TestBalancerConverges(t *testing.T) {
	for seed := range uint64(100) {
		r := rand.New(rand.NewPCG(seed, 2))
		g := &group{b: &balancer{subs}, generation: 1, owned: map[string]assignment{"m0": {}}}
		g.settle(t)
		for i := range 8 {
			if ids := slices.Sorted(maps.Keys(g.owned)); len(ids) > 1 && r.IntN(2) == 0 {
				delete(g.owned, ids[r.IntN(len(ids))])
			} else {
				g.owned["m"+strconv.Itoa(i+1)] = assignment{}
			}
			if r.IntN(3) == 0 { // the next change comes before this one has settled
				g.round(t)
				continue
			}
			g.settle(t)
		}
		g.settle(t)
	}
}

// A member that missed a rebalance claims what another was given since; the newer claim counts.
func TestStaleClaim(t *testing.T) {
	b := &balancer{[]Inputs{{"a", []string{"orders"}}}}
	member := func(id string, generation int32, ps ...int32) kmsg.JoinGroupResponseMember {
		m := kmsg.NewJoinGroupResponseMember()
		m.MemberID = id
		m.ProtocolMetadata = b.JoinGroupMetadata([]string{"orders"}, assignment{"orders": ps}, generation)
		return m
	}
	got, err := balance(b, []kmsg.JoinGroupResponseMember{member("old", 3, 0, 1, 2, 3, 4, 5), member("new", 5, 3, 4, 5)})
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(got["new"]["orders"], []int32{3, 4, 5}) {
		t.Errorf("new has %v", got["new"])
	}
}

func TestForeignMember(t *testing.T) {
	b := &balancer{subs}
	m := kmsg.NewJoinGroupResponseMember()
	m.MemberID = "java"
	meta := kmsg.NewConsumerMemberMetadata()
	meta.Topics = []string{"orders"}
	m.ProtocolMetadata = meta.AppendTo(nil)
	if _, err := balance(b, []kmsg.JoinGroupResponseMember{m}); err == nil || !strings.Contains(err.Error(), "java") {
		t.Errorf("error: %v", err)
	}
}
