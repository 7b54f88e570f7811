package watermark

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
)

// Header is the key of the header that makes a record of a repartition topic a control record.
const Header = "weir.watermark"

const (
	markVersion = 1
	flagIdle    = 1
)

// AppendMark appends the value of a control record: mark m of the task subtopology/partition.
func AppendMark(b []byte, subtopology string, partition int32, m Mark) []byte {
	var flags byte
	if m.Idle {
		flags |= flagIdle
	}
	b = append(b, markVersion, flags)
	b = binary.BigEndian.AppendUint64(b, uint64(m.Watermark))
	b = binary.AppendUvarint(b, uint64(partition))
	return append(b, subtopology...)
}

// ParseMark reads the value of a control record.
func ParseMark(b []byte) (subtopology string, partition int32, m Mark, err error) {
	if len(b) == 0 {
		return "", 0, m, errors.New("watermark record: empty value")
	}
	if b[0] != markVersion {
		return "", 0, m, fmt.Errorf("watermark record: version %d is not known here (only %d); a newer service writes this topic", b[0], markVersion)
	}
	if len(b) < 11 {
		return "", 0, m, errors.New("watermark record: value is cut short")
	}
	m = Mark{Watermark: int64(binary.BigEndian.Uint64(b[2:])), Idle: b[1]&flagIdle != 0}
	p, n := binary.Uvarint(b[10:])
	if n <= 0 || p > math.MaxInt32 {
		return "", 0, m, errors.New("watermark record: bad partition")
	}
	return string(b[10+n:]), int32(p), m, nil
}
