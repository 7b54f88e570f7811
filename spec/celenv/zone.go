package celenv

import (
	_ "embed"
	"fmt"
	"strconv"
	"strings"
	"time"
	_ "time/tzdata" // zones are to be known on a machine that has no database of them
)

// zoneNames are the names of the time zones in Go's lib/time/zoneinfo.zip, one a line. Nothing is looked up in them: they are what
// somebody who wrote another name can have meant, on every machine the same.
//
//go:embed zones.txt
var zoneNames string

// ZoneNames are names of time zones, for "did you mean".
func ZoneNames() []string { return strings.Fields(zoneNames) }

// Zone is a time zone by its name in the database ("Europe/Paris") or its offset from UTC ("-08:00", "05:30").
func Zone(name string) (*time.Location, error) {
	hours, minutes, ok := strings.Cut(name, ":")
	if !ok {
		return time.LoadLocation(name)
	}
	h, err := strconv.Atoi(hours)
	if err != nil {
		return nil, err
	}
	m, err := strconv.Atoi(minutes)
	if err != nil {
		return nil, err
	}
	if h < -23 || h > 23 || m < 0 || m > 59 {
		return nil, fmt.Errorf("no offset is %s", name)
	}
	if strings.HasPrefix(name, "-") {
		m = -m
	}
	return time.FixedZone(name, (h*60+m)*60), nil
}
