package service_test

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kfake"

	"github.com/weirstream/weir/internal/kafkatest"
	"github.com/weirstream/weir/internal/shop"
	"github.com/weirstream/weir/runtime/config"
	"github.com/weirstream/weir/runtime/service"
	"github.com/weirstream/weir/runtime/topology"
)

// serviceEnv makes this test's binary a service of that name.
const serviceEnv = "SERVICE_TEST_NAME"

func TestMain(m *testing.M) {
	if name := os.Getenv(serviceEnv); name != "" {
		os.Exit(service.Main(shop.Topology(name, topology.Fail)))
	}
	os.Exit(m.Run())
}

// process is a service in a process of its own.
type process struct {
	cmd  *exec.Cmd
	out  bytes.Buffer // standard output
	log  string       // file with standard error
	done chan error
}

func command(t *testing.T, name string, args ...string) *process {
	t.Helper()
	bin, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	p := &process{cmd: exec.Command(bin, args...), log: t.TempDir() + "/log", done: make(chan error, 1)}
	p.cmd.Env = append(os.Environ(), serviceEnv+"="+name)
	log, err := os.Create(p.log)
	if err != nil {
		t.Fatal(err)
	}
	defer log.Close()
	p.cmd.Stdout, p.cmd.Stderr = &p.out, log
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() { p.done <- p.cmd.Wait() }()
	t.Cleanup(func() { _ = p.cmd.Process.Kill() }) // it has ended already if all is well
	return p
}

func (p *process) logged(t *testing.T) string {
	t.Helper()
	b, err := os.ReadFile(p.log)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func (p *process) wait(t *testing.T, code int) {
	t.Helper()
	select {
	case <-p.done:
	case <-time.After(kafkatest.Timeout):
		t.Fatalf("the service does not end:\n%s", p.logged(t))
	}
	if got := p.cmd.ProcessState.ExitCode(); got != code {
		t.Errorf("exit code %d, want %d:\n%s", got, code, p.logged(t))
	}
}

func (p *process) signal(t *testing.T, s syscall.Signal) {
	t.Helper()
	if err := p.cmd.Process.Signal(s); err != nil {
		t.Fatal(err)
	}
}

func TestCommandLine(t *testing.T) {
	tests := []struct {
		name string
		args []string
		code int
		want string // in the output
	}{
		{"help", []string{"--help"}, 0, "--commit-interval DURATION"},
		{"version", []string{"--version"}, 0, "shop "},
		{"print config", []string{"--brokers=a:1", "--sasl-mechanism=plain", "--sasl-username=u", "--sasl-password=hush", "--print-config"}, 0, "sasl_password: (hidden)"},
		{"unknown flag", []string{"--broker=a:1"}, 2, "did you mean --brokers?"},
		{"no brokers", nil, 2, "brokers: not set"},
		{"nobody there", []string{"--brokers=127.0.0.1:1", "--http="}, 1, "no broker"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p := command(t, "shop", append(tt.args, "--state-dir", t.TempDir())...)
			p.wait(t, tt.code)
			all := p.out.String() + p.logged(t)
			if !strings.Contains(all, tt.want) {
				t.Errorf("output lacks %q:\n%s", tt.want, all)
			}
			if strings.Contains(all, "hush") {
				t.Errorf("a secret is shown:\n%s", all)
			}
		})
	}
}

func runArgs(t *testing.T, b *kafkatest.Broker, more ...string) []string {
	return append([]string{"--brokers", b.Addr, "--embedded", "--create-topics", "--http=", "--state-dir", t.TempDir(), "--session-timeout=6s"}, more...)
}

// waitRead waits until the service has committed n records of its only source partition.
func waitRead(t *testing.T, b *kafkatest.Broker, svc string, n int64) {
	t.Helper()
	adm, ctx := kadm.NewClient(b.Client(t)), kafkatest.Context(t)
	kafkatest.Until(t, "the input is committed", func() bool {
		offs, err := adm.FetchOffsets(ctx, svc)
		o, ok := offs.Lookup(shop.OrdersTopic(svc), 0)
		return err == nil && ok && o.At >= n
	})
}

func TestSignals(t *testing.T) {
	feed := func(b *kafkatest.Broker, svc string) {
		b.Topic(t, shop.OrdersTopic(svc), 1)
		b.Produce(t, shop.Records(svc, shop.Orders(1, 1, 300))...)
	}
	t.Run("orderly", func(t *testing.T) {
		b := kafkatest.Fake(t)
		feed(b, "orderly")
		p := command(t, "orderly", runArgs(t, b, "--commit-interval=50s")...)
		adm, ctx := kadm.NewClient(b.Client(t)), kafkatest.Context(t)
		kafkatest.Until(t, "it is in the group", func() bool {
			gs, err := adm.DescribeGroups(ctx, "orderly")
			return err == nil && gs["orderly"].State == "Stable"
		})
		waitRead(t, b, "orderly", 300)
		p.signal(t, syscall.SIGTERM)
		p.wait(t, 0)
		gs, err := adm.DescribeGroups(ctx, "orderly")
		if err != nil || len(gs["orderly"].Members) != 0 {
			t.Errorf("it has not left the group: %v %v", gs["orderly"].Members, err)
		}
	})
	// With the broker gone nothing can be committed: the deadline ends the stop, or a second signal does.
	broken := func(t *testing.T, svc string, more ...string) *process {
		c, err := kfake.NewCluster(kfake.NumBrokers(1))
		if err != nil {
			t.Fatal(err)
		}
		b := &kafkatest.Broker{Addr: c.ListenAddrs()[0], Embedded: true}
		feed(b, svc)
		p := command(t, svc, runArgs(t, b, more...)...)
		waitRead(t, b, svc, 300)
		b.Produce(t, shop.Records(svc, shop.Orders(2, 1, 300))...)
		c.Close()
		p.signal(t, syscall.SIGTERM)
		return p
	}
	t.Run("deadline", func(t *testing.T) {
		p := broken(t, "deadline", "--shutdown-timeout=1s")
		select {
		case <-p.done:
		case <-time.After(20 * time.Second):
			t.Fatalf("the shutdown timeout is not kept:\n%s", p.logged(t))
		}
	})
	t.Run("second signal", func(t *testing.T) {
		p := broken(t, "second", "--shutdown-timeout=10m")
		kafkatest.Until(t, "the first signal is taken in", func() bool { return strings.Contains(p.logged(t), "stopping") })
		p.signal(t, syscall.SIGTERM)
		select {
		case <-p.done:
			// It may have been through already: then it ended in order.
			if code := p.cmd.ProcessState.ExitCode(); code != 143 && code != 0 && code != 1 {
				t.Errorf("exit code %d", code)
			}
		case <-time.After(20 * time.Second):
			t.Fatal("a second signal does not end it")
		}
	})
}

func TestHTTP(t *testing.T) {
	b := kafkatest.Fake(t)
	svc := "http"
	b.Topic(t, shop.OrdersTopic(svc), 2)
	b.Produce(t, shop.Records(svc, shop.Orders(1, 2, 300))...)
	c := config.Config{Brokers: []string{b.Addr}, StateDir: t.TempDir(), Embedded: true, CreateTopics: true, HTTP: "127.0.0.1:0",
		Logger: slog.New(slog.NewTextHandler(io.Discard, nil))}
	s, err := service.New(shop.Topology(svc, topology.Fail), c)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(kafkatest.Context(t))
	defer cancel()
	ended := make(chan error, 1)
	go func() { ended <- s.Run(ctx) }()
	base := "http://" + s.Addr(ctx)
	get := func(path string) (int, string) {
		resp, err := http.Get(base + path)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		body, err := io.ReadAll(resp.Body)
		if err != nil {
			t.Fatal(err)
		}
		return resp.StatusCode, string(body)
	}
	kafkatest.Until(t, "it is ready", func() bool { code, _ := get("/readyz"); return code == http.StatusOK })
	if code, body := get("/livez"); code != http.StatusOK || !strings.Contains(body, `"ok":true`) {
		t.Errorf("/livez: %d %s", code, body)
	}
	kafkatest.Until(t, "everything is counted", func() bool {
		_, body := get("/metrics")
		for _, want := range []string{
			`weir_up{service="http"} 1`,
			`weir_records_total{service="http",subtopology="orders"} 600`,
			`weir_lag_records{partition="0",service="http",topic="http-orders"} 0`,
			`weir_tasks{service="http",state="running",subtopology="totals"} 2`,
		} {
			if !strings.Contains(body, want) {
				return false
			}
		}
		return true
	})
	if code, _ := get("/nothing"); code != http.StatusNotFound {
		t.Errorf("/nothing: %d", code)
	}
	cancel()
	if err := <-ended; err != nil {
		t.Errorf("run: %v", err)
	}
}

func TestNewChecksSettings(t *testing.T) {
	if _, err := service.New(shop.Topology("new", topology.Fail), config.Config{}); err == nil || !strings.Contains(err.Error(), "brokers") {
		t.Errorf("error: %v", err)
	}
}
