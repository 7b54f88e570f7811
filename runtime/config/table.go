package config

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Option is one setting: one row of the table.
type Option struct {
	Name    string // as a flag, without the dashes
	Value   string // what to write behind the name; empty: a switch
	Default string // as it would be written; empty: none, or see Help
	Help    string
	Choices []string
	Secret  bool

	set func(*Config, string) error
	get func(*Config) string
}

// Env is the setting's environment variable.
func (o *Option) Env() string {
	return "WEIR_" + strings.ToUpper(strings.ReplaceAll(o.Name, "-", "_"))
}

// Key is the setting's key in the YAML file.
func (o *Option) Key() string { return strings.ReplaceAll(o.Name, "-", "_") }

// Options is the table of all settings, in the order in which they are shown.
var Options = []Option{
	list("brokers", "HOST:PORT,...", "Kafka brokers to start from.", func(c *Config) *[]string { return &c.Brokers }),
	text("group", "NAME", "", "Consumer group. Default: the service's name.", func(c *Config) *string { return &c.Group }),
	text("instance", "NAME", "", "Name of this instance, unique in the group and kept over restarts. Default: made up once and kept in the state directory.", func(c *Config) *string { return &c.Instance }),

	text("state-dir", "DIR", "", "Directory of the local state. One process at a time. Default: ./state/<service>.", func(c *Config) *string { return &c.StateDir }),
	choice("state-store", Pebble, "Local state on disk, or in memory and restored from the changelogs at each start.", []string{Pebble, Memory}, func(c *Config) *string { return &c.StateStore }),
	size("overlay-bytes", "256MiB", "How much recently used state is kept in memory, all tasks of the instance together.", func(c *Config) *int64 { return &c.OverlayBytes }),

	choice("guarantee", string(ExactlyOnce), "What a failure may do to the output.", []string{string(ExactlyOnce), string(AtLeastOnce)}, func(c *Config) *string { return (*string)(&c.Guarantee) }),
	duration("commit-interval", "100ms", "How often results become visible and progress is kept.", func(c *Config) *time.Duration { return &c.CommitInterval }),
	integer("workers", "0", "Goroutines that process records, each with transactions of its own. 0: one for each CPU.", func(c *Config) *int { return &c.Workers }),
	until(),

	choice("compression", "none", "Compression of what is written to Kafka.", []string{"none", "lz4", "snappy", "zstd", "gzip"}, func(c *Config) *string { return &c.Compression }),

	toggle("create-topics", "Create missing source, sink and dead letter topics too, not only internal ones.", func(c *Config) *bool { return &c.CreateTopics }),
	toggle("embedded", "The broker is weir's embedded one: changelogs are made without compaction.", func(c *Config) *bool { return &c.Embedded }),
	integer("partitions", "1", "Partitions of topics made by create-topics.", func(c *Config) *int32 { return &c.Partitions }),
	integer("replication-factor", "-1", "Replicas of topics created here. -1: the broker's default.", func(c *Config) *int16 { return &c.ReplicationFactor }),
	duration("changelog-retention", "7d", "How much longer than its window needs it an entry stays in a changelog.", func(c *Config) *time.Duration { return &c.ChangelogRetention }),

	text("http", "HOST:PORT", "127.0.0.1:8080", "Where /livez, /readyz and /metrics are served. Empty: nowhere. Port 0: any free one.", func(c *Config) *string { return &c.HTTP }),
	choice("log-level", "info", "Least level of log lines.", []string{"debug", "info", "warn", "error"}, func(c *Config) *string { return &c.LogLevel }),
	choice("log-format", "auto", "Form of log lines; auto is text on a terminal and JSON elsewhere.", []string{"auto", "text", "json"}, func(c *Config) *string { return &c.LogFormat }),

	duration("shutdown-timeout", "30s", "How long a stop may take after SIGTERM.", func(c *Config) *time.Duration { return &c.ShutdownTimeout }),
	duration("session-timeout", "10s", "How long the group waits for an instance that is silent before its tasks move.", func(c *Config) *time.Duration { return &c.SessionTimeout }),
	duration("heartbeat-interval", "3s", "How often the instance tells the group that it is alive.", func(c *Config) *time.Duration { return &c.HeartbeatInterval }),
	duration("transaction-timeout", "1m", "How long the broker keeps a transaction of an instance that is gone and was not replaced.", func(c *Config) *time.Duration { return &c.TransactionTimeout }),

	toggle("tls", "Speak TLS to the brokers. Implied by the other tls settings.", func(c *Config) *bool { return &c.TLS.Enable }),
	text("tls-ca", "FILE", "", "PEM certificates to trust. Default: the system's.", func(c *Config) *string { return &c.TLS.CA }),
	text("tls-cert", "FILE", "", "PEM client certificate.", func(c *Config) *string { return &c.TLS.Cert }),
	text("tls-key", "FILE", "", "PEM key of the client certificate.", func(c *Config) *string { return &c.TLS.Key }),
	text("tls-server-name", "NAME", "", "Name expected in the brokers' certificates. Default: the host connected to.", func(c *Config) *string { return &c.TLS.ServerName }),

	choice("sasl-mechanism", "", "How to authenticate. Empty: not at all.", []string{"PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512", "OAUTHBEARER"}, func(c *Config) *string { return &c.SASL.Mechanism }),
	text("sasl-username", "NAME", "", "User of PLAIN and SCRAM.", func(c *Config) *string { return &c.SASL.Username }),
	secret("sasl-password", "Password of PLAIN and SCRAM.", func(c *Config) *string { return &c.SASL.Password }),
	passwordFile(),
	secret("sasl-token", "Token of OAUTHBEARER.", func(c *Config) *string { return &c.SASL.Token }),
	text("sasl-token-file", "FILE", "", "File with the token of OAUTHBEARER, read again for each connection.", func(c *Config) *string { return &c.SASL.TokenFile }),
}

func find(name string) *Option {
	for i := range Options {
		if Options[i].Name == name {
			return &Options[i]
		}
	}
	return nil
}

func text(name, value, def, help string, f func(*Config) *string) Option {
	return Option{Name: name, Value: value, Default: def, Help: help,
		set: func(c *Config, s string) error { *f(c) = s; return nil },
		get: func(c *Config) string { return *f(c) }}
}

func choice(name, def, help string, choices []string, f func(*Config) *string) Option {
	o := text(name, strings.Join(choices, "|"), def, help, f)
	o.Choices = choices
	o.set = func(c *Config, s string) error {
		for _, ch := range choices {
			if strings.EqualFold(s, ch) {
				*f(c) = ch
				return nil
			}
		}
		if s == "" && def == "" {
			*f(c) = ""
			return nil
		}
		return fmt.Errorf("%q is none of %s%s", s, strings.Join(choices, ", "), hint(s, choices))
	}
	return o
}

func list(name, value, help string, f func(*Config) *[]string) Option {
	return Option{Name: name, Value: value, Help: help,
		set: func(c *Config, s string) error {
			*f(c) = nil
			for e := range strings.SplitSeq(s, ",") {
				if e = strings.TrimSpace(e); e != "" {
					*f(c) = append(*f(c), e)
				}
			}
			return nil
		},
		get: func(c *Config) string { return strings.Join(*f(c), ",") }}
}

func toggle(name, help string, f func(*Config) *bool) Option {
	return Option{Name: name, Default: "false", Help: help,
		set: func(c *Config, s string) error {
			b, err := strconv.ParseBool(s)
			if err != nil {
				return fmt.Errorf("%q is neither true nor false", s)
			}
			*f(c) = b
			return nil
		},
		get: func(c *Config) string { return strconv.FormatBool(*f(c)) }}
}

func integer[T int | int16 | int32](name, def, help string, f func(*Config) *T) Option {
	return Option{Name: name, Value: "N", Default: def, Help: help,
		set: func(c *Config, s string) error {
			n, err := strconv.ParseInt(s, 10, 64)
			if err != nil || int64(T(n)) != n {
				return fmt.Errorf("%q is not a whole number in range", s)
			}
			*f(c) = T(n)
			return nil
		},
		get: func(c *Config) string { return strconv.FormatInt(int64(*f(c)), 10) }}
}

func duration(name, def, help string, f func(*Config) *time.Duration) Option {
	return Option{Name: name, Value: "DURATION", Default: def, Help: help,
		set: func(c *Config, s string) error {
			d, err := parseDuration(s)
			if err == nil {
				*f(c) = d
			}
			return err
		},
		get: func(c *Config) string { return formatDuration(*f(c)) }}
}

func size(name, def, help string, f func(*Config) *int64) Option {
	return Option{Name: name, Value: "SIZE", Default: def, Help: help,
		set: func(c *Config, s string) error {
			n, err := parseSize(s)
			if err == nil {
				*f(c) = n
			}
			return err
		},
		get: func(c *Config) string { return formatSize(*f(c)) }}
}

func secret(name, help string, f func(*Config) *string) Option {
	o := text(name, "SECRET|@FILE", "", help, f)
	o.Secret = true
	o.set = func(c *Config, s string) (err error) {
		if path, ok := strings.CutPrefix(s, "@"); ok {
			s, err = readSecret(path)
		}
		*f(c) = s
		return err
	}
	return o
}

func until() Option {
	return Option{Name: "until", Value: "end|TIME|TOPIC/PARTITION=OFFSET,...",
		Help: "Read the sources up to there only, close every window and stop with exit code 0. Default: run until stopped.",
		set: func(c *Config, s string) (err error) {
			c.Until, err = ParseUntil(s)
			return err
		},
		get: func(c *Config) string { return c.Until.String() }}
}

// passwordFile sets the password itself, so it has nothing of its own to show.
func passwordFile() Option {
	return Option{Name: "sasl-password-file", Value: "FILE", Help: "File with the password of PLAIN and SCRAM.",
		set: func(c *Config, s string) (err error) {
			c.SASL.Password, err = readSecret(s)
			return err
		},
		get: func(*Config) string { return "" }}
}
