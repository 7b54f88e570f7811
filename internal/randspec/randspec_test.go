package randspec

import (
	"testing"

	"go.yaml.in/yaml/v3"
)

// TestText: every spec is YAML, and a seed always gives the same one.
func TestText(t *testing.T) {
	for seed := range uint64(300) {
		s := New(seed, 4)
		text := s.Text()
		if again := New(seed, 4).Text(); again != text {
			t.Fatalf("seed %d gives two specs:\n%s\n%s", seed, text, again)
		}
		if again := s.Text(); again != text {
			t.Fatalf("seed %d: the same spec has two texts", seed)
		}
		var v map[string]any
		if err := yaml.Unmarshal([]byte(text), &v); err != nil {
			t.Fatalf("seed %d: %v\n%s", seed, err, text)
		}
		if v["service"] == nil || v["sinks"] == nil {
			t.Fatalf("seed %d: parts are missing\n%s", seed, text)
		}
	}
}

// TestSmaller: shrinking ends, leaves the spec as it was, and can take a spec down to next to nothing.
func TestSmaller(t *testing.T) {
	for seed := range uint64(20) {
		s := New(seed, 4)
		text := s.Text()
		for steps := 0; ; steps++ {
			smaller := s.Smaller()
			if len(smaller) == 0 {
				break
			}
			if steps > 1000 {
				t.Fatalf("seed %d: no end", seed)
			}
			before := s.Text()
			next := smaller[int(seed)%len(smaller)]
			if s.Text() != before {
				t.Fatalf("seed %d: making a smaller spec changed this one", seed)
			}
			s = next
		}
		if New(seed, 4).Text() != text {
			t.Fatalf("seed %d: shrinking changed what the seed gives", seed)
		}
	}
}
