package chaos

import (
	"fmt"
	"os"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/weirstream/weir/internal/kafkatest"
	"github.com/weirstream/weir/internal/shop"
	"github.com/weirstream/weir/runtime/service"
	"github.com/weirstream/weir/runtime/topology"
)

// serviceEnv makes this test's binary a service of that name.
const serviceEnv = "CHAOS_TEST_SERVICE"

func TestMain(m *testing.M) {
	if name := os.Getenv(serviceEnv); name != "" {
		os.Exit(service.Main(shop.Topology(name, topology.Fail)))
	}
	os.Exit(m.Run())
}

// Two processes are killed over and over while records flow: nothing is lost, nothing comes twice, no local state is wiped.
func TestKills(t *testing.T) {
	kafkatest.Each(t, func(t *testing.T, b *kafkatest.Broker) {
		const partitions, n = 4, 25_000
		svc := fmt.Sprintf("kills%x", time.Now().UnixNano()) // the broker may have those of an earlier run
		t.Setenv(serviceEnv, svc)
		b.Topic(t, shop.OrdersTopic(svc), partitions)
		orders := shop.Orders(6, partitions, n)
		args := []string{"--create-topics", "--commit-interval", "20ms", "--workers", "2", "--session-timeout", "6s", "--heartbeat-interval", "200ms"}
		if b.Embedded {
			args = append(args, "--embedded")
		}
		bin, err := os.Executable()
		if err != nil {
			t.Fatal(err)
		}
		c := Start(t, Options{Binary: bin, Brokers: b.Addr, Instances: 2, Args: args, Pause: 700 * time.Millisecond, Seed: 3})
		fed := make(chan struct{})
		go func() {
			defer close(fed)
			feed(t, b, svc, orders, n)
		}()
		read := ReadAll(t, b, svc, shop.OrdersTopic(svc))
		c.KillUntil(func() bool {
			select {
			case <-fed:
				return read()
			default:
				return false
			}
		}, 12)
		c.Wait(read)
		r := c.Stop()
		for _, crash := range r.Crashes {
			t.Errorf("ended by itself: %s", crash)
		}
		if len(r.MovedAside) > 0 {
			t.Errorf("local state was wiped: %v", r.MovedAside)
		}
		// What is left closes the windows.
		Finish(t, Options{Binary: bin, Brokers: b.Addr, Args: append(args, "--until=end")})
		t.Logf("%d kills, %d starts", r.Kills, r.Starts)
		shop.Check(t, b, svc, shop.Expect(shop.Flat(orders)))
	})
}

// feed writes the orders over some seconds.
func feed(t *testing.T, b *kafkatest.Broker, svc string, orders [][]shop.Order, n int) {
	cl, err := kgo.NewClient(kgo.SeedBrokers(b.Addr), kgo.RecordPartitioner(kgo.ManualPartitioner()))
	if err != nil {
		t.Error(err)
		return
	}
	defer cl.Close()
	pace := time.NewTicker(40 * time.Millisecond)
	defer pace.Stop()
	const step = 200
	for at := 0; at < n; at += step {
		part := make([][]shop.Order, len(orders))
		for p := range part {
			part[p] = orders[p][at : at+step]
		}
		if err := cl.ProduceSync(kafkatest.Context(t), shop.Records(svc, part)...).FirstErr(); err != nil {
			t.Error(err)
			return
		}
		<-pace.C
	}
}
