package broker

import (
	"bytes"
	"fmt"
	"slices"
	"testing"

	"github.com/twmb/franz-go/pkg/kgo"
)

// TestFetchesThatAreCutShortLeaveOutWhatWasAborted reads more than one fetch may hold: kfake by itself forgets to say which
// transactions in such an answer were aborted, and the client then takes their records for committed.
func TestFetchesThatAreCutShortLeaveOutWhatWasAborted(t *testing.T) {
	b, err := Start(Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	const partitions, rounds = 3, 20
	if err := b.CreateTopic("a", partitions); err != nil {
		t.Fatal(err)
	}
	producer := client(t, b, kgo.DefaultProduceTopic("a"), kgo.TransactionalID("tx"), kgo.RecordPartitioner(kgo.ManualPartitioner()),
		kgo.ProducerBatchCompression(kgo.NoCompression()))
	padding := bytes.Repeat([]byte("x"), 100)
	var want []string
	for i := range rounds {
		commit := kgo.TransactionEndTry(i%2 == 1)
		if err := producer.BeginTransaction(); err != nil {
			t.Fatal(err)
		}
		for p := range int32(partitions) {
			value := fmt.Sprintf("%d %02d %v %s", p, i, commit, padding)
			if err := producer.ProduceSync(t.Context(), &kgo.Record{Partition: p, Value: []byte(value)}).FirstErr(); err != nil {
				t.Fatal(err)
			}
			if commit == kgo.TryCommit {
				want = append(want, value)
			}
		}
		if err := producer.EndTransaction(t.Context(), commit); err != nil {
			t.Fatal(err)
		}
	}
	slices.Sort(want)
	for _, most := range []int32{1, 500, 700, 1 << 20} {
		t.Run(fmt.Sprint(most), func(t *testing.T) {
			got := read(t, b, "a", len(want), kgo.FetchMaxBytes(most))
			slices.Sort(got)
			if !slices.Equal(got, want) {
				t.Errorf("read %q, want %q", got, want)
			}
		})
	}
}
