package difftest

import (
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/weirstream/weir/gen"
	"github.com/weirstream/weir/internal/difftest/batch"
	"github.com/weirstream/weir/spec/source"
)

// combined has every aggregate that is the same in whatever parts it is made, over windows of each kind that pre_aggregate goes with. {pre} is
// where it stands.
const combined = `weir: v1
service: {service}
types:
  Click: {user: string, country: string, page: string, cents: int, price: 'decimal(9, 2)', fee: uint, took: duration, ok: bool, at: timestamp, from: timestamp}
sources:
  clicks: {kafka: {topic: clicks}, key: string, value: Click, event_time: at, watermark: {lag: 2s}, on_error: {dead_letter: dlq}}
steps:
  tumbling:
    from: clicks
    where: page != "none"
    group_by: {country: country}
    window: {tumbling: 10s, allowed_lateness: 1s}
    aggregate:
      clicks: count()
      fine: count_if(ok)
      any: any(ok)
      all: all(ok)
      cents: sum(cents)
      fees: sum(fee)
      took: sum(took)
      price: sum(price)
      mean: avg(cents)
      mean_price: avg(price)
      least: min(page)
      most: max(price)
      first: first(user)
      last: last(user)
      cheapest: min_by(user, at)
      pages: 'collect(page, 5)'
      set: 'collect_set(user, 7)'
      top: 'top(page, at, 4)'
      users: string_agg(user, ",", 3)
      distinct: 'count_distinct(user, 40)'
      about: approx_count_distinct(user)
      typical: median(cents)
      slow: 'quantile(took, 0.9)'
      sizes: 'histogram(cents, [0, 10, 100])'
      folded: 'fold(a, 0, cents > a ? cents : a, b, a > b ? a : b)'
    {pre}
  hopping:
    from: clicks
    group_by: {country: country, ok: ok}
    window: {hopping: 7s, every: 3s}
    aggregate: {clicks: count(), first: first(page), last: last(page), cents: sum(cents)}
    {pre}
  cumulative:
    from: clicks
    group_by: {country: country}
    window: {cumulative: 1m, every: 10s}
    aggregate: {users: approx_count_distinct(user), pages: 'collect(page, 3)'}
    {pre}
  global:
    from: clicks
    group_by: {country: country}
    window: {global: {unbounded: true}}
    aggregate: {clicks: count(), last: last(page)}
    emit: final
    {pre}
  custom:
    from: clicks
    group_by: {country: country}
    window: {custom: {start: from, end: 'from + duration("5s")'}}
    aggregate: {clicks: count(), failed: 'max(100 / (cents - 13))'}
    having: clicks > 1
    {pre}
  again:
    from: tumbling
    group_by: {clicks: clicks}
    window: {tumbling: 20s}
    aggregate: {countries: count(), cents: sum(cents)}
    {pre}
sinks:
  tumbling_out: {from: tumbling, kafka: {topic: tumbling}}
  hopping_out: {from: hopping, kafka: {topic: hopping}}
  cumulative_out: {from: cumulative, kafka: {topic: cumulative}}
  global_out: {from: global, kafka: {topic: global}}
  custom_out: {from: custom, kafka: {topic: custom}}
  again_out: {from: again, kafka: {topic: again}}
`

// TestPreAggregate: with and without pre_aggregate the same is committed, whatever the schedule, where one country has nine records of ten.
func TestPreAggregate(t *testing.T) {
	if testing.Short() {
		t.Skip("builds generated code")
	}
	const partitions = 3
	var services []Service
	for service, pre := range map[string]string{"alone": "", "together": "pre_aggregate: true"} {
		text := strings.NewReplacer("{service}", service, "{pre}", pre).Replace(combined)
		result, diags, err := gen.Compile(source.New(service+".weir.yaml", []byte(text)))
		if err != nil || result == nil {
			t.Fatalf("%v\n%s", err, diags)
		}
		services = append(services, Service{result, nil})
	}
	repo, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	b, err := Build(repo, t.TempDir(), services)
	if err != nil {
		t.Fatal(err)
	}
	for seed := range uint64(3) {
		r := rand.New(rand.NewPCG(seed, 4))
		clicks := hotClicks(r, partitions, 150)
		var jobs []batch.Job
		for i := range 5 {
			s := schedule(r, i, partitions)
			if s.Random != nil { // each commit is seen by many tasks
				s.Random.MaxBatch, s.Random.Commit, s.Random.Crash = max(s.Random.MaxBatch, 3), min(s.Random.Commit, 0.2), min(s.Random.Crash, 0.02)
			}
			for _, service := range []string{"alone", "together"} {
				jobs = append(jobs, batch.Job{Service: service, Input: map[string][]batch.Record{"clicks": clicks}, Schedule: s})
			}
		}
		outcomes, err := b.Run(jobs)
		if err != nil {
			t.Fatal(err)
		}
		var want []string
		for i, o := range outcomes {
			if o.Err != "" || o.Panic != "" {
				t.Fatalf("seed %d: %s %s", seed, o.Err, o.Panic)
			}
			got := lines(o)
			if i == 0 {
				if want = got; len(want) < 100 || len(o.Output["dlq"]) == 0 {
					t.Fatalf("seed %d: only %d results, %d dead letters", seed, len(want), len(o.Output["dlq"]))
				}
				continue
			}
			for k := range max(len(got), len(want)) {
				if k >= len(got) || k >= len(want) || got[k] != want[k] {
					t.Fatalf("seed %d, schedule %d of %s: %d results, want %d; they differ at\n\t%s\nwant\n\t%s", seed, i/2, jobs[i].Service, len(got), len(want),
						got[min(k, len(got)-1)], want[min(k, len(want)-1)])
				}
			}
		}
	}
}

// hotClicks are clicks of which no two have the same time, none is late, and nine of ten are of one country.
func hotClicks(r *rand.Rand, partitions int32, n int) (recs []batch.Record) {
	base := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	for i, k := range r.Perm(n) {
		country := "FR"
		if r.IntN(10) == 0 {
			country = string(rune('a' + r.IntN(5)))
		}
		recs = append(recs, batch.Record{Partition: r.Int32N(partitions), Key: fmt.Append(nil, i)})
		rec := &recs[i]
		at := base.Add(time.Duration(i)*200*time.Millisecond + time.Duration(k)*time.Millisecond) // up to 600 ms out of order
		from := at.Truncate(5 * time.Second).Add(time.Duration(r.IntN(2)) * time.Second)
		const form = "2006-01-02T15:04:05.000Z"
		rec.Value = fmt.Appendf(nil, `{"user":"u%d","country":%q,"page":"page-%d","cents":%d,"price":"%d.%02d","fee":%d,"took":"%d.5s","ok":%v,"at":%q,"from":%q}`,
			r.IntN(50), country, r.IntN(20), r.IntN(200)-20, r.IntN(1000), r.IntN(100), r.IntN(9), r.IntN(100), r.IntN(3) > 0, at.Format(form), from.Format(form))
	}
	return recs
}

// lines are the results of a run, each with its topic, in an order that does not depend on the run. Dead letters are left out: what is bad about a record
// is found out in front of the repartition topic with pre_aggregate and behind it without.
func lines(o batch.Outcome) (all []string) {
	for topic, recs := range o.Output {
		if topic == "dlq" {
			all = append(all, fmt.Sprint(len(recs), " dead letters"))
			continue
		}
		for _, w := range recs {
			all = append(all, fmt.Sprintf("%s %s@%d: %s", topic, w.Key, w.Timestamp.UnixMilli(), w.Value))
		}
	}
	slices.Sort(all)
	return all
}
