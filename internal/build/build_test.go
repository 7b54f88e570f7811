package build

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// program imports a package of weir, so the replace directive is used.
func program(greeting string) Program {
	return Program{
		Name: "hello", Key: "test", Main: "cmd/hello",
		Files: map[string][]byte{
			"words/words.go": []byte("package words\n\nconst Greeting = \"" + greeting + "\"\n"),
			"cmd/hello/main.go": []byte(`package main

import (
	"fmt"

	"github.com/weirstream/weir/spec/source"

	"` + Root + `/words"
)

func main() { fmt.Print(words.Greeting, " ", source.New("", nil).Lines()) }
`),
		},
	}
}

func build(t *testing.T, p Program) (bin, output string) {
	t.Helper()
	bin, err := Build(t.Context(), p)
	if err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command(bin).Output()
	if err != nil {
		t.Fatal(err)
	}
	return bin, string(out)
}

func TestBuild(t *testing.T) {
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
	bin, out := build(t, program("hello"))
	if out != "hello 1" {
		t.Fatalf("the program printed %q", out)
	}
	first, err := os.Stat(bin)
	if err != nil {
		t.Fatal(err)
	}
	// The same again leaves the binary alone.
	if again, _ := build(t, program("hello")); again != bin {
		t.Errorf("built at %s, then at %s", bin, again)
	}
	if second, err := os.Stat(bin); err != nil || !os.SameFile(first, second) {
		t.Errorf("linked again without need: %v", err)
	}
	// A change is built, and files of the last time are gone.
	p := program("bye")
	p.Files["words2/words.go"] = p.Files["words/words.go"]
	p.Files["cmd/hello/main.go"] = []byte(strings.ReplaceAll(string(p.Files["cmd/hello/main.go"]), "/words", "/words2"))
	delete(p.Files, "words/words.go")
	if _, out := build(t, p); out != "bye 1" {
		t.Errorf("after the change the program printed %q", out)
	}
	if _, err := os.Stat(filepath.Join(filepath.Dir(bin), "..", "words", "words.go")); !os.IsNotExist(err) {
		t.Errorf("a file of the last build is still there: %v", err)
	}
}

func TestBuildShowsWhatTheCompilerSays(t *testing.T) {
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
	p := program("hello")
	p.Files["words/words.go"] = []byte("package words\n\nvar Greeting int = \"x\"\n")
	_, err := Build(t.Context(), p)
	if _, ok := errors.AsType[*Error](err); !ok || !strings.Contains(err.Error(), "words.go:3") {
		t.Errorf("got %v, want an *Error with the compiler's message", err)
	}
}

func TestGoModKeepsVersionsAndDropsTools(t *testing.T) {
	dir := t.TempDir()
	text := "module " + Module + "\n\ngo 1.26\n\ntool example.com/x/cmd\n\nrequire example.com/x v1.2.3\n\nreplace example.com/x => ../x\n"
	if err := os.WriteFile(filepath.Join(dir, "go.mod"), []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	got, err := goMod(dir, Root)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"module " + Root, "example.com/x v1.2.3", Module + " " + unreleased, Module + " => " + dir, "example.com/x => " + filepath.Join(filepath.Dir(dir), "x")} {
		if !strings.Contains(string(got), want) {
			t.Errorf("go.mod lacks %q:\n%s", want, got)
		}
	}
	if strings.Contains(string(got), "tool ") || strings.Contains(string(got), "../x") {
		t.Errorf("go.mod has a tool or a relative path:\n%s", got)
	}
}

func TestSource(t *testing.T) {
	dir := t.TempDir()
	t.Setenv(SourceEnv, dir)
	if _, err := Source(t.Context()); err == nil {
		t.Error("a directory without weir's go.mod is accepted")
	}
	if err := os.WriteFile(filepath.Join(dir, "go.mod"), []byte("// weir\nmodule "+Module+"\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	if got, err := Source(t.Context()); err != nil || got != dir {
		t.Errorf("Source is %q, %v, want %s", got, err, dir)
	}
	t.Setenv(SourceEnv, "")
	if got, err := Source(t.Context()); err != nil || !isModule(got) {
		t.Errorf("Source is %q, %v", got, err)
	}
	if !IsCheckout("/src/weir") || IsCheckout("/go/pkg/mod/github.com/weirstream/weir@v1.2.3") {
		t.Error("IsCheckout takes one for the other")
	}
}
