// Package e2e holds the tests of the whole product: a spec is compiled, its service built, and the binary run on a broker, the
// embedded one and a real Apache Kafka. What it writes must be what the reference interpreter says.
package e2e

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/weirstream/weir/gen"
	"github.com/weirstream/weir/internal/build"
	"github.com/weirstream/weir/internal/kafkatest"
	"github.com/weirstream/weir/internal/oracle"
	"github.com/weirstream/weir/spec/check"
	"github.com/weirstream/weir/spec/source"
)

// service is a compiled spec and its binary.
type service struct {
	program *check.Program
	decodes oracle.Fields
	bin     string
}

// compile compiles a spec and builds its service as `weir run` does.
func compile(t *testing.T, spec string) *service {
	t.Helper()
	text, err := os.ReadFile(spec)
	if err != nil {
		t.Fatal(err)
	}
	res, diags, err := gen.Compile(source.New(filepath.Base(spec), text))
	if err != nil {
		t.Fatal(err)
	}
	if res == nil {
		t.Fatal(diags)
	}
	main, err := res.Main(build.Root + "/" + res.Package)
	if err != nil {
		t.Fatal(err)
	}
	p := build.Program{Name: res.Program.Service, Key: "e2e " + spec, Main: "cmd", Files: map[string][]byte{"cmd/main.go": main}}
	for _, f := range res.Files {
		p.Files[res.Package+"/"+f.Name] = f.Data
	}
	bin, err := build.Build(t.Context(), p)
	if err != nil {
		t.Fatal(err)
	}
	return &service{res.Program, res.Decodes, bin}
}

// source makes the topic of the service's source. When the test ends everything that the service made on the broker goes, as the
// real broker is shared: topics, internal ones included, and the group.
func (s *service) source(t *testing.T, b *kafkatest.Broker, partitions int32) {
	t.Helper()
	b.Topic(t, s.program.Sources[0].Topic, partitions)
	adm := kadm.NewClient(b.Client(t))
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), kafkatest.Timeout)
		defer cancel()
		topics, err := adm.ListTopics(ctx)
		if err != nil {
			t.Error(err)
			return
		}
		if _, err := adm.DeleteTopics(ctx, topics.Names()...); err != nil {
			t.Error(err)
		}
		// Deleting is not done when it is acknowledged.
		kafkatest.Until(t, "the topics are gone", func() bool {
			left, err := adm.ListTopics(ctx)
			return err == nil && len(left) == 0
		})
		if _, err := adm.DeleteGroups(ctx, s.program.Service); err != nil {
			t.Error(err)
		}
	})
}

// args are the settings that every run here has.
func (s *service) args(b *kafkatest.Broker, more ...string) []string {
	args := []string{"--create-topics", "--session-timeout", "6s", "--heartbeat-interval", "200ms", "--log-format", "json"}
	if b.Embedded {
		args = append(args, "--embedded")
	}
	return append(args, more...)
}

// run runs the service until it ends by itself.
func (s *service) run(t *testing.T, b *kafkatest.Broker, state string, more ...string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	defer cancel()
	args := append([]string{"--brokers", b.Addr, "--state-dir", state, "--http="}, s.args(b, more...)...)
	out, err := exec.CommandContext(ctx, s.bin, args...).CombinedOutput()
	if err != nil {
		t.Fatalf("%s %s: %v\n%s", s.bin, strings.Join(args, " "), err, out)
	}
}

// input is the committed content of a source's topic, for the oracle: offsets and partitions as the broker gave them.
func (s *service) input(t *testing.T, b *kafkatest.Broker, src *check.Source) oracle.Input {
	t.Helper()
	var in []oracle.Record
	for _, r := range b.ReadAll(t, src.Topic) {
		in = append(in, oracle.Record{Partition: r.Partition, Offset: r.Offset, Key: r.Key, Value: r.Value, Timestamp: r.Timestamp})
	}
	return oracle.Input{src.Name: in}
}

// compare compares what stands committed in the service's topics with what the oracle makes of the input.
func (s *service) compare(t *testing.T, b *kafkatest.Broker, partitions int32, in oracle.Input) *oracle.Result {
	t.Helper()
	want, err := oracle.Run(s.program, in, oracle.Options{Partitions: partitions, End: true, Decodes: s.decodes})
	if err != nil {
		t.Fatal(err)
	}
	if len(want.Failed) > 0 {
		t.Fatalf("the input makes the service fail: %v", want.Failed[0])
	}
	got := map[string][]oracle.Got{}
	for name, topic := range want.Topics {
		if topic.Loose {
			t.Fatalf("topic %s depends on how partitions interleave: the input is no good for this test", name)
		}
		for _, r := range b.ReadAll(t, name) {
			got[name] = append(got[name], gotOf(r))
		}
	}
	diffs := want.Compare(got)
	for i, d := range diffs {
		if i == 10 {
			t.Errorf("and %d more", len(diffs)-i)
			break
		}
		t.Error(d)
	}
	return want
}

func gotOf(r *kgo.Record) oracle.Got {
	g := oracle.Got{Key: r.Key, Value: r.Value, Timestamp: r.Timestamp, Headers: map[string]string{}}
	for _, h := range r.Headers {
		g.Headers[h.Key] = string(h.Value)
	}
	return g
}
