package cel

import (
	"crypto/sha1"
	"encoding/hex"
	"errors"
)

var errNoUUID = errors.New("invalid UUID")

// UUIDv5 is the UUID that RFC 9562 makes of a name in a namespace, itself a UUID in the usual 36 characters: always the same one. It
// is in lower case.
func UUIDv5(namespace, name string) (string, error) {
	var space [16]byte
	if len(namespace) != 36 || namespace[8] != '-' || namespace[13] != '-' || namespace[18] != '-' || namespace[23] != '-' {
		return "", errNoUUID
	}
	digits := make([]byte, 0, 64)
	digits = append(digits, namespace[:8]...)
	digits = append(digits, namespace[9:13]...)
	digits = append(digits, namespace[14:18]...)
	digits = append(digits, namespace[19:23]...)
	digits = append(digits, namespace[24:]...)
	if _, err := hex.Decode(space[:], digits); err != nil {
		return "", errNoUUID
	}
	sum := sha1.Sum(append(append(make([]byte, 0, 128), space[:]...), name...))
	id := sum[:16]
	id[6] = id[6]&0x0f | 0x50 // version 5
	id[8] = id[8]&0x3f | 0x80 // the variant of RFC 9562
	text := digits[:0]
	for i, part := range [][]byte{id[:4], id[4:6], id[6:8], id[8:10], id[10:]} {
		if i > 0 {
			text = append(text, '-')
		}
		text = hex.AppendEncode(text, part)
	}
	return string(text), nil
}
