package example

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/weirstream/weir/examples/flights/fleet"
	"github.com/weirstream/weir/internal/cli"
	"github.com/weirstream/weir/internal/run"
	"github.com/weirstream/weir/runtime/testdriver/scenario"
)

// departure is a row of the file that tells of a flight that left.
type departure struct {
	at                             time.Time
	origin, dest, carrier, tailnum string
	miles, delay                   int
}

// departures are those of the file in the order of their times.
func departures(inFile []departure) []departure {
	return slices.SortedStableFunc(slices.Values(inFile), func(a, b departure) int { return a.at.Compare(b.at) })
}

// departuresInFile reads the file with nothing of weir in it.
func departuresInFile(t *testing.T) []departure {
	t.Helper()
	var all []departure
	for row := range rows(t) {
		if row("dep_delay") == "NA" {
			continue
		}
		hour, err := time.Parse(time.RFC3339, row("time_hour"))
		if err != nil {
			t.Fatal(err)
		}
		delay := number(t, row("dep_delay"))
		all = append(all, departure{
			at: hour.Add(time.Duration(number(t, row("minute"))+delay) * time.Minute), delay: delay, miles: number(t, row("distance")),
			origin: row("origin"), dest: row("dest"), carrier: row("carrier"), tailnum: row("tailnum"),
		})
	}
	return all
}

// by splits departures by a key.
func by(all []departure, key func(departure) string) map[string][]departure {
	groups := map[string][]departure{}
	for _, d := range all {
		if k := key(d); k != "" {
			groups[k] = append(groups[k], d)
		}
	}
	return groups
}

// fleetOut are the records of all sinks: as JSON has them, each has fields of one.
type fleetOut struct {
	Tailnum, From, Route string
	Since, Latest        time.Time
	Last                 string
	Left                 time.Time
	Flights, Miles       int

	Origin, Carrier string
	Median, Late    float64
	Until           time.Time
}

// duties are the sessions of each aircraft that have more than two flights.
func duties(all []departure) (lines []string) {
	for tail, flights := range by(all, func(d departure) string { return d.tailnum }) {
		for len(flights) > 0 {
			n := 1
			for n < len(flights) && flights[n].at.Sub(flights[n-1].at) < 12*time.Hour {
				n++
			}
			duty := fleetOut{Tailnum: tail, From: flights[0].origin, Since: flights[0].at, Latest: flights[n-1].at, Flights: n}
			var route []string
			for _, f := range flights[:n] {
				duty.Miles += f.miles
				route = append(route, f.dest)
			}
			duty.Route = strings.Join(route, " ")
			if n > 2 {
				lines = append(lines, duty.duty())
			}
			flights = flights[n:]
		}
	}
	return lines
}

func (o fleetOut) duty() string {
	return fmt.Sprintf("%s %s %s: %d flights, %d miles, from %s to %s", o.Tailnum, o.Since.UTC(), o.Latest.UTC(), o.Flights, o.Miles, o.From, o.Route)
}

// gone are the times of five days in which an aircraft did not leave, the one behind its last flight too. Its flights count in the order of the file.
func gone(inFile []departure) (lines []string) {
	const fiveDays = 5 * 24 * time.Hour
	for tail, flights := range by(inFile, func(d departure) string { return d.tailnum }) {
		o := fleetOut{Tailnum: tail}
		var latest time.Time
		for _, f := range flights {
			if o.Flights > 0 && !f.at.Before(latest.Add(fiveDays)) {
				lines = append(lines, o.gone())
				o, latest = fleetOut{Tailnum: tail}, time.Time{}
			}
			o.Flights, o.Last, o.Left = o.Flights+1, f.dest, f.at
			if f.at.After(latest) {
				latest = f.at
			}
		}
		lines = append(lines, o.gone())
	}
	return lines
}

func (o fleetOut) gone() string {
	return fmt.Sprintf("%s to %s on %s, after %d flights", o.Tailnum, o.Last, o.Left.UTC(), o.Flights)
}

// silences are the times of 30 hours in which nothing of an airline left an airport, the one behind the last flight too.
func silences(all []departure) (lines []string) {
	for _, flights := range by(all, func(d departure) string { return d.origin + d.carrier }) {
		for i, f := range flights {
			if i+1 == len(flights) || flights[i+1].at.Sub(f.at) > 30*time.Hour {
				lines = append(lines, fleetOut{Origin: f.origin, Carrier: f.carrier, Since: f.at}.silence())
			}
		}
	}
	return lines
}

func (o fleetOut) silence() string {
	return fmt.Sprintf("%s of %s since %s", o.Carrier, o.Origin, o.Since.UTC())
}

// TestFleet runs the second spec over January 2013 and compares all that it says with the file.
func TestFleet(t *testing.T) {
	inFile := departuresInFile(t)
	all := departures(inFile)
	var out, log bytes.Buffer
	ui := &cli.UI{In: strings.NewReader(""), Out: &out, Err: &log}
	err := run.Run(t.Context(), ui, "fleet.weir.yaml", run.Options{Partitions: 4, Inputs: []string{"flights=" + january}, Until: "end", Format: "json"})
	if err != nil {
		t.Fatalf("%v\n%s", err, log.String())
	}
	var gotDuties, gotGone, gotSilences []string
	byOrigin := by(all, func(d departure) string { return d.origin })
	days := 0
	for line := range strings.Lines(out.String()) {
		var o fleetOut
		if err := json.Unmarshal([]byte(line), &o); err != nil {
			t.Fatalf("%q: %v", line, err)
		}
		switch {
		case o.Last != "":
			gotGone = append(gotGone, o.gone())
		case o.Tailnum != "":
			gotDuties = append(gotDuties, o.duty())
		case o.Carrier != "":
			gotSilences = append(gotSilences, o.silence())
		default:
			days++
			o.check(t, byOrigin[o.Origin])
		}
	}
	for name, c := range map[string][2][]string{"duties": {gotDuties, duties(all)}, "gone": {gotGone, gone(inFile)}, "silences": {gotSilences, silences(all)}} {
		got, want := c[0], c[1]
		slices.Sort(got)
		slices.Sort(want)
		if !slices.Equal(got, want) {
			t.Errorf("%s: %d, want %d; the first difference:\n%s", name, len(got), len(want), firstDifference(got, want))
		}
	}
	if want := daysOfTen(byOrigin); days != want {
		t.Errorf("%d windows of a day, want %d", days, want)
	}
}

// check compares the quantiles of one day's delays with the delays.
func (o fleetOut) check(t *testing.T, flights []departure) {
	t.Helper()
	var delays []int
	for _, f := range flights {
		if !f.at.Before(o.Until.Add(-24*time.Hour)) && f.at.Before(o.Until) {
			delays = append(delays, f.delay)
		}
	}
	slices.Sort(delays)
	if len(delays) != o.Flights || len(delays) == 0 {
		t.Fatalf("%s until %s: %d flights, want %d", o.Origin, o.Until, o.Flights, len(delays))
	}
	for _, q := range []struct{ got, of float64 }{{o.Median, 0.5}, {o.Late, 0.9}} {
		want := float64(delays[int(math.Ceil(q.of*float64(len(delays))))-1])
		if math.Abs(q.got-want) > 0.008*math.Abs(want) {
			t.Errorf("%s until %s: %v of the delays are up to %v, want %v", o.Origin, o.Until, q.of, q.got, want)
		}
	}
}

// daysOfTen counts the windows of 24 hours, one beginning each hour, in which there are ten flights.
func daysOfTen(byOrigin map[string][]departure) int {
	windows := map[string]int{}
	for origin, flights := range byOrigin {
		for _, f := range flights {
			for h := range 24 {
				windows[origin+f.at.Truncate(time.Hour).Add(time.Duration(h)*time.Hour).String()]++
			}
		}
	}
	days := 0
	for _, n := range windows {
		if n >= 10 {
			days++
		}
	}
	return days
}

// TestFleetScenarios runs the scenarios on the committed code, as written and under random schedules.
func TestFleetScenarios(t *testing.T) {
	scenario.Test(t, fleet.Topology(), "fleet_test.yaml", scenario.Options{Schema: scenario.Schema{Topics: []scenario.Topic{csvOfFlights}}, Schedules: 20, Seed: 1})
}
