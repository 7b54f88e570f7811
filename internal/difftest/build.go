// Package difftest compares generated services with the reference interpreter on random specs and random inputs.
//
// A batch of specs is compiled into one temporary module and one binary (see package batch), since linking is what takes the
// time. Each service then runs under several schedules of commits and crashes, and every one of them must give what the
// interpreter gives.
package difftest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/weirstream/weir/gen"
	"github.com/weirstream/weir/internal/difftest/batch"
)

// modulePath lies under ours, so that the temporary module may import internal packages.
const modulePath = "github.com/weirstream/weir/difftest"

// Batch is a binary of generated services.
type Batch struct {
	Dir    string // its module
	binary string
}

// Service is a generated service with the Go of its user, by file name.
type Service struct {
	*gen.Result
	Own map[string]string
}

// Build writes the services into a module in dir that uses the checkout at repo, and builds them into one binary.
func Build(repo, dir string, services []Service) (*Batch, error) {
	mod, err := os.ReadFile(filepath.Join(repo, "go.mod"))
	if err != nil {
		return nil, err
	}
	sum, err := os.ReadFile(filepath.Join(repo, "go.sum"))
	if err != nil {
		return nil, err
	}
	_, rest, _ := strings.Cut(string(mod), "\n")
	files := map[string]string{
		"go.mod": fmt.Sprintf("module %s\n%s\nrequire github.com/weirstream/weir v0.0.0\n\nreplace github.com/weirstream/weir => %s\n", modulePath, rest, repo),
		"go.sum": string(sum),
	}
	var imports, entries strings.Builder
	for i, s := range services {
		for _, f := range s.Files {
			files[filepath.Join(s.Package, f.Name)] = string(f.Data)
		}
		for name, text := range s.Own {
			files[filepath.Join(s.Package, name)] = text
		}
		fmt.Fprintf(&imports, "\ts%d %q\n", i, modulePath+"/"+s.Package)
		fmt.Fprintf(&entries, "\t\t%q: s%d.Topology,\n", s.Program.Service, i)
	}
	files["main.go"] = "package main\n\nimport (\n\t\"github.com/weirstream/weir/internal/difftest/batch\"\n\t\"github.com/weirstream/weir/runtime/topology\"\n\n" +
		imports.String() + ")\n\nfunc main() {\n\tbatch.Main(map[string]func() *topology.Topology{\n" + entries.String() + "\t})\n}\n"
	for name, text := range files {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return nil, err
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			return nil, err
		}
	}
	b := &Batch{Dir: dir, binary: filepath.Join(dir, "batch.exe")}
	// Unoptimized code of the services is compiled in half the time and means the same.
	cmd := exec.Command("go", "build", "-mod=mod", "-gcflags="+modulePath+"/...=-N -l", "-ldflags=-s -w", "-o", b.binary, ".")
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0", "GOWORK=off", "GOFLAGS=")
	if out, err := cmd.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("go build: %w\n%s", err, out)
	}
	return b, nil
}

// Run gives the outcomes of jobs, in their order.
func (b *Batch) Run(jobs []batch.Job) ([]batch.Outcome, error) {
	var in bytes.Buffer
	for _, j := range jobs {
		if err := json.NewEncoder(&in).Encode(j); err != nil {
			return nil, err
		}
	}
	var stderr bytes.Buffer
	cmd := exec.Command(b.binary)
	cmd.Stdin, cmd.Stderr = &in, &stderr
	out, err := cmd.Output()
	var outcomes []batch.Outcome
	for d := json.NewDecoder(bytes.NewReader(out)); d.More(); {
		var o batch.Outcome
		if err := d.Decode(&o); err != nil {
			return outcomes, err
		}
		outcomes = append(outcomes, o)
	}
	if err != nil || len(outcomes) != len(jobs) {
		return outcomes, fmt.Errorf("%d of %d jobs answered, then: %v\n%s", len(outcomes), len(jobs), err, stderr.String())
	}
	return outcomes, nil
}
