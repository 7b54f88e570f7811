package example

import (
	"bytes"
	"compress/gzip"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"iter"
	"maps"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/weirstream/weir/examples/flights/flights"
	"github.com/weirstream/weir/internal/cli"
	"github.com/weirstream/weir/internal/run"
	"github.com/weirstream/weir/runtime/testdriver/scenario"
)

const january = "data/flights-2013-01.csv.gz"

// delays is a record of topic delays_by_hour.
type delays struct {
	Origin    string    `json:"origin"`
	Hour      time.Time `json:"hour"`
	Flights   int       `json:"flights"`
	MeanDelay float64   `json:"mean_delay"`
	MaxDelay  int       `json:"max_delay"`
}

func (d delays) String() string {
	return fmt.Sprintf("%s %s %d %.9f %d", d.Origin, d.Hour.UTC().Format(time.RFC3339), d.Flights, d.MeanDelay, d.MaxDelay)
}

// rows are the rows of the file: what each has in a column.
func rows(t *testing.T) iter.Seq[func(column string) string] {
	t.Helper()
	f, err := os.Open(january)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(z).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	col := map[string]int{}
	for i, name := range rows[0] {
		col[name] = i
	}
	return func(yield func(func(string) string) bool) {
		for _, row := range rows[1:] {
			if !yield(func(column string) string { return row[col[column]] }) {
				return
			}
		}
	}
}

// expected computes the topic from the file with nothing of weir in it: a map and a loop.
func expected(t *testing.T) (lines []string, read, undeparted int) {
	t.Helper()
	type group struct {
		n, sum, max int
		origin      string
		hour        time.Time
	}
	groups := map[string]*group{}
	for row := range rows(t) {
		read++
		if row("dep_delay") == "NA" {
			undeparted++
			continue
		}
		hour, err := time.Parse(time.RFC3339, row("time_hour"))
		if err != nil {
			t.Fatal(err)
		}
		minute, delay := number(t, row("minute")), number(t, row("dep_delay"))
		left := hour.Add(time.Duration(minute+delay) * time.Minute).Truncate(time.Hour)
		id := row("origin") + left.String()
		g := groups[id]
		if g == nil {
			g = &group{origin: row("origin"), hour: left, max: delay}
			groups[id] = g
		}
		g.n++
		g.sum += delay
		g.max = max(g.max, delay)
	}
	for g := range maps.Values(groups) {
		lines = append(lines, delays{g.origin, g.hour, g.n, float64(g.sum) / float64(g.n), g.max}.String())
	}
	slices.Sort(lines)
	return lines, read, undeparted
}

func number(t *testing.T, s string) int {
	t.Helper()
	n, err := strconv.Atoi(s)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// TestJanuary runs the example as the README does and compares every record with the computation above; then it accounts for
// every flight of the file.
func TestJanuary(t *testing.T) {
	want, read, undeparted := expected(t)
	if read != 27_004 || undeparted != 521 {
		t.Fatalf("the file has %d flights, %d of which never left", read, undeparted)
	}
	var out, log bytes.Buffer
	ui := &cli.UI{In: strings.NewReader(""), Out: &out, Err: &log}
	err := run.Run(t.Context(), ui, "flights.weir.yaml", run.Options{
		Partitions: 4, Inputs: []string{"flights=" + january}, Until: "end", Format: "json",
	})
	if err != nil {
		t.Fatalf("%v\n%s", err, log.String())
	}
	var got []string
	counted := 0
	for line := range strings.Lines(out.String()) {
		var d delays
		if err := json.Unmarshal([]byte(line), &d); err != nil {
			t.Fatalf("%q: %v", line, err)
		}
		got = append(got, d.String())
		counted += d.Flights
	}
	slices.Sort(got)
	if !slices.Equal(got, want) {
		t.Errorf("%d records, want %d; the first difference:\n%s", len(got), len(want), firstDifference(got, want))
	}
	summary := regexp.MustCompile(`([\d,]+) read, ([\d,]+) filtered out, ([\d,]+) late`).FindStringSubmatch(log.String())
	if summary == nil {
		t.Fatalf("no summary in\n%s", log.String())
	}
	var n [3]int
	for i, s := range summary[1:] {
		n[i] = number(t, strings.ReplaceAll(s, ",", ""))
	}
	if n[0] != read || n[1] != undeparted || counted+n[2]+n[1] != n[0] {
		t.Errorf("%d counted + %d late + %d undeparted, of %d read", counted, n[2], n[1], n[0])
	}
}

func firstDifference(got, want []string) string {
	for i := range max(len(got), len(want)) {
		g, w := "nothing", "nothing"
		if i < len(got) {
			g = got[i]
		}
		if i < len(want) {
			w = want[i]
		}
		if g != w {
			return "got  " + g + "\nwant " + w
		}
	}
	return "none"
}

// csvOfFlights is topic flights as the scenarios write it.
var csvOfFlights = scenario.Topic{Name: "flights", Topic: "flights", Delimiter: ",", Nulls: []string{"", "NA"}, KeyField: "tailnum", Columns: strings.Split(
	"year,month,day,dep_time,sched_dep_time,dep_delay,arr_time,sched_arr_time,arr_delay,carrier,flight,tailnum,origin,dest,air_time,distance,hour,minute,time_hour", ",")}

// TestScenarios runs the scenarios on the committed code, as written and under random schedules.
func TestScenarios(t *testing.T) {
	scenario.Test(t, flights.Topology(), "flights_test.yaml", scenario.Options{Schema: scenario.Schema{Topics: []scenario.Topic{csvOfFlights}}, Schedules: 20, Seed: 1})
}
