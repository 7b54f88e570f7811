// Package tester is `weir test`: it finds the scenario files that belong to specs, builds for each spec a program that runs
// scenarios on the generated code (package runtime/testdriver/scenario does that, in the program), and runs it.
package tester

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/weirstream/weir/gen"
	"github.com/weirstream/weir/internal/build"
	"github.com/weirstream/weir/internal/cli"
)

// Options are the flags of `weir test`.
type Options struct {
	Run       string
	Update    bool
	Schedules int
	Seed      uint64
	Verbose   bool
}

// Test runs the scenarios of specs, scenario files or directories; DIR/... is a directory and everything below it.
func Test(ctx context.Context, u *cli.UI, paths []string, o Options) error {
	if _, err := regexp.Compile(o.Run); err != nil {
		return cli.Usagef("--run: %w", err)
	}
	if o.Schedules < 0 {
		return cli.Usagef("--schedules has to be 0 or more")
	}
	suites, err := find(paths)
	if err != nil {
		return err
	}
	var failed error
	for _, s := range suites {
		if err := s.run(ctx, u, o); errors.Is(err, cli.ErrReported) {
			failed = err
		} else if err != nil {
			return err
		}
	}
	return failed
}

// run builds and runs the scenarios of one spec.
func (s *suite) run(ctx context.Context, u *cli.UI, o Options) error {
	res, err := cli.Load(u, s.spec)
	if err != nil {
		return err
	}
	bin, err := s.build(ctx, res)
	if err != nil {
		return err
	}
	args := []string{"-schedules", fmt.Sprint(o.Schedules), "-seed", fmt.Sprint(o.Seed)}
	if o.Run != "" {
		args = append(args, "-run", o.Run)
	}
	for flag, on := range map[string]bool{"-update": o.Update, "-v": o.Verbose, "-color": u.OutColor} {
		if on {
			args = append(args, flag)
		}
	}
	cmd := exec.CommandContext(ctx, bin, append(append(args, "--"), s.files...)...)
	cmd.Stdout, cmd.Stderr = u.Out, u.Err
	err = cmd.Run()
	if exit, ok := errors.AsType[*exec.ExitError](err); ok && exit.ExitCode() == 1 {
		return cli.ErrReported
	}
	return err
}

// build builds the program that runs the scenarios of a compiled spec.
func (s *suite) build(ctx context.Context, res *gen.Result) (string, error) {
	abs, err := filepath.Abs(s.spec)
	if err != nil {
		return "", err
	}
	p := build.Program{Name: res.Program.Service + "-test", Key: "test " + abs}
	imported, err := cli.Place(&p, res, s.spec)
	if err != nil {
		return "", err
	}
	p.Files[p.Main+"/main.go"] = mainFile(res, imported)
	return build.Build(ctx, p)
}

// mainFile is the program's main package.
func mainFile(res *gen.Result, imported string) []byte {
	return fmt.Appendf(nil, `// Command %[1]s runs scenario files on package %[2]s.
package main

import (
	"os"

	"%[3]s/runtime/testdriver/scenario"

	"%[4]s"
)

func main() {
	os.Exit(scenario.Main(%[2]s.Topology(), schema, os.Args[1:], os.Stdout, os.Stderr))
}

var schema = %[5]s
`, res.Program.Service+"-test", res.Package, build.Module, imported, schemaLiteral(res.Program))
}

// suite is the scenario files of one spec.
type suite struct {
	spec  string
	files []string
}

// find returns the scenario files of paths by spec, in the order in which they come up.
func find(paths []string) ([]*suite, error) {
	var suites []*suite
	add := func(file, spec string) {
		i := slices.IndexFunc(suites, func(s *suite) bool { return s.spec == spec })
		if i < 0 {
			suites = append(suites, &suite{spec: spec})
			i = len(suites) - 1
		}
		if !slices.Contains(suites[i].files, file) {
			suites[i].files = append(suites[i].files, file)
		}
	}
	for _, path := range paths {
		files, only, err := scenarioFiles(path)
		if err != nil {
			return nil, err
		}
		found := false
		for _, f := range files {
			spec, err := specOf(f)
			if err != nil {
				return nil, err
			}
			if only == "" || same(spec, only) {
				found = true
				add(f, spec)
			}
		}
		if !found {
			return nil, cli.Usagef("%s: there are no scenario files (*_test.yaml or *.test.yaml)", path)
		}
	}
	return suites, nil
}

var patterns = []string{"*_test.yaml", "*.test.yaml", "*_test.yml", "*.test.yml"}

// scenarioFiles lists the scenario files that path stands for. If path is a spec, only is it, and the files are those beside it.
func scenarioFiles(path string) (files []string, only string, err error) {
	if dir, ok := strings.CutSuffix(filepath.ToSlash(path), "/..."); ok {
		err := filepath.WalkDir(filepath.FromSlash(dir), func(p string, d os.DirEntry, err error) error {
			switch {
			case err != nil:
				return err
			case d.IsDir() && p != dir && (strings.HasPrefix(d.Name(), ".") || d.Name() == "testdata"):
				return filepath.SkipDir
			case !d.IsDir() && isScenario(d.Name()):
				files = append(files, p)
			}
			return nil
		})
		return files, "", cli.Misused(err)
	}
	st, err := os.Stat(path)
	if err != nil {
		return nil, "", cli.Misused(err)
	}
	dir := path
	if !st.IsDir() {
		if isScenario(filepath.Base(path)) {
			return []string{path}, "", nil
		}
		dir, only = filepath.Dir(path), path
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, "", err
	}
	for _, e := range entries {
		if !e.IsDir() && isScenario(e.Name()) {
			files = append(files, filepath.Join(dir, e.Name()))
		}
	}
	return files, only, nil
}

func isScenario(name string) bool {
	return slices.ContainsFunc(patterns, func(p string) bool {
		ok, _ := filepath.Match(p, name) // the patterns are right
		return ok
	})
}

func same(a, b string) bool {
	absA, errA := filepath.Abs(a)
	absB, errB := filepath.Abs(b)
	return errA == nil && errB == nil && absA == absB
}
