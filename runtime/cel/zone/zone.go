// Package zone finds time zones for the timestamp functions of CEL expressions. It brings Go's copy of the time zone database,
// so that a service works on a machine or in a container image that has none; only services that name a zone link it.
package zone

import (
	"fmt"
	"strconv"
	"strings"
	"sync"
	"time"
	_ "time/tzdata" // the database
)

var zones sync.Map // string → *time.Location, of names in the database only: there are about 600

// Must is Load for a zone that was found when the spec was compiled.
func Must(name string) *time.Location {
	loc, err := Load(name)
	if err != nil {
		panic(err)
	}
	return loc
}

// Load finds a zone by its name in the database ("Europe/Paris") or its offset from UTC ("-08:00", "05:30").
func Load(name string) (*time.Location, error) {
	hours, minutes, ok := strings.Cut(name, ":")
	if !ok {
		if loc, ok := zones.Load(name); ok {
			return loc.(*time.Location), nil
		}
		name = strings.Clone(name) // the record's bytes may be behind it
		loc, err := time.LoadLocation(name)
		if err == nil {
			zones.Store(name, loc)
		}
		return loc, err
	}
	h, err := strconv.Atoi(hours)
	if err != nil {
		return nil, err
	}
	m, err := strconv.Atoi(minutes)
	if err != nil {
		return nil, err
	}
	if h < -23 || h > 23 {
		return nil, fmt.Errorf("timezone offset hours out of range [-23, 23]: %s", name)
	}
	if m < 0 || m > 59 {
		return nil, fmt.Errorf("timezone offset minutes out of range [0, 59]: %s", name)
	}
	if name[0] == '-' {
		m = -m
	}
	return time.FixedZone("", (h*60+m)*60), nil
}
