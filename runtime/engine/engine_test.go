package engine_test

import (
	"testing"

	"github.com/weirstream/weir/internal/kafkatest"
	"github.com/weirstream/weir/runtime/topology"
)

func TestUntilEnd(t *testing.T) {
	kafkatest.Each(t, func(t *testing.T, b *kafkatest.Broker) {
		svc := service("untilend")
		b.Topic(t, ordersTopic(svc), 3)
		orders := someOrders(1, 3, 2000)
		b.Produce(t, records(svc, orders)...)
		c := settings(b, svc, t.TempDir())
		c.UntilEnd = true
		start(t, shop(svc, topology.Fail), c).wait(t)
		check(t, b, svc, expect(flat(orders)))
	})
}
