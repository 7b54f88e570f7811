package config

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Until says where a bounded run ends. The zero value says nowhere: the service runs until it is stopped. One field is set at most.
type Until struct {
	// End is where each source partition ends when the instance starts.
	End bool
	// Time ends each source partition at its first record whose Kafka timestamp is at or after it.
	Time time.Time
	// Offsets end the named source partitions before an offset, all others where they end when the instance starts.
	Offsets []UntilOffset
}

// UntilOffset is where a bounded run ends in one partition: the offset of the first record that is not read.
type UntilOffset struct {
	Topic     string
	Partition int32
	Offset    int64
}

func (o UntilOffset) String() string { return fmt.Sprintf("%s/%d=%d", o.Topic, o.Partition, o.Offset) }

// Bounded reports whether the run ends by itself.
func (u Until) Bounded() bool { return u.End || !u.Time.IsZero() || len(u.Offsets) > 0 }

// String is u as [ParseUntil] reads it; empty when it says nowhere.
func (u Until) String() string {
	switch {
	case u.End:
		return "end"
	case !u.Time.IsZero():
		return u.Time.UTC().Format(time.RFC3339Nano)
	}
	parts := make([]string, len(u.Offsets))
	for i, o := range u.Offsets {
		parts[i] = o.String()
	}
	return strings.Join(parts, ",")
}

// ParseUntil reads "end", a time of RFC 3339, or offsets, TOPIC/PARTITION=OFFSET,... The empty text is the zero value.
func ParseUntil(s string) (u Until, err error) {
	s = strings.TrimSpace(s)
	switch {
	case s == "":
	case strings.EqualFold(s, "end"):
		u.End = true
	case strings.Contains(s, "="):
		u.Offsets, err = untilOffsets(s)
	default:
		u.Time, err = untilTime(s)
	}
	return u, err
}

func untilTime(s string) (time.Time, error) {
	t, err := time.Parse(time.RFC3339Nano, s)
	if err != nil {
		return t, fmt.Errorf("%q is none of end, a time such as 2026-01-01T00:00:00Z, and offsets such as orders/0=1200,orders/1=900%s", s, hint(s, []string{"end"}))
	}
	// Kafka knows no negative timestamps; in requests they mean something else.
	if t.UnixMilli() <= 0 {
		return t, fmt.Errorf("%q is not after 1970-01-01T00:00:00Z, so no record is before it", s)
	}
	return t, nil
}

func untilOffsets(s string) (out []UntilOffset, err error) {
	var errs []error
	for part := range strings.SplitSeq(s, ",") {
		o, err := untilOffset(strings.TrimSpace(part))
		if err != nil {
			errs = append(errs, err)
			continue
		}
		if slices.ContainsFunc(out, func(p UntilOffset) bool { return p.Topic == o.Topic && p.Partition == o.Partition }) {
			errs = append(errs, fmt.Errorf("%s/%d is named twice", o.Topic, o.Partition))
		}
		out = append(out, o)
	}
	return out, errors.Join(errs...)
}

func untilOffset(s string) (o UntilOffset, err error) {
	bad := func(why string) (UntilOffset, error) {
		return o, fmt.Errorf("%q %s; it has to be TOPIC/PARTITION=OFFSET, as in orders/0=1200", s, why)
	}
	where, offset, ok := strings.Cut(s, "=")
	if !ok {
		return bad("has no offset")
	}
	topic, partition, ok := strings.Cut(where, "/")
	if !ok || topic == "" {
		return bad("does not name a topic and a partition")
	}
	p, err := strconv.ParseInt(partition, 10, 32)
	if err != nil || p < 0 {
		return bad(fmt.Sprintf("has %q for a partition", partition))
	}
	at, err := strconv.ParseInt(offset, 10, 64)
	if err != nil || at < 0 {
		return bad(fmt.Sprintf("has %q for an offset", offset))
	}
	return UntilOffset{topic, int32(p), at}, nil
}
