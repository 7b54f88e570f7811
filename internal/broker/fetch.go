package broker

import (
	"math"

	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// Correct makes a cluster of kfake's answer as Kafka would, where it does not by itself and that can be helped. [Start] does it, tests
// that make a cluster of their own call it.
func Correct(c *kfake.Cluster) { c.ControlKey(int16(kmsg.Fetch), divideFetch) }

// divideFetch divides what a fetch may hold among its partitions, and takes the bound on the whole away.
//
// When an answer reaches that bound kfake stops inside a partition and forgets to say which of the transactions in it were aborted:
// a consumer of committed records gets aborted ones. At a partition's own bound it does not. An answer so still holds no more than
// was asked for, but for the one batch that an answer may always hold. That needs every partition to be in the request, so there are
// no fetch sessions (KIP-227), which leave out those that did not change: the client is answered as by a broker that has none to give.
func divideFetch(r kmsg.Request) (kmsg.Response, error, bool) {
	req := r.(*kmsg.FetchRequest)
	n := 0
	for _, t := range req.Topics {
		n += len(t.Partitions)
	}
	share := req.MaxBytes / int32(max(1, n))
	for i := range req.Topics {
		for j := range req.Topics[i].Partitions {
			p := &req.Topics[i].Partitions[j]
			p.PartitionMaxBytes = min(p.PartitionMaxBytes, share)
		}
	}
	req.MaxBytes = math.MaxInt32
	req.SessionEpoch = -1
	return nil, nil, false
}
