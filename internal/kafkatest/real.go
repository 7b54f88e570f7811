package kafkatest

import (
	"bytes"
	"context"
	"crypto/rand"
	_ "embed"
	"encoding/base64"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

//go:embed pom.xml
var pom []byte

//go:embed log4j2.yaml
var log4j []byte

//go:embed server.properties
var properties string

const (
	kafkaVersion = "4.3.1"
	downloadTime = 5 * time.Minute
	startTime    = time.Minute
)

var errMissing = errors.New("a real Kafka needs java (17 or later) and mvn in the path")

var shared struct {
	once sync.Once
	b    *Broker
	err  error
}

// Real returns the test process's real broker, and starts it when this is the first call.
func Real(t testing.TB) *Broker {
	t.Helper()
	shared.once.Do(func() { shared.b, shared.err = start() })
	switch {
	case shared.err == nil:
		return shared.b
	case errors.Is(shared.err, errMissing) && os.Getenv("CI") != "true":
		t.Skipf("NOT TESTED ON A REAL KAFKA: %v", shared.err)
	default:
		t.Fatalf("real Kafka: %v", shared.err)
	}
	return nil
}

func start() (*Broker, error) {
	for _, tool := range []string{"java", "mvn"} {
		if _, err := exec.LookPath(tool); err != nil {
			return nil, fmt.Errorf("%w: %w", errMissing, err)
		}
	}
	lib, err := jars()
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("", "weir-kafka-")
	if err != nil {
		return nil, err
	}
	// Another process may take a port between our look and the broker's start, so there is a second try.
	for try := 0; ; try++ {
		b, err := startIn(dir, lib)
		if err == nil || try == 1 {
			return b, err
		}
	}
}

// jars resolves the broker's jars into the cache, once for all processes.
func jars() (string, error) {
	cache, err := os.UserCacheDir()
	if err != nil {
		return "", err
	}
	dir := filepath.Join(cache, "weir-kafka-"+kafkaVersion)
	lib := filepath.Join(dir, "lib")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return "", err
	}
	lock, err := os.OpenFile(filepath.Join(dir, "lock"), os.O_CREATE|os.O_RDWR, 0o644)
	if err != nil {
		return "", err
	}
	defer lock.Close()
	if err := syscall.Flock(int(lock.Fd()), syscall.LOCK_EX); err != nil {
		return "", err
	}
	if _, err := os.Stat(lib); err == nil {
		return lib, nil
	}
	pomFile := filepath.Join(dir, "pom.xml")
	if err := os.WriteFile(pomFile, pom, 0o644); err != nil {
		return "", err
	}
	half := lib + ".part"
	if err := os.RemoveAll(half); err != nil {
		return "", err
	}
	ctx, cancel := context.WithTimeout(context.Background(), downloadTime)
	defer cancel()
	cmd := exec.CommandContext(ctx, "mvn", "-q", "-B", "-f", pomFile, "dependency:copy-dependencies", "-DincludeScope=runtime", "-DoutputDirectory="+half)
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("resolve jars with Maven: %w\n%s", err, out)
	}
	return lib, os.Rename(half, lib)
}

// startIn formats and starts a broker with its data in dir, and waits until it serves.
func startIn(dir, lib string) (*Broker, error) {
	client, controller, err := freePorts()
	if err != nil {
		return nil, err
	}
	config := filepath.Join(dir, "server.properties")
	logging := filepath.Join(dir, "log4j2.yaml")
	text := strings.NewReplacer("{{client}}", strconv.Itoa(client), "{{controller}}", strconv.Itoa(controller), "{{dir}}", dir).Replace(properties)
	if err := errors.Join(os.RemoveAll(filepath.Join(dir, "data")), os.WriteFile(config, []byte(text), 0o644), os.WriteFile(logging, log4j, 0o644)); err != nil {
		return nil, err
	}
	java := func(args ...string) []string {
		return append([]string{"java", "-Xms128m", "-Xmx512m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Djava.awt.headless=true",
			"-Dlog4j2.configurationFile=" + logging, "-cp", filepath.Join(lib, "*")}, args...)
	}
	format := java("kafka.tools.StorageTool", "format", "-t", clusterID(), "-c", config)
	if out, err := exec.Command(format[0], format[1:]...).CombinedOutput(); err != nil {
		return nil, fmt.Errorf("format storage: %w\n%s", err, out)
	}
	b := &Broker{Addr: net.JoinHostPort("127.0.0.1", strconv.Itoa(client)), Log: filepath.Join(dir, "kafka.log")}
	log, err := os.Create(b.Log)
	if err != nil {
		return nil, err
	}
	defer log.Close()
	exited, err := hold(dir, log, java("kafka.Kafka", config))
	if err != nil {
		return nil, err
	}
	return b, b.wait(exited)
}

// hold runs a command under a shell that kills it, and removes dir, as soon as this process is gone.
func hold(dir string, log *os.File, command []string) (exited <-chan struct{}, err error) {
	const script = `dir=$1; shift
"$@" </dev/null & pid=$!
(while kill -0 $pid 2>/dev/null; do sleep 0.2; done; kill $$ 2>/dev/null) </dev/null &
trap 'exit 1' TERM
read -r _
kill -9 $pid; wait $pid 2>/dev/null
rm -rf "$dir"`
	cmd := exec.Command("sh", append([]string{"-c", script, "sh", dir}, command...)...)
	cmd.Stdout, cmd.Stderr = log, log
	// Its own group: an interrupt from the terminal ends the test, and through the pipe the broker.
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	// The pipe's end for writing is never used. It stays open as long as this process lives: cmd holds it, and Wait below holds cmd.
	if _, err = cmd.StdinPipe(); err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = cmd.Wait() // why the broker ended is in its log
	}()
	return done, nil
}

// wait waits for the broker's own word: the port opens before it serves.
func (b *Broker) wait(exited <-chan struct{}) error {
	deadline := time.NewTimer(startTime)
	defer deadline.Stop()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		text, err := os.ReadFile(b.Log)
		if err != nil {
			return err
		}
		if bytes.Contains(text, []byte("Kafka Server started")) {
			return nil
		}
		select {
		case <-tick.C:
		case <-exited:
			return fmt.Errorf("the broker ended:\n%s", tail(text))
		case <-deadline.C:
			return fmt.Errorf("the broker is not up after %v:\n%s", startTime, tail(text))
		}
	}
}

func tail(b []byte) []byte { return b[max(0, len(b)-4000):] }

// clusterID is a random Kafka uuid.
func clusterID() string {
	var b [16]byte
	rand.Read(b[:])
	b[0] &= 0x7f // it must not begin with a dash
	return base64.RawURLEncoding.EncodeToString(b[:])
}

func freePorts() (a, b int, err error) {
	var ports [2]int
	for i := range ports {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			return 0, 0, err
		}
		defer l.Close()
		ports[i] = l.Addr().(*net.TCPAddr).Port
	}
	return ports[0], ports[1], nil
}
