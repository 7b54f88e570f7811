package config

import (
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"regexp"
	"runtime"
	"time"
)

// Guarantee says what a failure may do to the output.
type Guarantee string

// The guarantees.
const (
	ExactlyOnce Guarantee = "exactly_once"
	AtLeastOnce Guarantee = "at_least_once"
)

// The kinds of local store.
const (
	Pebble = "pebble"
	Memory = "memory"
)

// Config are the settings of one instance. Start from [Default]; the zero values of most fields stand for the default too (see
// [Config.Complete]).
type Config struct {
	Brokers  []string // host:port
	Group    string   // consumer group; empty: the service's name
	Instance string   // unique in the group; empty: generated once and kept in StateDir

	StateDir     string // empty: ./state/<service>
	StateStore   string // Pebble or Memory
	OverlayBytes int64  // what the stores of this instance keep in memory besides dirty entries

	Guarantee      Guarantee
	CommitInterval time.Duration
	Workers        int    // 0: GOMAXPROCS
	Until          Until  // where a bounded run ends
	Compression    string // of what is written: none, lz4, snappy, zstd, gzip

	CreateTopics       bool // sources, sinks and dead letter topics too
	Embedded           bool // internal topics are not compacted: for the embedded broker
	Partitions         int32
	ReplicationFactor  int16         // of topics created here; -1: the broker's default
	ChangelogRetention time.Duration // added to the windows' own

	HTTP string // host:port; empty: off

	LogLevel  string // debug, info, warn, error
	LogFormat string // auto, text, json

	ShutdownTimeout    time.Duration
	SessionTimeout     time.Duration
	HeartbeatInterval  time.Duration
	TransactionTimeout time.Duration

	TLS  TLS
	SASL SASL

	// Logger replaces the log that LogLevel and LogFormat describe. For users of the generated package as a library.
	Logger *slog.Logger
}

// TLS says how to speak TLS to the brokers.
type TLS struct {
	Enable     bool // implied by the others
	CA         string
	Cert, Key  string
	ServerName string
}

// On reports whether TLS is in use.
func (t TLS) On() bool { return t.Enable || t.CA != "" || t.Cert != "" || t.ServerName != "" }

// SASL says how to authenticate to the brokers.
type SASL struct {
	Mechanism string // empty: none; PLAIN, SCRAM-SHA-256, SCRAM-SHA-512, OAUTHBEARER
	Username  string
	Password  string
	Token     string // OAUTHBEARER
	TokenFile string // OAUTHBEARER; read again for each connection
}

// Default returns the settings of a service when nothing is set.
func Default(service string) Config {
	c := Config{}
	for i := range Options {
		o := &Options[i]
		if o.Default != "" {
			if err := o.set(&c, o.Default); err != nil {
				panic("default of " + o.Name + ": " + err.Error())
			}
		}
	}
	return c.Complete(service)
}

// Complete fills in what follows from the service's name and what can't be zero, and returns the result. HTTP stays off when it
// is empty.
func (c Config) Complete(service string) Config {
	def := func(p *string, v string) {
		if *p == "" {
			*p = v
		}
	}
	dur := func(p *time.Duration, v time.Duration) {
		if *p == 0 {
			*p = v
		}
	}
	def(&c.Group, service)
	def(&c.StateDir, filepath.Join("state", service))
	def(&c.StateStore, Pebble)
	def((*string)(&c.Guarantee), string(ExactlyOnce))
	def(&c.Compression, "none")
	def(&c.LogLevel, "info")
	def(&c.LogFormat, "auto")
	dur(&c.CommitInterval, 100*time.Millisecond)
	dur(&c.ShutdownTimeout, 30*time.Second)
	dur(&c.SessionTimeout, 10*time.Second)
	dur(&c.HeartbeatInterval, min(3*time.Second, c.SessionTimeout/3))
	dur(&c.TransactionTimeout, time.Minute)
	dur(&c.ChangelogRetention, 7*24*time.Hour)
	if c.Workers == 0 {
		c.Workers = runtime.GOMAXPROCS(0)
	}
	if c.OverlayBytes == 0 {
		c.OverlayBytes = 256 << 20
	}
	if c.ReplicationFactor == 0 {
		c.ReplicationFactor = -1
	}
	if c.Partitions == 0 {
		c.Partitions = 1
	}
	return c
}

// instanceName allows what a pod of Kubernetes may be called.
var instanceName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$`)

// Validate checks settings against each other. All problems are reported at once.
func (c Config) Validate() error {
	var errs []error
	bad := func(format string, args ...any) { errs = append(errs, fmt.Errorf(format, args...)) }
	if len(c.Brokers) == 0 {
		bad("brokers: not set; give --brokers, WEIR_BROKERS or brokers in the file")
	}
	if c.Instance != "" && !instanceName.MatchString(c.Instance) {
		bad("instance: %q is not a name of letters, digits, dots, dashes and underscores, of at most 63", c.Instance)
	}
	if c.Workers < 0 || c.Workers > 1024 {
		bad("workers: %d is not between 1 and 1024", c.Workers)
	}
	if c.OverlayBytes < 0 {
		bad("overlay-bytes: is negative")
	}
	for _, d := range []struct {
		name string
		v    time.Duration
	}{{"commit-interval", c.CommitInterval}, {"shutdown-timeout", c.ShutdownTimeout}, {"session-timeout", c.SessionTimeout},
		{"heartbeat-interval", c.HeartbeatInterval}, {"transaction-timeout", c.TransactionTimeout}, {"changelog-retention", c.ChangelogRetention}} {
		if d.v <= 0 {
			bad("%s: %v is not above 0", d.name, d.v)
		}
	}
	if c.HeartbeatInterval >= c.SessionTimeout {
		bad("heartbeat-interval: %v is not below the session-timeout of %v", c.HeartbeatInterval, c.SessionTimeout)
	}
	if c.CommitInterval >= c.TransactionTimeout {
		bad("commit-interval: %v is not below the transaction-timeout of %v", c.CommitInterval, c.TransactionTimeout)
	}
	if (c.TLS.Cert == "") != (c.TLS.Key == "") {
		bad("tls-cert and tls-key go together")
	}
	errs = append(errs, c.SASL.validate()...)
	return errors.Join(errs...)
}

func (s SASL) validate() (errs []error) {
	switch s.Mechanism {
	case "":
		if s.Username != "" || s.Password != "" || s.Token != "" || s.TokenFile != "" {
			errs = append(errs, errors.New("sasl-mechanism: not set, but other sasl settings are"))
		}
	case "OAUTHBEARER":
		if s.Token == "" && s.TokenFile == "" {
			errs = append(errs, errors.New("sasl-token: OAUTHBEARER needs a token, or a file with one"))
		}
	default:
		if s.Username == "" || s.Password == "" {
			errs = append(errs, fmt.Errorf("sasl-username, sasl-password: %s needs both", s.Mechanism))
		}
	}
	return errs
}
