package config

import (
	"strings"
	"testing"
)

func TestUntil(t *testing.T) {
	for in, want := range map[string]string{
		"": "", "end": "end", " END ": "end",
		"2026-01-01T00:00:00Z":               "2026-01-01T00:00:00Z",
		"2026-01-01T01:00:00.0015+01:00":     "2026-01-01T00:00:00.0015Z",
		"orders/0=1200":                      "orders/0=1200",
		"a.b-c_d/12=0, x/1=9000000000 ":      "a.b-c_d/12=0,x/1=9000000000",
		"orders/0=1,orders/1=1,payments/0=1": "orders/0=1,orders/1=1,payments/0=1",
	} {
		u, err := ParseUntil(in)
		if err != nil || u.String() != want || u.Bounded() != (want != "") {
			t.Errorf("%q: %q, %v, %v; want %q", in, u, u.Bounded(), err, want)
		}
	}
	for in, want := range map[string]string{
		"ende":                  "did you mean end?",
		"2026-01-01":            "a time such as 2026-01-01T00:00:00Z",
		"orders/0":              "offsets such as orders/0=1200",
		"1969-12-31T23:59:59Z":  "is not after 1970",
		"orders=5":              "does not name a topic and a partition",
		"/0=5":                  "does not name a topic and a partition",
		"orders/x=5":            `has "x" for a partition`,
		"orders/-1=5":           `has "-1" for a partition`,
		"orders/0=-5":           `has "-5" for an offset`,
		"orders/0=":             `has "" for an offset`,
		"orders/0=5,orders/1":   `"orders/1" has no offset`,
		"orders/0=5,orders/0=6": "orders/0 is named twice",
		"orders/0=5,":           `"" has no offset`,
	} {
		if u, err := ParseUntil(in); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, %v; want %q", in, u, err, want)
		}
	}
}

// Where a run ends can be said in all three places, and print-config writes what can be read again.
func TestUntilEverywhere(t *testing.T) {
	for _, c := range []struct {
		file, env, arg, want string
	}{
		{file: "until: 2026-01-01T00:00:00Z\n", want: "2026-01-01T00:00:00Z"},
		{env: "WEIR_UNTIL=orders/0=5,orders/1=7", want: "orders/0=5,orders/1=7"},
		{file: "until: end\n", arg: "--until=orders/0=5", want: "orders/0=5"},
		{file: "until: end\n", arg: "--until=", want: ""},
	} {
		var env, args []string
		if c.env != "" {
			env = append(env, c.env)
		}
		if c.arg != "" {
			args = append(args, c.arg)
		}
		l, err := load(t, c.file, env, args...)
		if err != nil || l.Config.Until.String() != c.want {
			t.Errorf("%+v: %v, %v", c, l.Config.Until, err)
			continue
		}
		var b strings.Builder
		if err := l.Print(&b); err != nil {
			t.Fatal(err)
		}
		again, err := load(t, b.String(), nil)
		if err != nil || again.Config.Until.String() != c.want {
			t.Errorf("%+v: printed and read again: %v, %v", c, again.Config.Until, err)
		}
	}
	if _, err := load(t, "until: noon\n", nil); err == nil || !strings.Contains(err.Error(), "weir.yaml:1:8: until:") {
		t.Errorf("error: %v", err)
	}
}
