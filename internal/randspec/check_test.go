package randspec

import (
	"testing"

	"github.com/weirstream/weir/internal/oracle"
	"github.com/weirstream/weir/spec/check"
	"github.com/weirstream/weir/spec/source"
)

// TestValid: the checker accepts what is made here, and the reference interpreter can run it.
func TestValid(t *testing.T) {
	records, outs, late, bad, failed := 0, 0, int64(0), 0, 0
	for seed := range uint64(300) {
		s := New(seed, 1+int(seed%5))
		text := s.Text()
		p, diags := check.Check(source.New("random.weir.yaml", []byte(text)))
		if p == nil {
			t.Errorf("seed %d is refused:\n%v\n%s", seed, diags, text)
			if failed++; failed > 5 {
				t.FailNow()
			}
			continue
		}
		in := Input(p, seed, 60, 2)
		r, err := oracle.Run(p, in, oracle.Options{Partitions: 2, End: true})
		if err != nil {
			t.Fatalf("seed %d: %v\n%s", seed, err, text)
		}
		for _, recs := range in {
			records += len(recs)
		}
		for _, topic := range r.Topics {
			if topic.Sink != nil {
				outs += len(topic.Records)
			} else {
				bad += len(topic.Records)
			}
		}
		late += r.Late
	}
	t.Logf("%d records, %d outputs, %d late, %d dead letters", records, outs, late, bad)
	if outs == 0 || late == 0 || bad == 0 {
		t.Error("the random specs and inputs don't reach what they are for")
	}
}
