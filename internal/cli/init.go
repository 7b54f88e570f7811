package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"

	"github.com/weirstream/weir/gen"
	"github.com/weirstream/weir/internal/build"
	"github.com/weirstream/weir/spec/naming"
	"github.com/weirstream/weir/spec/source"
	"github.com/weirstream/weir/templates"
)

// InitOptions are the flags of `weir init`.
type InitOptions struct {
	Module string // empty: example.com/NAME
}

var serviceName = regexp.MustCompile(`^[a-z][a-z0-9_-]*$`)

// Init is `weir init`: it makes a project in directory name.
func Init(ctx context.Context, u *UI, name string, o InitOptions) error {
	service := filepath.Base(name)
	if !serviceName.MatchString(service) {
		return Usagef("%q can't be the name of a service: it has to be made of a-z, 0-9, - and _, and begin with a letter", service)
	}
	if entries, err := os.ReadDir(name); err == nil && len(entries) > 0 {
		return Usagef("%s is there already, and not empty", name)
	} else if err != nil && !errors.Is(err, os.ErrNotExist) {
		return Misused(err)
	}
	src, err := build.Source(ctx)
	if err != nil {
		return err
	}
	p := templates.Project{Service: service, Package: naming.Package(service), Module: o.Module, Replaced: build.IsCheckout(src)}
	if p.Module == "" {
		p.Module = "example.com/" + service
	}
	files, err := templates.Render(p)
	if err != nil {
		return err
	}
	if err := addGenerated(files, p); err != nil {
		return err
	}
	mod, sum, err := build.ProjectModule(src, p.Module)
	if err != nil {
		return err
	}
	files["go.mod"], files["go.sum"] = string(mod), string(sum)
	paths := make([]string, 0, len(files))
	for path := range files {
		paths = append(paths, path)
	}
	slices.Sort(paths)
	for _, path := range paths {
		full := filepath.Join(name, filepath.FromSlash(path))
		if err := os.MkdirAll(filepath.Dir(full), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(full, []byte(files[path]), 0o644); err != nil {
			return err
		}
	}
	fmt.Fprintf(u.Out, "%s is ready: %s.\n\n  cd %s\n", name, Count(int64(len(files)), "file"), name)
	if !p.Replaced {
		fmt.Fprintf(u.Out, "  go mod tidy                # completes go.sum\n")
	}
	fmt.Fprintf(u.Out, "  go tool weir test .        # the scenario tests\n  make run                   # on an embedded broker\n  go generate ./...          # after a change of %s.weir.yaml\n", service)
	return nil
}

// addGenerated adds what `weir gen` makes of the project's spec, so that it builds before anything else is done.
func addGenerated(files map[string]string, p templates.Project) error {
	spec := p.Service + ".weir.yaml"
	res, diags, err := gen.Compile(source.New(spec, []byte(files[spec])))
	if err != nil {
		return err
	}
	if res == nil {
		return fmt.Errorf("the spec of a new project is wrong, which is a mistake in weir:\n%s", diags)
	}
	for _, f := range res.Files {
		files[res.Package+"/"+f.Name] = string(f.Data)
	}
	main, err := res.Main(p.Module + "/" + res.Package)
	if err != nil {
		return err
	}
	files["cmd/"+p.Service+"/main_gen.go"] = string(main)
	return nil
}
