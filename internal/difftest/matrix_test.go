package difftest

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.yaml.in/yaml/v3"

	"github.com/weirstream/weir/gen"
	"github.com/weirstream/weir/internal/difftest/batch"
	"github.com/weirstream/weir/internal/oracle"
	"github.com/weirstream/weir/runtime/testdriver"
	"github.com/weirstream/weir/spec/source"
)

// TestMatrix judges the cases golden/accepted/matrix_KIND by the interpreter: it gets the records of their scenarios, and what a service makes of
// them under several schedules has to agree. That the scenarios expect the same is tested there.
func TestMatrix(t *testing.T) {
	if testing.Short() {
		t.Skip("builds generated code")
	}
	dirs, err := filepath.Glob("../../golden/accepted/matrix_*")
	if err != nil || len(dirs) == 0 {
		t.Fatalf("%d cases, %v", len(dirs), err)
	}
	var cases []*specCase
	for i, dir := range dirs {
		text, err := os.ReadFile(filepath.Join(dir, "spec.weir.yaml"))
		if err != nil {
			t.Fatal(err)
		}
		name := filepath.Base(dir)
		spec := strings.Replace(string(text), "service: matrix", "service: "+name, 1)
		c := &specCase{seed: uint64(i), parts: 1, input: sent(t, filepath.Join(dir, "scenario_test.yaml"))}
		result, diags, err := gen.Compile(source.New(name+".weir.yaml", []byte(spec)))
		if err != nil || result == nil {
			t.Fatalf("%v\n%s", err, diags)
		}
		c.compiled = result
		o := oracle.Options{Partitions: 1, End: true, Decodes: result.Decodes, Processing: testdriver.Epoch}
		if c.want, err = oracle.Run(result.Program, c.input, o); err != nil {
			t.Fatal(err)
		}
		r := rand.New(rand.NewPCG(*firstSeed, uint64(i)))
		for n := range 10 {
			s := schedule(r, n, 1)
			if n%2 == 1 {
				s.Clock = 3 * time.Second
			}
			c.jobs = append(c.jobs, batch.Job{Service: result.Program.Service, Input: toRecords(c.input), Schedule: s})
		}
		cases = append(cases, c)
	}
	summarize(t, cases)
	for c, failure := range check(t, cases) {
		t.Errorf("%s: %s", c.compiled.Program.Service, failure)
	}
}

// sent are the records that the first case of a scenario file sends.
func sent(t *testing.T, path string) oracle.Input {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var file struct {
		Cases []struct {
			Do []yaml.Node
		}
	}
	if err := yaml.Unmarshal(text, &file); err != nil {
		t.Fatal(err)
	}
	in := oracle.Input{}
	for _, n := range file.Cases[0].Do {
		var do struct {
			Send  string
			Value map[string]any
		}
		if n.Kind != yaml.MappingNode || n.Decode(&do) != nil || do.Send == "" {
			continue
		}
		value, err := json.Marshal(do.Value)
		if err != nil {
			t.Fatal(err)
		}
		in[do.Send] = append(in[do.Send], oracle.Record{Offset: int64(len(in[do.Send])), Key: fmt.Append(nil, do.Value["id"]), Value: value, Timestamp: testdriver.Epoch})
	}
	return in
}
