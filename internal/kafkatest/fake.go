package kafkatest

import (
	"testing"

	"github.com/twmb/franz-go/pkg/kfake"

	"github.com/weirstream/weir/internal/broker"
)

// Fake starts an embedded broker that ends with the test.
func Fake(t testing.TB, opts ...kfake.Opt) *Broker {
	t.Helper()
	c, err := kfake.NewCluster(append([]kfake.Opt{kfake.NumBrokers(1),
		kfake.BrokerConfigs(map[string]string{"group.initial.rebalance.delay.ms": "0", "group.min.session.timeout.ms": "1000"})}, opts...)...)
	if err != nil {
		t.Fatal(err)
	}
	broker.Correct(c)
	t.Cleanup(c.Close)
	return &Broker{Addr: c.ListenAddrs()[0], Embedded: true}
}
