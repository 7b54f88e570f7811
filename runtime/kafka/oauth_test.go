package kafka

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/weirstream/weir/runtime/config"
)

// A token file is read for each connection, so a token can be replaced while the service runs.
func TestOAuthToken(t *testing.T) {
	file := filepath.Join(t.TempDir(), "token")
	first := func(c config.SASL) string {
		t.Helper()
		m, err := mechanism(c)
		if err != nil {
			t.Fatal(err)
		}
		_, msg, err := m.Authenticate(context.Background(), "broker")
		if err != nil {
			return err.Error()
		}
		return string(msg)
	}
	c := config.SASL{Mechanism: "OAUTHBEARER", TokenFile: file}
	if got := first(c); !strings.Contains(got, "sasl-token-file") {
		t.Errorf("missing file: %q", got)
	}
	for _, token := range []string{"one", "two"} {
		if err := os.WriteFile(file, []byte(token+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		if got := first(c); !strings.Contains(got, "Bearer "+token+"\x01") {
			t.Errorf("token %s: first message %q", token, got)
		}
	}
	if got := first(config.SASL{Mechanism: "OAUTHBEARER", Token: "three"}); !strings.Contains(got, "Bearer three\x01") {
		t.Errorf("first message %q", got)
	}
}
