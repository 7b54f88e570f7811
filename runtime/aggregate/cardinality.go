package aggregate

import (
	"encoding/binary"
	"math"
	"math/bits"
	"slices"
	"time"

	"github.com/cespare/xxhash/v2"

	"github.com/weirstream/weir/runtime/cel"
	"github.com/weirstream/weir/runtime/dec"
	"github.com/weirstream/weir/runtime/stateenc"
)

// Cardinality tells how many different values there are, by their hashes of 64 bits. Up to 256 of them are kept as they are and counted.
// When there are more, their number is estimated by HyperLogLog (P. Flajolet and others, HyperLogLog: the analysis of a near-optimal
// cardinality estimation algorithm, 2007), with the estimator of O. Ertl (New cardinality estimation algorithms for HyperLogLog sketches,
// 2017, algorithm 6), which needs no table of corrections: the first 12 bits of a hash choose one of 4096 registers, which holds the
// greatest number of zeros, plus one, that any hash has behind them. The standard error is 1.04/√4096, that is 1.6 %.
//
// What is kept depends on the set of values alone, so neither on their order nor on the parts in which they come. It is written here, and not
// taken from a library, because its form is stored: the hash, the registers and their layout must stay what they are.
type Cardinality struct {
	hashes    []uint64 // in order; nil once there are registers
	registers []byte
}

const (
	maxHashes    = 256
	registerBits = 12
	registers    = 1 << registerBits
	maxRank      = 64 - registerBits + 1
)

// Add takes a value in, by its hash.
func (c *Cardinality) Add(hash uint64) {
	if c.registers != nil {
		c.register(hash)
		return
	}
	i, found := slices.BinarySearch(c.hashes, hash)
	switch {
	case found:
	case len(c.hashes) < maxHashes:
		c.hashes = slices.Insert(c.hashes, i, hash)
	default:
		c.spread()
		c.register(hash)
	}
}

// spread puts the hashes into registers.
func (c *Cardinality) spread() {
	c.registers = make([]byte, registers)
	for _, h := range c.hashes {
		c.register(h)
	}
	c.hashes = nil
}

func (c *Cardinality) register(hash uint64) {
	rank := byte(bits.LeadingZeros64(hash<<registerBits|1<<(registerBits-1)) + 1)
	r := &c.registers[hash>>(64-registerBits)]
	*r = max(*r, rank)
}

// Merge takes the values of another one in, which it does not change.
func (c *Cardinality) Merge(o *Cardinality) {
	if c.registers == nil && o.registers == nil {
		merged := slices.Concat(c.hashes, o.hashes)
		slices.Sort(merged)
		if c.hashes = slices.Compact(merged); len(c.hashes) > maxHashes {
			c.spread()
		}
		return
	}
	if c.registers == nil {
		c.spread()
	} else {
		c.registers = slices.Clone(c.registers)
	}
	for _, h := range o.hashes {
		c.register(h)
	}
	for i, r := range o.registers {
		c.registers[i] = max(c.registers[i], r)
	}
}

// Value is the number of different values.
func (c *Cardinality) Value() int64 {
	if c.registers == nil {
		return int64(len(c.hashes))
	}
	var with [maxRank + 1]float64 // how many registers hold a number
	for _, r := range c.registers {
		with[r]++
	}
	z := registers * tau(1-with[maxRank]/registers)
	for k := maxRank - 1; k >= 1; k-- {
		z = 0.5 * (z + with[k])
	}
	z += float64(registers * sigma(with[0]/registers))
	return int64(math.Round(registers / (2 * math.Ln2) * registers / z))
}

// sigma and tau correct for registers that are empty, and for those that are full. Products are converted so that no machine adds them
// without rounding: results are the same on all.
func sigma(x float64) float64 {
	if x == 1 {
		return math.Inf(1)
	}
	y, z := 1.0, x
	for {
		x *= x
		before := z
		z += float64(x * y)
		y += y
		if z == before {
			return z
		}
	}
}

func tau(x float64) float64 {
	if x == 0 || x == 1 {
		return 0
	}
	y, z := 1.0, 1-x
	for {
		x = math.Sqrt(x)
		before := z
		y *= 0.5
		z -= float64((1 - x) * (1 - x) * y)
		if z == before {
			return z / 3
		}
	}
}

// Append appends the state's binary form.
func (c *Cardinality) Append(b []byte) []byte {
	if c.registers != nil {
		return append(append(b, 1), c.registers...)
	}
	b = stateenc.AppendLen(append(b, 0), len(c.hashes))
	for _, h := range c.hashes {
		b = binary.BigEndian.AppendUint64(b, h)
	}
	return b
}

// Decode reads the state at cursor i and returns the cursor behind it, as the readers of package stateenc do.
func (c *Cardinality) Decode(b []byte, i int) int {
	spread, i := stateenc.Bool(b, i)
	if spread {
		if len(b)-i < registers {
			return stateenc.Malformed()
		}
		c.registers = slices.Clone(b[i : i+registers])
		if slices.Max(c.registers) > maxRank {
			return stateenc.Malformed()
		}
		return i + registers
	}
	n, i := stateenc.Len(b, i)
	if i >= 0 && (n > maxHashes || len(b)-i < 8*n) {
		return stateenc.Malformed()
	}
	if i < 0 {
		return i
	}
	c.hashes = make([]uint64, n)
	for k := range c.hashes {
		c.hashes[k] = binary.BigEndian.Uint64(b[i+8*k:])
	}
	return i + 8*n
}

// Heap is what the state holds outside itself, in bytes.
func (c *Cardinality) Heap() int { return 8*cap(c.hashes) + cap(c.registers) }

// The hashes of values that package cel has no hash for. Like those there they never change.

// HashBool is the hash of 0 or 1.
func HashBool(v bool) uint64 {
	if v {
		return cel.HashUint(1)
	}
	return cel.HashUint(0)
}

// HashDouble is the hash of the IEEE 754 bits. All NaN have one, and so have 0 and -0.
func HashDouble(v float64) uint64 {
	if v != v {
		v = math.NaN()
	}
	return cel.HashUint(math.Float64bits(v + 0))
}

// HashTime is the hash of what package stateenc writes.
func HashTime(v time.Time) uint64 {
	var b [16]byte
	return xxhash.Sum64(stateenc.AppendTime(b[:0], v))
}

// HashDecimal is the hash of the number in plain digits, without zeros at its end.
func HashDecimal(v dec.Decimal) uint64 {
	var b [24]byte
	return xxhash.Sum64(dec.Append(b[:0], v, 0))
}
