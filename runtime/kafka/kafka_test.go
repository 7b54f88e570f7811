package kafka_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"io"
	"log/slog"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/weirstream/weir/internal/kafkatest"
	"github.com/weirstream/weir/internal/shop"
	"github.com/weirstream/weir/runtime/config"
	"github.com/weirstream/weir/runtime/kafka"
	"github.com/weirstream/weir/runtime/topology"
)

var quiet = slog.New(slog.NewTextHandler(io.Discard, nil))

func TestInstanceOf(t *testing.T) {
	tests := []struct{ service, id, want string }{
		{"orders", "orders-abc-w0-a", "abc"},
		{"orders", "orders-pod.1_x-w12-b", "pod.1_x"},
		{"orders", "orders-eu-abc-w0-a", ""}, // service orders-eu
		{"orders-eu", "orders-eu-abc-w0-a", "abc"},
		{"orders", "ordersx-abc-w0-a", ""},
		{"orders", "orders-abc-w0-c", ""},
		{"orders", "orders-abc", ""},
	}
	for _, tt := range tests {
		if got := kafka.InstanceOf(tt.service, tt.id); got != tt.want {
			t.Errorf("InstanceOf(%q, %q) = %q, want %q", tt.service, tt.id, got, tt.want)
		}
	}
	if id := kafka.TransactionalID("orders-eu", "abc", 3, 1); kafka.InstanceOf("orders-eu", id) != "abc" {
		t.Errorf("id %q is not understood", id)
	}
}

func settings(b *kafkatest.Broker, svc string) config.Config {
	c := config.Config{Brokers: []string{b.Addr}, Embedded: b.Embedded}
	return c.Complete(svc)
}

func TestPrepare(t *testing.T) {
	kafkatest.Each(t, func(t *testing.T, b *kafkatest.Broker) {
		cl, ctx := b.Client(t), kafkatest.Context(t)
		svc := "prepare"
		topo := shop.Topology(svc, topology.Fail)
		c := settings(b, svc)
		if _, err := kafka.Prepare(ctx, cl, topo, c); err == nil || !strings.Contains(err.Error(), shop.OrdersTopic(svc)) || !strings.Contains(err.Error(), "create-topics") {
			t.Fatalf("missing source: %v", err)
		}
		b.Topic(t, shop.OrdersTopic(svc), 3)
		c.CreateTopics = true
		l, err := kafka.Prepare(ctx, cl, topo, c)
		if err != nil {
			t.Fatal(err)
		}
		if l.Tasks[0] != 3 || l.Tasks[1] != 3 || l.Partitions[shop.ChangelogTopic(svc)] != 3 || l.Partitions[shop.TotalsTopic(svc)] != 1 {
			t.Errorf("layout: %+v", l)
		}
		for _, topic := range []string{shop.OrdersTopic(svc), shop.RepartitionTopic(svc), shop.ChangelogTopic(svc)} {
			if l.IDs[topic] == ([16]byte{}) {
				t.Errorf("topic %s has no id", topic)
			}
		}
		rs, err := kadm.NewClient(cl).DescribeTopicConfigs(ctx, shop.ChangelogTopic(svc), shop.RepartitionTopic(svc))
		if err != nil {
			t.Fatal(err)
		}
		want := map[string]map[string]string{
			shop.RepartitionTopic(svc): {"cleanup.policy": "delete", "retention.ms": "-1"},
			shop.ChangelogTopic(svc):   {"cleanup.policy": "compact,delete", "retention.ms": "604801000"},
		}
		if b.Embedded {
			want[shop.ChangelogTopic(svc)] = map[string]string{"cleanup.policy": "delete", "retention.ms": "-1"}
		}
		for _, r := range rs {
			for _, cfg := range r.Configs {
				if w, ok := want[r.Name][cfg.Key]; ok && *cfg.Value != w {
					t.Errorf("topic %s: %s=%s, want %s", r.Name, cfg.Key, *cfg.Value, w)
				}
			}
		}
		if _, err := kafka.Prepare(ctx, cl, topo, c); err != nil {
			t.Errorf("a second start: %v", err)
		}
	})
}

func TestPrepareRefuses(t *testing.T) {
	kafkatest.Each(t, func(t *testing.T, b *kafkatest.Broker) {
		cl, ctx := b.Client(t), kafkatest.Context(t)
		svc := "refuses"
		c := settings(b, svc)
		c.CreateTopics = true
		b.Topic(t, shop.OrdersTopic(svc), 3)
		b.Topic(t, shop.RepartitionTopic(svc), 2)
		_, err := kafka.Prepare(ctx, cl, shop.Topology(svc, topology.Fail), c)
		if err == nil || !strings.Contains(err.Error(), shop.RepartitionTopic(svc)+" has 2 partitions") || !strings.Contains(err.Error(), "needs 3") {
			t.Errorf("wrong number of partitions: %v", err)
		}
		if b.Embedded {
			return // changelogs are not compacted there
		}
		svc = "refuses2"
		c = settings(b, svc)
		c.CreateTopics = true
		b.Topic(t, shop.OrdersTopic(svc), 3)
		b.Topic(t, shop.ChangelogTopic(svc), 3)
		_, err = kafka.Prepare(ctx, cl, shop.Topology(svc, topology.Fail), c)
		if err == nil || !strings.Contains(err.Error(), shop.ChangelogTopic(svc)+" has cleanup.policy=delete") {
			t.Errorf("a changelog that is deleted: %v", err)
		}
	})
}

// A dead instance's transaction holds offsets and hides records until it is fenced; a living one's is left alone.
func TestFenceDead(t *testing.T) {
	kafkatest.Each(t, func(t *testing.T, b *kafkatest.Broker) {
		svc := "fence"
		b.Topic(t, "fence-in", 1)
		b.Topic(t, "fence-out", 1)
		ctx := kafkatest.Context(t)
		cl := b.Client(t)
		ids := topicIDs(t, cl, "fence-in")
		open := func(instance string) *kgo.Client {
			id := kafka.TransactionalID(svc, instance, 0, 0)
			p := b.Client(t, kgo.TransactionalID(id), kgo.TransactionTimeout(time.Minute))
			if err := p.BeginTransaction(); err != nil {
				t.Fatal(err)
			}
			if err := p.ProduceSync(ctx, &kgo.Record{Topic: "fence-out", Value: []byte(instance)}).FirstErr(); err != nil {
				t.Fatal(err)
			}
			return p
		}
		dead := open("dead")
		tx := kafka.Txn{Client: dead, ID: kafka.TransactionalID(svc, "dead", 0, 0)}
		err := tx.Commit(ctx, svc, kafka.Member{Generation: -1}, ids, kafka.Offsets{{Topic: "fence-in"}: {At: 5, Epoch: -1, Metadata: "w1 - -"}})
		if err != nil {
			t.Fatal(err)
		}
		parts := []kafka.TopicPartition{{Topic: "fence-in"}}
		if !b.Embedded { // the embedded broker makes such a question wait
			if _, err := kafka.Committed(ctx, cl, svc, ids, parts); !errors.Is(err, kafka.ErrUnstable) {
				t.Fatalf("offsets of an open transaction: %v", err)
			}
		}
		living := b.Client(t, kgo.ClientID(kafka.ClientID(svc, "living")), kgo.ConsumerGroup(svc), kgo.ConsumeTopics("fence-in"))
		kafkatest.Until(t, "the living instance is a member", func() bool {
			id, _ := living.GroupMetadata()
			return id != ""
		})
		alive := open("living")
		fenced, err := kafka.FenceDead(ctx, cl, svc, "me", svc)
		if err != nil {
			t.Fatal(err)
		}
		if len(fenced) != 1 || fenced[0] != kafka.TransactionalID(svc, "dead", 0, 0) {
			t.Fatalf("fenced: %v", fenced)
		}
		offs, err := kafka.Committed(ctx, cl, svc, ids, parts)
		if err != nil || offs[parts[0]].At != -1 {
			t.Errorf("offsets after the fence: %v, %v", offs, err)
		}
		if err := alive.EndTransaction(ctx, kgo.TryCommit); err != nil {
			t.Errorf("the living instance's transaction: %v", err)
		}
		if recs := b.ReadAll(t, "fence-out"); len(recs) != 1 || string(recs[0].Value) != "living" {
			t.Errorf("committed records: %d", len(recs))
		}
	})
}

func topicIDs(t *testing.T, cl *kgo.Client, topics ...string) kafka.TopicIDs {
	t.Helper()
	ds, err := kadm.NewClient(cl).ListTopics(kafkatest.Context(t), topics...)
	if err != nil {
		t.Fatal(err)
	}
	ids := kafka.TopicIDs{}
	for _, d := range ds {
		ids[d.Topic] = d.ID
	}
	return ids
}

// Purge keeps the last record, so that the partition's offsets live on.
func TestPurge(t *testing.T) {
	kafkatest.Each(t, func(t *testing.T, b *kafkatest.Broker) {
		b.Topic(t, "purge", 1)
		for range 10 {
			b.Produce(t, &kgo.Record{Topic: "purge", Value: []byte("x")})
		}
		cl, ctx := b.Client(t), kafkatest.Context(t)
		tp := kafka.TopicPartition{Topic: "purge"}
		if err := kafka.Purge(ctx, cl, map[kafka.TopicPartition]int64{tp: 10}); err != nil {
			t.Fatal(err)
		}
		starts, err := kafka.List(ctx, cl, kafka.Start, "purge")
		if err != nil {
			t.Fatal(err)
		}
		ends, err := kafka.List(ctx, cl, kafka.End, "purge")
		if err != nil {
			t.Fatal(err)
		}
		if starts[tp] != 9 || ends[tp] != 10 {
			t.Errorf("from %d to %d, want 9 to 10", starts[tp], ends[tp])
		}
	})
}

// Batches whose records compaction has taken are passed over; here the batches hold records, so there is nothing to pass over.
func TestEmptyUntil(t *testing.T) {
	kafkatest.Each(t, func(t *testing.T, b *kafkatest.Broker) {
		b.Topic(t, "probe", 1)
		b.Produce(t, &kgo.Record{Topic: "probe", Value: []byte("x")})
		cl := b.Client(t, kgo.ConsumeTopics("probe"))
		kafkatest.Until(t, "the client knows the leader", func() bool {
			l, _, err := cl.PartitionLeader("probe", 0)
			return err == nil && l >= 0
		})
		next, empty, err := kafka.EmptyUntil(kafkatest.Context(t), cl, "probe", topicIDs(t, cl, "probe")["probe"], 0, 0, 1)
		if err != nil || empty || next != 0 {
			t.Errorf("next %d, empty %v, %v", next, empty, err)
		}
	})
}

func TestSASL(t *testing.T) {
	token := filepath.Join(t.TempDir(), "password")
	if err := os.WriteFile(token, []byte("secret\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, m := range []string{"PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"} {
		t.Run(m, func(t *testing.T) {
			b := kafkatest.Fake(t, kfake.EnableSASL(), kfake.Superuser(m, "weir", "secret"))
			l, err := config.Load("svc", []string{"--brokers", b.Addr, "--sasl-mechanism", m, "--sasl-username", "weir", "--sasl-password-file", token}, nil)
			if err != nil {
				t.Fatal(err)
			}
			if err := ping(t, l.Config); err != nil {
				t.Error(err)
			}
			l.Config.SASL.Password = "wrong"
			if err := ping(t, l.Config); err == nil {
				t.Error("a wrong password is taken")
			}
		})
	}
}

func ping(t *testing.T, c config.Config) error {
	t.Helper()
	opts, err := kafka.ClientOptions(c, "test", quiet)
	if err != nil {
		return err
	}
	cl, err := kgo.NewClient(opts...)
	if err != nil {
		return err
	}
	defer cl.Close()
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	return cl.Ping(ctx)
}

func TestTLS(t *testing.T) {
	dir := t.TempDir()
	cert := selfSigned(t, dir)
	b := kafkatest.Fake(t, kfake.TLS(&tls.Config{Certificates: []tls.Certificate{cert}, ClientAuth: tls.RequireAnyClientCert}))
	c := settings(b, "svc")
	c.TLS = config.TLS{CA: filepath.Join(dir, "cert.pem"), Cert: filepath.Join(dir, "cert.pem"), Key: filepath.Join(dir, "key.pem")}
	if err := ping(t, c); err != nil {
		t.Error(err)
	}
	untrusting := c
	untrusting.TLS.CA = ""
	if err := ping(t, untrusting); err == nil {
		t.Error("a certificate of nobody known is taken")
	}
	for _, bad := range []config.TLS{{CA: filepath.Join(dir, "key.pem")}, {CA: "/does/not/exist"}, {Cert: filepath.Join(dir, "key.pem"), Key: "x"}} {
		c.TLS = bad
		if _, err := kafka.ClientOptions(c, "test", quiet); err == nil || !strings.Contains(err.Error(), "tls-") {
			t.Errorf("%+v: %v", bad, err)
		}
	}
}

// selfSigned makes a certificate for 127.0.0.1 and leaves it in dir.
func selfSigned(t *testing.T, dir string) tls.Certificate {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	tmpl := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "weir test"}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), IsCA: true, BasicConstraintsValid: true,
		KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, tmpl, tmpl, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	keyDER, err := x509.MarshalECPrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	certPEM := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
	keyPEM := pem.EncodeToMemory(&pem.Block{Type: "EC PRIVATE KEY", Bytes: keyDER})
	if err := errors.Join(os.WriteFile(filepath.Join(dir, "cert.pem"), certPEM, 0o600), os.WriteFile(filepath.Join(dir, "key.pem"), keyPEM, 0o600)); err != nil {
		t.Fatal(err)
	}
	cert, err := tls.X509KeyPair(certPEM, keyPEM)
	if err != nil {
		t.Fatal(err)
	}
	return cert
}
