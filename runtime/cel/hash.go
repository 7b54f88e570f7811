package cel

import (
	"encoding/binary"

	"github.com/cespare/xxhash/v2"
)

// HashString and HashBytes are XXH64 with seed 0, whose results never change: streams divide their keys by them.
func HashString(s string) uint64 { return xxhash.Sum64String(s) }

// HashBytes is [HashString] of bytes.
func HashBytes(b []byte) uint64 { return xxhash.Sum64(b) }

// HashInt is [HashBytes] of the eight bytes of a number in two's complement, the highest first, as Kafka's LongSerializer writes them.
func HashInt(x int64) uint64 { return HashUint(uint64(x)) }

// HashUint is [HashInt] of a number without a sign. The same number has the same hash in both.
func HashUint(x uint64) uint64 {
	var b [8]byte
	binary.BigEndian.PutUint64(b[:], x)
	return xxhash.Sum64(b[:])
}
