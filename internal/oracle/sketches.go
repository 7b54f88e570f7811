package oracle

import (
	"encoding/binary"
	"math"
	"math/big"
	"math/bits"
	"slices"
	"strconv"
	"time"

	celtypes "cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
	"github.com/cespare/xxhash/v2"

	"github.com/weirstream/weir/spec/celenv"
	"github.com/weirstream/weir/spec/check"
	"github.com/weirstream/weir/spec/types"
)

// quantile is what the manual says: the number at its place among all, and if that is neither the first nor the last one, cut down to the
// first eight of its binary digits, but to none that is less or greater than all.
func quantile(g *check.Aggregate, all []picking) ref.Val {
	var vs []float64
	for _, p := range all {
		vs = append(vs, double(p.args[0]))
	}
	if slices.ContainsFunc(vs, math.IsNaN) {
		return celtypes.Double(math.NaN())
	}
	slices.Sort(vs)
	last := len(vs) - 1
	i := place(g.Fraction(), len(vs))
	v := vs[i]
	if i > 0 && i < last {
		v = math.Float64frombits(math.Float64bits(v) &^ (1<<45 - 1))
		if math.Abs(v) < 0x1p-1022 {
			v = 0
		}
		v = min(max(v, vs[0]), vs[last])
	}
	if g.Type.Kind != types.Duration {
		return celtypes.Double(v)
	}
	if v >= 0x1p63 {
		return celtypes.Duration{Duration: math.MaxInt64}
	}
	return celtypes.Duration{Duration: time.Duration(v)}
}

// place is the index of the first of n numbers in order that at least the fraction q of them are not greater than. Q is the number that
// the spec spells.
func place(q float64, n int) int {
	r, _ := new(big.Rat).SetString(strconv.FormatFloat(q, 'g', -1, 64))
	r.Mul(r, new(big.Rat).SetInt64(int64(n)))
	i := new(big.Int).Quo(r.Num(), r.Denom())
	if r.IsInt() {
		i.Sub(i, big.NewInt(1))
	}
	return max(0, int(i.Int64()))
}

// cardinality counts up to 256 different values; of more it estimates the number as HyperLogLog does with 4096 registers.
func cardinality(all []picking) ref.Val {
	all = different(all)
	if len(all) <= 256 {
		return celtypes.Int(len(all))
	}
	registers := make([]int, 4096)
	for _, p := range all {
		h := hash(p.args[0])
		rank := 53
		if rest := h << 12; rest != 0 {
			rank = bits.LeadingZeros64(rest) + 1
		}
		registers[h>>52] = max(registers[h>>52], rank)
	}
	return celtypes.Int(math.Round(ertl(registers)))
}

// ertl estimates how many different hashes gave registers (O. Ertl, New cardinality estimation algorithms for HyperLogLog sketches, 2017).
func ertl(registers []int) float64 {
	m := float64(len(registers))
	share := make([]float64, 54) // of the registers that hold a number
	for _, r := range registers {
		share[r] += 1 / m
	}
	sum, power := share[0], 1.0
	for x := share[0] * share[0]; x > 1e-300; x *= x {
		sum, power = sum+x*power, power*2
	}
	for k := 1; k < 53; k++ {
		sum += share[k] * math.Exp2(-float64(k))
	}
	full := share[53]
	rest := full
	for x, power := math.Sqrt(1-full), 0.5; full > 0 && power > 1e-18; x, power = math.Sqrt(x), power/2 {
		rest -= (1 - x) * (1 - x) * power
	}
	sum += rest / 3 * math.Exp2(-52)
	return m / (2 * math.Ln2) / sum
}

// hash is the hash of a value, of 64 bits: that of hash() where there is one.
func hash(v ref.Val) uint64 {
	var n uint64
	switch v := v.(type) {
	case celtypes.String:
		return xxhash.Sum64String(string(v))
	case *enum:
		return xxhash.Sum64String(v.Name)
	case celtypes.Bytes:
		return xxhash.Sum64(v)
	case celtypes.Int:
		n = uint64(v)
	case celtypes.Uint:
		n = uint64(v)
	case celtypes.Duration:
		n = uint64(v.Nanoseconds())
	case celtypes.Bool:
		if v {
			n = 1
		}
	case celtypes.Double:
		n = math.Float64bits(float64(v) + 0)
	case celtypes.Timestamp:
		return xxhash.Sum64(binary.AppendUvarint(binary.AppendVarint(nil, v.Unix()), uint64(v.Nanosecond())))
	case celenv.Decimal:
		return xxhash.Sum64String(v.String())
	case celenv.TimeOfDay:
		n = uint64(v.Since)
	case celenv.Date:
		midnight, _ := time.Parse(time.DateOnly, v.String())
		n = uint64(midnight.Unix() / (24 * 60 * 60))
	}
	return xxhash.Sum64(binary.BigEndian.AppendUint64(nil, n))
}
