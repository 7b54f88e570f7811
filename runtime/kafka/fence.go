package kafka

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// Slot tells the two producers of a worker apart.
var Slot = [2]string{"a", "b"}

// WriterPrefix is what the transactional ids of a worker have in common.
func WriterPrefix(service, instance string, worker int) string {
	return fmt.Sprintf("%s-%s-w%d-", service, instance, worker)
}

// TransactionalID is the id of one of a worker's two producers.
func TransactionalID(service, instance string, worker, slot int) string {
	return WriterPrefix(service, instance, worker) + Slot[slot]
}

// InstanceOf is the instance that a transactional id of the service belongs to; "" when it is none of the service's.
func InstanceOf(service, txID string) string {
	rest, ok := strings.CutPrefix(txID, service+"-")
	if !ok {
		return ""
	}
	// Instances have no "-" in their names, so an id of a service whose name begins like this one's does not match.
	m := workerID.FindStringSubmatch(rest)
	if m == nil {
		return ""
	}
	return m[1]
}

var workerID = regexp.MustCompile(`^([A-Za-z0-9._]+)-w[0-9]+-[ab]$`)

// Fence takes a transactional id over for a moment: a transaction that is open is aborted, one that is being committed is
// completed, and the id's old owner can do nothing any more.
func Fence(ctx context.Context, cl *kgo.Client, txID string) error {
	for {
		req := kmsg.NewPtrInitProducerIDRequest()
		req.TransactionalID = &txID
		req.TransactionTimeoutMillis = 60_000
		req.ProducerID, req.ProducerEpoch = -1, -1
		resp, err := req.RequestWith(ctx, cl)
		if err == nil {
			err = kerr.ErrorForCode(resp.ErrorCode)
		}
		switch {
		case err == nil:
			return nil
		case errors.Is(err, kerr.ConcurrentTransactions): // being finished
			if err := Pause(ctx, 2*time.Millisecond); err != nil {
				return err
			}
		default:
			return fmt.Errorf("fence transactional id %s: %w", txID, err)
		}
	}
}

// FenceDead finishes the open transactions of the service's instances that are not members of the group, and returns their ids.
// It never touches a living instance, nor self. Members are looked at after the transactions: an instance joins before it opens
// one, so whoever is not a member then has no business with the transaction any more.
func FenceDead(ctx context.Context, cl *kgo.Client, service, self, group string) ([]string, error) {
	ids, err := open(ctx, cl, service, func(instance string) bool { return instance != self })
	if err != nil || len(ids) == 0 {
		return nil, err
	}
	alive, err := members(ctx, kadm.NewClient(cl), group)
	if err != nil {
		return nil, err
	}
	var fenced []string
	for _, id := range ids {
		if alive[ClientID(service, InstanceOf(service, id))] != nil {
			continue
		}
		if err := Fence(ctx, cl, id); err != nil {
			return fenced, err
		}
		fenced = append(fenced, id)
	}
	return fenced, nil
}

// FenceOwn finishes what an earlier process left open under this instance's name. It is called before the instance opens
// transactions of its own.
func FenceOwn(ctx context.Context, cl *kgo.Client, service, self string) error {
	ids, err := open(ctx, cl, service, func(instance string) bool { return instance == self })
	for _, id := range ids {
		err = errors.Join(err, Fence(ctx, cl, id))
	}
	return err
}

// open lists the ids of the service's open transactions by instances that which says.
func open(ctx context.Context, cl *kgo.Client, service string, which func(instance string) bool) ([]string, error) {
	adm := kadm.NewClient(cl)
	states := []string{"Ongoing", "PrepareCommit", "PrepareAbort"}
	txs, err := adm.ListTransactionsByTxPattern(ctx, nil, states, regexp.QuoteMeta(service)+"-.*")
	if err != nil {
		// A broker that doesn't know patterns lists everything.
		if txs, err = adm.ListTransactions(ctx, nil, states); err != nil {
			return nil, fmt.Errorf("list transactions: %w", err)
		}
	}
	var ids []string
	for id := range txs {
		if i := InstanceOf(service, id); i != "" && which(i) {
			ids = append(ids, id)
		}
	}
	return ids, nil
}

// coordinatorTime is how long the group's coordinator may take to appear.
const coordinatorTime = 10 * time.Second

// members are the member ids of the group by client id.
func members(ctx context.Context, adm *kadm.Client, group string) (map[string][]string, error) {
	out := map[string][]string{}
	var g kadm.DescribedGroup
	for began := time.Now(); ; {
		gs, err := adm.DescribeGroups(ctx, group)
		if g = gs[group]; err == nil {
			err = g.Err
		}
		if errors.Is(err, kerr.GroupIDNotFound) {
			return out, nil
		}
		if err == nil {
			break
		}
		// On a fresh cluster the first question after a group makes the broker set its coordinators up.
		if !errors.Is(err, kerr.CoordinatorNotAvailable) && !errors.Is(err, kerr.CoordinatorLoadInProgress) && !errors.Is(err, kerr.NotCoordinator) ||
			time.Since(began) > coordinatorTime {
			return nil, fmt.Errorf("describe group %s: %w", group, err)
		}
		if err := Pause(ctx, 20*time.Millisecond); err != nil {
			return nil, err
		}
	}
	for _, m := range g.Members {
		out[m.ClientID] = append(out[m.ClientID], m.MemberID)
	}
	return out, nil
}

// Expel removes members with this client id from the group: what a crash of this very instance left there, which would hold up
// the group until its session timed out. It returns how many there were.
func Expel(ctx context.Context, cl *kgo.Client, group, clientID string) (int, error) {
	ms, err := members(ctx, kadm.NewClient(cl), group)
	if err != nil || len(ms[clientID]) == 0 {
		return 0, err
	}
	req := kmsg.NewPtrLeaveGroupRequest()
	req.Group = group
	for _, id := range ms[clientID] {
		m := kmsg.NewLeaveGroupRequestMember()
		m.MemberID = id
		req.Members = append(req.Members, m)
	}
	resp, err := req.RequestWith(ctx, cl)
	if err == nil {
		err = kerr.ErrorForCode(resp.ErrorCode)
	}
	if err != nil {
		return 0, fmt.Errorf("remove earlier members %v from group %s: %w", ms[clientID], group, err)
	}
	return len(ms[clientID]), nil
}

// Pause waits, or returns the context's error when that ends first.
func Pause(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
