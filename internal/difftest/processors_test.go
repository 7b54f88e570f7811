package difftest

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	celtypes "cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"

	"github.com/weirstream/weir/internal/oracle"
)

// TestProcessors compares a service with Go of its own with the interpreter, which has the same written once more on its own values:
// state of every kind and its end of life, timers, calls that fail, several outputs, behind a repartition topic and not.
func TestProcessors(t *testing.T) {
	if testing.Short() {
		t.Skip("builds generated code")
	}
	spec, err := os.ReadFile("testdata/processors.weir.yaml")
	if err != nil {
		t.Fatal(err)
	}
	own, err := os.ReadFile("testdata/processors.go.txt")
	if err != nil {
		t.Fatal(err)
	}
	var cases []*specCase
	for i := range uint64(6) {
		name := fmt.Sprintf("processors%d", i)
		named := func(text []byte) string { return strings.ReplaceAll(string(text), "SERVICE", name) }
		c := &specCase{seed: *firstSeed + i, own: map[string]string{"own.go": named(own)}}
		does := map[string]oracle.Processor{"kept": {Process: keptProcess, Timer: keptTimer}, "behind": {Process: behindProcess}}
		if err := c.prepare(name, named(spec), does); err != nil {
			t.Fatal(err)
		}
		for _, topic := range []string{"dumps", "fired", "ops.dlq"} {
			if len(c.want.Topics[topic].Records) == 0 {
				t.Errorf("seed %d: nothing in %s", c.seed, topic)
			}
		}
		cases = append(cases, c)
	}
	summarize(t, cases)
	for c, failure := range check(t, cases) {
		t.Errorf("%s\nreproduce with: go test ./internal/difftest -run TestProcessors -seed %d", failure, c.seed)
	}
}

func number(r ref.Val, name string) int64 { return int64(oracle.Field(r, name).(celtypes.Int)) }

func mod(n, m int64) int64 { return (n%m + m) % m }

func text(s string) map[string]ref.Val {
	return map[string]ref.Val{"text": celtypes.String(s)}
}

func amount(n int64) ref.Val { return celtypes.Int(n) }

// keptProcess is Kept.Process in testdata.
func keptProcess(c *oracle.Call, r ref.Val) error {
	k, v := number(r, "k"), number(r, "v")
	switch mod(number(r, "op"), 12) {
	case 0:
		c.Put("last", nil, amount(v))
	case 1:
		c.Remove("last", nil)
	case 2, 3:
		c.Put("numbers", amount(mod(k, 6)), amount(v))
	case 4:
		c.Remove("numbers", amount(mod(k, 6)))
	case 5:
		c.Append("recent", nil, amount(v))
		c.Append("recent", nil, amount(k))
		c.Append("all", nil, amount(v))
	case 6:
		c.DropFirst("recent", int(mod(k, 3)))
		c.DropFirst("all", 1)
	case 7:
		c.SetTimer(c.At + 1000*(mod(v, 60)-5))
	case 8:
		c.DeleteTimer(c.At + 1000*mod(v, 60))
	case 9:
		return errors.New("undone")
	case 10:
		c.Remove("numbers", nil)
		c.Remove("recent", nil)
	case 11:
		c.Emit("fired", text("before"))
		c.Emit("dumps", text("between"))
		c.Emit("fired", text("behind"))
	}
	c.Emit("dumps", text(keptDump(c)))
	return nil
}

// keptTimer is Kept.Timer in testdata.
func keptTimer(c *oracle.Call, at int64) error {
	c.Emit("fired", text(fmt.Sprint(at, " ", keptDump(c))))
	if last := c.State("last"); last != nil {
		c.Remove("last", nil)
		c.SetTimer(at + 1000*mod(int64(last[0].(celtypes.Int)), 4))
	}
	if len(c.State("numbers")) == 2 {
		return errors.New("two are too many")
	}
	return nil
}

func keptDump(c *oracle.Call) string {
	s := ""
	for _, v := range c.State("last") {
		s += fmt.Sprint(v)
	}
	keys, values := c.Keys("numbers"), c.State("numbers")
	var order []int
	for i := range keys {
		order = append(order, i)
	}
	slices.SortFunc(order, func(a, b int) int { return int(keys[a].(celtypes.Int) - keys[b].(celtypes.Int)) })
	for _, i := range order {
		s += fmt.Sprint(" ", keys[i], ":", values[i])
	}
	for _, v := range c.State("recent") {
		s += fmt.Sprint(" ", v)
	}
	return s + fmt.Sprint(" of ", len(c.State("all")))
}

// behindProcess is Behind.Process in testdata.
func behindProcess(c *oracle.Call, r ref.Val) error {
	n := 0
	for _, v := range c.State("count") {
		n = int(v.(celtypes.Int))
	}
	c.Put("count", nil, amount(int64(n+1)))
	if mod(number(r, "op"), 3) == 0 {
		return errors.New("undone")
	}
	key, was := amount(mod(number(r, "v"), 4)), int64(0)
	for i, k := range c.Keys("numbers") {
		if k == key {
			was = int64(c.State("numbers")[i].(celtypes.Int))
		}
	}
	c.Put("numbers", key, amount(was+1))
	c.Emit("texts", text(fmt.Sprint(c.Group[0], " ", n, " ", was)))
	return nil
}
