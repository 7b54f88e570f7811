package celenv

import (
	"encoding/binary"

	"cel.dev/cel-go/cel"
	celtypes "cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
	"github.com/cespare/xxhash/v2"
)

// hashes declares hash(value), which spreads keys over buckets and takes samples where a random number would take others at each
// replay. It is XXH64 with seed 0, of a string's UTF-8, of bytes, and of an int or uint as Kafka's serializers of longs write it: its
// results end up in topics and stores, and stay what they are. What else there is has a string to hash, or several.
func hashes() cel.EnvOption {
	of := func(id string, t *cel.Type, hash func(ref.Val) uint64) cel.FunctionOpt {
		return cel.Overload(id, []*cel.Type{t}, cel.UintType, cel.UnaryBinding(func(v ref.Val) ref.Val { return celtypes.Uint(hash(v)) }))
	}
	long := func(x uint64) uint64 { return xxhash.Sum64(binary.BigEndian.AppendUint64(nil, x)) }
	return cel.Function("hash",
		of("hash_string", cel.StringType, func(v ref.Val) uint64 { return xxhash.Sum64String(string(v.(celtypes.String))) }),
		of("hash_bytes", cel.BytesType, func(v ref.Val) uint64 { return xxhash.Sum64(v.(celtypes.Bytes)) }),
		of("hash_int", cel.IntType, func(v ref.Val) uint64 { return long(uint64(v.(celtypes.Int))) }),
		of("hash_uint", cel.UintType, func(v ref.Val) uint64 { return long(uint64(v.(celtypes.Uint))) }),
	)
}

func init() {
	for _, id := range []string{"hash_string", "hash_bytes", "hash_int", "hash_uint"} {
		supported[id] = true
	}
}
