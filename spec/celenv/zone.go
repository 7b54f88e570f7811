package celenv

import (
	"fmt"
	"strconv"
	"strings"
	"time"
	_ "time/tzdata" // zones are to be known on a machine that has no database of them
)

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
