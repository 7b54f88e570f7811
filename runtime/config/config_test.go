package config

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func load(t *testing.T, file string, env []string, args ...string) (*Loaded, error) {
	t.Helper()
	if file != "" {
		path := filepath.Join(t.TempDir(), "weir.yaml")
		if err := os.WriteFile(path, []byte(file), 0o600); err != nil {
			t.Fatal(err)
		}
		args = append(args, "--config", path)
	}
	return Load("orders", args, env)
}

func TestPrecedence(t *testing.T) {
	file := "commit_interval: 1s\nworkers: 3\nlog_level: warn\nbrokers: [a:1, b:2]\n"
	env := []string{"WEIR_COMMIT_INTERVAL=2s", "WEIR_WORKERS=4", "PATH=/bin"}
	l, err := load(t, file, env, "--commit-interval=3s")
	if err != nil {
		t.Fatal(err)
	}
	c := l.Config
	if c.CommitInterval != 3*time.Second || c.Workers != 4 || c.LogLevel != "warn" || c.Group != "orders" || c.HTTP != "127.0.0.1:8080" {
		t.Errorf("settings: %+v", c)
	}
	if strings.Join(c.Brokers, " ") != "a:1 b:2" {
		t.Errorf("brokers: %v", c.Brokers)
	}
	if l.From["commit-interval"] != "flag" || l.From["workers"] != "WEIR_WORKERS" || !strings.HasSuffix(l.From["log-level"], "weir.yaml") {
		t.Errorf("origins: %v", l.From)
	}
}

func TestForms(t *testing.T) {
	for _, args := range [][]string{{"--create-topics"}, {"--create-topics=true"}, {"-create-topics"}} {
		if l, err := load(t, "", nil, args...); err != nil || !l.Config.CreateTopics {
			t.Errorf("%v: %v", args, err)
		}
	}
	for _, args := range [][]string{{"--until=end"}, {"--until", "end"}, {"-until=end"}} {
		if l, err := load(t, "", nil, args...); err != nil || !l.Config.Until.End {
			t.Errorf("%v: %v", args, err)
		}
	}
	l, err := load(t, "", nil, "--http=", "--changelog-retention", "2d12h", "--overlay-bytes", "64MiB", "--sasl-mechanism", "scram-sha-256")
	if err != nil {
		t.Fatal(err)
	}
	if c := l.Config; c.HTTP != "" || c.ChangelogRetention != 60*time.Hour || c.OverlayBytes != 64<<20 || c.SASL.Mechanism != "SCRAM-SHA-256" {
		t.Errorf("settings: %+v", l.Config)
	}
}

func TestErrors(t *testing.T) {
	tests := []struct {
		name, file string
		env, args  []string
		want       []string
	}{
		{"unknown flag", "", nil, []string{"--comit-interval=1s"}, []string{"--comit-interval", "did you mean --commit-interval?"}},
		{"unknown variable", "", []string{"WEIR_BROKER=a:1"}, nil, []string{"WEIR_BROKER:", "did you mean WEIR_BROKERS?"}},
		{"unknown key", "state-dir: x\n", nil, nil, []string{"state-dir", "did you mean state_dir?"}},
		{"all at once", "guarantee: exactly\n", []string{"WEIR_WORKERS=many"}, []string{"--commit-interval=fast"},
			[]string{"guarantee", "did you mean exactly_once?", "WEIR_WORKERS", `"many"`, "--commit-interval", `"fast"`}},
		{"nothing known is near", "", nil, []string{"--zzzzzzzzzzz"}, []string{"no such flag"}},
		{"no value", "", nil, []string{"--brokers"}, []string{"needs a value"}},
		{"no flag", "", nil, []string{"start"}, []string{`"start"`}},
		{"position", "workers: 2\nlog_level: loud\n", nil, nil, []string{"weir.yaml:2:12: log_level:"}},
		{"key twice", "workers: 2\nworkers: 3\n", nil, nil, []string{"workers", "2"}},
		{"no mapping", "- workers\n", nil, nil, []string{"weir.yaml:1:1: expected a mapping"}},
		{"no YAML", "workers: [\n", nil, nil, []string{"weir.yaml: yaml: line"}},
		{"mapping", "tls: {ca: x}\n", nil, nil, []string{"tls: is a mapping"}},
		{"out of range", "", nil, []string{"--replication-factor=70000"}, []string{"70000"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := load(t, tt.file, tt.env, tt.args...)
			if err == nil {
				t.Fatal("no error")
			}
			for _, w := range tt.want {
				if !strings.Contains(err.Error(), w) {
					t.Errorf("error %q does not say %q", err, w)
				}
			}
		})
	}
}

func TestSecrets(t *testing.T) {
	path := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(path, []byte("tops3cret\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{{"--sasl-password=@" + path}, {"--sasl-password-file=" + path}, {"--sasl-password=tops3cret"}} {
		l, err := load(t, "", nil, args...)
		if err != nil || l.Config.SASL.Password != "tops3cret" {
			t.Fatalf("%v: password %q, %v", args, l.Config.SASL.Password, err)
		}
		var b strings.Builder
		if err := l.Print(&b); err != nil {
			t.Fatal(err)
		}
		if strings.Contains(b.String(), "tops3cret") || !strings.Contains(b.String(), "sasl_password: (hidden)") {
			t.Errorf("%v: printed\n%s", args, &b)
		}
	}
	if _, err := load(t, "", nil, "--sasl-token=@/does/not/exist"); err == nil {
		t.Error("a secret's missing file is no error")
	}
}

// What is printed can be read again and means the same.
func TestPrintIsAFile(t *testing.T) {
	l, err := load(t, "", nil, "--brokers=a:1,b:2", "--commit-interval=1m30s", "--overlay-bytes=1000", "--http=")
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	if err := l.Print(&b); err != nil {
		t.Fatal(err)
	}
	again, err := load(t, b.String(), nil)
	if err != nil {
		t.Fatalf("%v\n%s", err, &b)
	}
	var b2 strings.Builder
	if err := again.Print(&b2); err != nil {
		t.Fatal(err)
	}
	strip := func(s string) (out string) {
		for line := range strings.Lines(s) {
			out += strings.TrimSpace(strings.SplitN(line, " # ", 2)[0]) + "\n"
		}
		return out
	}
	if strip(b.String()) != strip(b2.String()) {
		t.Errorf("first\n%sthen\n%s", &b, &b2)
	}
}

func TestValidate(t *testing.T) {
	good := Default("orders")
	good.Brokers = []string{"a:1"}
	if err := good.Validate(); err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		change func(*Config)
		want   string
	}{
		{func(c *Config) { c.Brokers = nil }, "brokers"},
		{func(c *Config) { c.Instance = "a b" }, "instance"},
		{func(c *Config) { c.CommitInterval = -1 }, "commit-interval"},
		{func(c *Config) { c.HeartbeatInterval = time.Hour }, "heartbeat-interval"},
		{func(c *Config) { c.TLS.Cert = "x" }, "tls-key"},
		{func(c *Config) { c.SASL.Username = "u" }, "sasl-mechanism"},
		{func(c *Config) { c.SASL.Mechanism = "PLAIN" }, "sasl-password"},
		{func(c *Config) { c.SASL.Mechanism = "OAUTHBEARER" }, "sasl-token"},
	}
	for _, tt := range tests {
		c := good
		tt.change(&c)
		if err := c.Validate(); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("error %v, want one about %s", err, tt.want)
		}
	}
}

func TestUsageNamesEverything(t *testing.T) {
	var b strings.Builder
	if err := Usage(&b, "orders", "orders.weir.yaml"); err != nil {
		t.Fatal(err)
	}
	for i := range Options {
		if !strings.Contains(b.String(), "--"+Options[i].Name) {
			t.Errorf("--help lacks %s", Options[i].Name)
		}
	}
}

// The reference has the table as the code has it. Run with UPDATE_DOCS=1 to rewrite it.
func TestDocs(t *testing.T) {
	const path, begin, end = "../../docs/config.md", "<!-- table -->\n", "<!-- end of table -->\n"
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	head, rest, ok := strings.Cut(string(b), begin)
	_, tail, ok2 := strings.Cut(rest, end)
	if !ok || !ok2 {
		t.Fatalf("%s lacks the marks around the table", path)
	}
	want := head + begin + Markdown() + end + tail
	if want == string(b) {
		return
	}
	if os.Getenv("UPDATE_DOCS") == "" {
		t.Fatalf("%s is not up to date; run UPDATE_DOCS=1 go test ./runtime/config", path)
	}
	if err := os.WriteFile(path, []byte(want), 0o644); err != nil {
		t.Fatal(err)
	}
}
