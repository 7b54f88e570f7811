package aggregate

import (
	"bytes"
	"math"
	"math/big"
	"math/rand/v2"
	"testing"
)

// exactVariance is the variance of a population, by the definition.
func exactVariance(vs []float64) float64 {
	n := new(big.Rat).SetInt64(int64(len(vs)))
	mean := new(big.Rat)
	for _, v := range vs {
		mean.Add(mean, new(big.Rat).SetFloat64(v))
	}
	mean.Quo(mean, n)
	sum := new(big.Rat)
	for _, v := range vs {
		d := new(big.Rat).SetFloat64(v)
		d.Sub(d, mean)
		sum.Add(sum, d.Mul(d, d))
	}
	f, _ := sum.Quo(sum, n).Float64()
	return f
}

// Numbers that are large beside their spread are where the difference of two sums of squares loses every digit.
func TestVarianceIsStable(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	for _, c := range []struct {
		center, spread, tolerance float64
	}{{0, 1, 1e-13}, {1e9, 1, 1e-7}, {-5, 1e6, 1e-13}, {1e12, 1e3, 1e-7}} {
		var a Variance
		var vs []float64
		for range 1000 {
			v := c.center + c.spread*r.NormFloat64()
			a.Add(v)
			vs = append(vs, v)
		}
		want := exactVariance(vs)
		if got := a.Population(); math.Abs(got-want) > c.tolerance*want {
			t.Errorf("around %v by %v: variance %v, want %v", c.center, c.spread, got, want)
		}
		sample, ok := a.Sample()
		if want *= 1000.0 / 999; !ok || math.Abs(sample-want) > c.tolerance*want {
			t.Errorf("around %v by %v: sample variance %v, want %v", c.center, c.spread, sample, want)
		}
	}
}

func TestVarianceOfFew(t *testing.T) {
	var a Variance
	a.Add(7)
	if v := a.Population(); v != 0 {
		t.Errorf("population variance of one number is %v", v)
	}
	if _, ok := a.Sample(); ok {
		t.Error("one number has a sample variance")
	}
	a.Add(11)
	if v, ok := a.SampleDeviation(); !ok || v != math.Sqrt(8) {
		t.Errorf("sample deviation of 7 and 11 is %v", v)
	}
	if v := a.PopulationDeviation(); v != 2 {
		t.Errorf("population deviation of 7 and 11 is %v", v)
	}
}

func TestVarianceStored(t *testing.T) {
	var a, b Variance
	a.Add(1)
	a.Add(4)
	want := []byte("\x00\x00\x00\x00\x00\x00\x00\x02\x40\x04\x00\x00\x00\x00\x00\x00\x40\x12\x00\x00\x00\x00\x00\x00")
	got := a.Append(nil)
	if !bytes.Equal(got, want) {
		t.Fatalf("stored as %x, want %x", got, want)
	}
	if i := b.Decode(got, 0); i != len(got) || b != a {
		t.Errorf("read %+v up to %d", b, i)
	}
	if i := b.Decode(got[:23], 0); i >= 0 {
		t.Error("a short state is read")
	}
}
