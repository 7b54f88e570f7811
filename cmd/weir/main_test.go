package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"weir": main})
}

// TestScripts runs the commands as users do: testdata/script has a file for each. Scripts find the repository in $REPO.
func TestScripts(t *testing.T) {
	repo, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	cache, err := os.UserCacheDir()
	if err != nil {
		cache = filepath.Join(os.TempDir(), "weir-test-cache")
	}
	goenv, err := exec.Command("go", "env", "GOCACHE", "GOMODCACHE", "GOPATH", "GOPROXY").Output()
	if err != nil {
		t.Fatal(err)
	}
	values := strings.Split(string(goenv), "\n")
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Setup: func(e *testscript.Env) error {
			e.Setenv("REPO", repo)
			// Builds share the caches of the user, else each script would compile everything anew.
			e.Setenv("XDG_CACHE_HOME", cache)
			for i, name := range []string{"GOCACHE", "GOMODCACHE", "GOPATH", "GOPROXY"} {
				e.Setenv(name, values[i])
			}
			e.Setenv("GOFLAGS", "")
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){"sorted": sorted, "code": code},
	})
}

// sorted FILE sorts the lines of a file, for output whose order is not fixed.
func sorted(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: sorted FILE")
	}
	lines := strings.Split(strings.TrimSuffix(ts.ReadFile(args[0]), "\n"), "\n")
	slices.Sort(lines)
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(strings.Join(lines, "\n")+"\n"), 0o644))
}

// code N COMMAND... runs a command that has to end with exit code N. Its standard error is in the file stderr.txt.
func code(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: code N COMMAND...")
	}
	cmd := exec.Command(args[1], args[2:]...)
	cmd.Dir = ts.MkAbs(".")
	path, err := exec.LookPath(args[1])
	if err != nil {
		path = filepath.Join(strings.Split(ts.Getenv("PATH"), string(os.PathListSeparator))[0], args[1])
	}
	cmd.Path = path
	cmd.Env = append(os.Environ(), "XDG_CACHE_HOME="+ts.Getenv("XDG_CACHE_HOME"))
	var out bytes.Buffer
	cmd.Stderr = &out
	_ = cmd.Run() // the exit code is what is looked at
	if got := regexp.MustCompile(`\d+`).FindString(args[0]); got == "" || cmd.ProcessState == nil || got != strings.TrimPrefix(cmd.ProcessState.String(), "exit status ") {
		ts.Fatalf("%v ended with %v\n%s", args[1:], cmd.ProcessState, out.String())
	}
	ts.Check(os.WriteFile(ts.MkAbs("stderr.txt"), out.Bytes(), 0o644))
}
